import { FettleError } from "../../lib/index.ts";
import { checkModelName, type RunStart } from "../registry/index.ts";
import {
  type AnyDefinition,
  bestFirst,
  chooseTrial,
  definitionHash,
  isTaskDefinition,
  type ModelDefinition,
  type NestedEstimate,
  planSearch,
  reportTuning,
  type TaskDefinition,
  type TuneChoice,
  type TuneSettings,
  type TuneSubject,
  type TuningReport,
  withLossHash,
} from "../training/index.ts";
import { addBlocks, meanWithError, type Point } from "../tuning/index.ts";
import type { PipelinePorts, TrialPool, WorkOptions } from "./ports.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { type AnyTuneInput, withConfiguration } from "./tasks.ts";
import { failedEnd, resourcesSince, type TrainedVersion, trainSnapshot } from "./train-run.ts";
import { type AskedTrial, type AskedTuning, historyOf, sessionsToResume, type TuneHistory } from "./tune-history.ts";
import { runRecorded, type SearchEnd, type SearchView, searchTrials } from "./tune-search.ts";

/** Options of {@link tuneRun}. */
export interface TuneOptions extends WorkOptions {
  /** Default: 5 folds, an expanding window, for quality; a task of its own is measured on its own validation part. */
  readonly settings?: Partial<TuneSettings>;
  /** Seconds after which no further trial starts; those that run are finished. */
  readonly budgetSeconds: number;
  /** Most trials, those of a resumed tuning included. Default: no limit. */
  readonly nTrials?: number;
  /** Trials at a time. Default: one per core. */
  readonly nWorkers?: number;
  /** Parameters that are not searched, by name: `family`, `gbdt.maxLeaves`. */
  readonly fixed: Point;
  /** Goes on with the last tuning of the model, which was cut off. */
  readonly resume: boolean;
  readonly onTuning?: (view: TuningView) => void;
}

/** A tuning as it goes on. */
export interface TuningView extends SearchView {
  readonly subject: TuneSubject;
  readonly nWorkers: number;
}

interface Session {
  readonly ports: PipelinePorts;
  readonly definition: AnyDefinition;
  readonly settings: TuneSettings;
  readonly options: TuneOptions;
  readonly pool: TrialPool;
  readonly history: TuneHistory;
  readonly record: RunStart;
}

/**
 * Tunes a model and trains the configuration that won: snapshot → trials on workers, each a run of the ledger → choice → the normal training, which
 * registers a version whose report tells of the tuning. The test rows are looked at by that training alone, once. A tuning that is cut off keeps
 * its trials and can be resumed. Throws TUNE_BUDGET, TUNE_TASK_OPTION, TUNE_NESTED_FOLDS, TUNE_WARM_START, TUNE_ALL_FAILED, TUNE_PARAMETER_UNKNOWN, TUNE_FAMILY_UNKNOWN,
 * TUNE_NOTHING_TO_RESUME, TUNE_RESUME_DIFFERS, and what a training throws.
 */
export async function tuneRun(
  ports: PipelinePorts,
  written: AnyDefinition,
  resolvePath: (path: string) => string,
  options: TuneOptions,
): Promise<TrainedVersion> {
  checkModelName(written.name);
  const settings = settingsOf(written, options);
  if (!isTaskDefinition(written)) checkColdStart(written);
  const definition = await withLossHash(written, ports.moduleHash);
  const started = { at: ports.clock(), cpuSeconds: ports.usage().cpuSeconds };
  const taken = await takeSnapshot(ports, definition, resolvePath);
  const { fixed } = options;
  const asks = { settings, fixed };
  const identity = {
    snapshot: taken.snapshot.id,
    definition: definitionHash(definition),
    seed: definition.seed ?? 1,
  };
  const before = options.resume ? await sessionsToResume(ports.ledger, definition.name, { ...identity, ...asks }) : [];
  const history = await historyOf(ports.ledger, before.map(({ id }) => id).reverse());
  const asked: AskedTuning = { ...asks, resumes: before[0]?.id ?? null };
  const record: RunStart = {
    id: ports.newId(),
    model: definition.name,
    startedAt: started.at,
    ...identity,
    environment: await ports.environment(),
    kind: "tune",
    asked,
  };
  const pool = await ports.openTrials({ definition, ...taken, settings } as AnyTuneInput, options.nWorkers, options);
  const session: Session = { ports, definition, settings, options, pool, history, record };
  // A definition or an option that is refused leaves no run behind.
  try {
    planOf(session, null);
    await ports.ledger.startRun(record);
  } catch (error) {
    await pool.close();
    throw error;
  }
  try {
    const tuning = await tune(session);
    const { configuration } = tuning.trials.find(({ chosen }) => chosen)!;
    const winner = withConfiguration(definition, configuration);
    await pool.close();
    const source = { ...taken, started: { at: ports.clock(), cpuSeconds: ports.usage().cpuSeconds }, tuning };
    const version = await trainSnapshot(ports, winner, source, options);
    await ports.ledger.endRun({
      id: record.id,
      endedAt: ports.clock(),
      status: "succeeded",
      metrics: {},
      trials: [configuration],
      resources: resourcesSince(ports, started),
      error: null,
      found: {
        stopped: tuning.stopped,
        choice: tuning.choice,
        nested: tuning.nested,
        version: version.version.version,
      },
    });
    return version;
  } catch (error) {
    await ports.ledger.endRun(failedEnd(record.id, ports.clock(), resourcesSince(ports, started), error));
    throw error;
  } finally {
    await pool.close();
  }
}

const standard: TuneSettings = { folds: 5, window: "expanding", embargo: 0, objectives: ["quality"], outerFolds: 0 };

function settingsOf(definition: AnyDefinition, { budgetSeconds, settings: asked = {} }: TuneOptions): TuneSettings {
  if (!(budgetSeconds > 0))
    throw new FettleError(
      "invalid-input",
      "TUNE_BUDGET",
      `Cannot tune: the budget is ${budgetSeconds} s, more than 0 s is needed`,
      { hint: "Give for example --budget 10m" },
    );
  if (isTaskDefinition(definition)) return { ...standard, folds: 1, ...taskSettings(definition, asked) };
  const settings = { ...standard, ...asked };
  if (settings.outerFolds > 0 && settings.folds < 2)
    throw new FettleError(
      "invalid-input",
      "TUNE_NESTED_FOLDS",
      "Cannot tune with a nested cross-validation: there is 1 inner fold, at least 2 are needed",
      { hint: "Give for example --folds 5" },
    );
  return settings;
}

// Such a task says itself how its validation part lies before its test: no folds of rows would.
function taskSettings({ name, task }: TaskDefinition, { objectives = ["quality"], ...asked }: Partial<TuneSettings>) {
  const own: Readonly<Record<string, unknown>> = { folds: 1, outerFolds: 0 };
  const untaken = Object.entries(asked).find(([key, value]) => value !== undefined && value !== own[key])?.[0];
  const wrong = untaken ?? (objectives.includes("latency") ? "the objective latency" : undefined);
  if (wrong === undefined) return { objectives };
  throw new FettleError(
    "invalid-input",
    "TUNE_TASK_OPTION",
    `Cannot tune "${name}" with ${wrong}: a ${task} model is measured on its own validation part, for quality and size`,
    { hint: "Leave that option out", facts: { option: wrong } },
  );
}

// The earlier version may have seen the rows of any fold, and its trees would then win in every one.
function checkColdStart({ warmStart }: Pick<ModelDefinition, "warmStart">): void {
  if (warmStart === undefined) return;
  throw new FettleError(
    "invalid-input",
    "TUNE_WARM_START",
    `Cannot tune a model that goes on from ${warmStart}: that version may have seen the rows held out, a start from nothing is needed`,
    { hint: "Leave out warmStart while tuning" },
  );
}

function planOf({ definition, settings, options, pool }: Session, outer: number | null) {
  const name = outer === null ? "tune" : `tune outer ${outer}`;
  return planSearch(pool.families, options.fixed, settings.objectives, definition.seed ?? 1, name);
}

async function tune(session: Session): Promise<TuningReport> {
  const { ports, definition, settings, options, pool, record } = session;
  const startedAt = ports.clock();
  const end = await searchWithin(session, null, options.nTrials ?? null);
  const choice = choose(end, session);
  const nested = settings.outerFolds === 0 ? null : await nestedEstimate(session, end.ended.length);
  return reportTuning({
    runId: record.id,
    objectives: settings.objectives,
    nested,
    nWorkers: pool.nWorkers,
    seconds: (ports.clock() - startedAt) / 1000,
    subject: pool.subject,
    families: pool.families,
    ended: end.ended,
    stop: { kind: end.stop, gain: end.gain, noise: end.noise },
    choice,
    seed: definition.seed ?? 1,
  });
}

// The time is shared evenly between the search over all rows and those within the outer folds.
function searchWithin(session: Session, outer: number | null, nTrials: number | null): Promise<SearchEnd> {
  const { ports, settings, options, pool, history, record } = session;
  const { id, asked: _, startedAt: __, ...common } = record;
  return searchTrials(ports, {
    plan: planOf(session, outer),
    outer,
    pool,
    session: { ...common, parent: id },
    ended: history.ended.filter((trial) => trial.outer === outer),
    cutOff: history.cutOff.filter((trial) => trial.outer === outer),
    nTrials,
    budgetSeconds: options.budgetSeconds / (settings.outerFolds + 1),
    ...(options.signal ? { signal: options.signal } : {}),
    onChange: (view) => options.onTuning?.({ ...view, subject: pool.subject, nWorkers: pool.nWorkers }),
  });
}

function choose({ ended }: SearchEnd, { settings, pool }: Session): TuneChoice {
  const complete = bestFirst(ended, settings.objectives);
  if (complete.length > 0) return chooseTrial(complete, settings.objectives, pool.families);
  const first = ended.find(({ error }) => error !== null)?.error ?? "no reason was recorded";
  throw new FettleError(
    "invalid-input",
    "TUNE_ALL_FAILED",
    `Cannot tune: all of ${ended.length} trials failed, one that succeeds is needed; the first said: ${first}`,
    { hint: "The trials are kept in the ledger; mend what the first one says", facts: { trials: ended.length } },
  );
}

// Within each outer fold the whole procedure runs on its training rows; what wins there is measured on the rows held out.
async function nestedEstimate(session: Session, nTrials: number): Promise<NestedEstimate> {
  const { settings, history } = session;
  const folds = [];
  for (let outer = 0; outer < settings.outerFolds; outer++)
    folds.push(history.outers.get(outer) ?? (await runOuter(session, outer, nTrials)));
  const { mean, standardError } = meanWithError(folds.map(({ blocks }) => blocks).reduce(addBlocks));
  return {
    loss: mean,
    standardError,
    values: folds.map(({ value }) => value),
    configurations: folds.map(({ configuration }) => configuration),
  };
}

async function runOuter(session: Session, outer: number, nTrials: number) {
  const { ports, pool, record } = session;
  const { trial } = choose(await searchWithin(session, outer, nTrials), session);
  const { configuration, outcome } = trial;
  const { id, asked: _, startedAt: __, ...common } = record;
  const asked: AskedTrial = { number: 0, outer, configuration, cutoffs: {} };
  const found = await runRecorded(ports, { ...common, parent: id }, ports.newId(), asked, () =>
    pool.outer({ outer, configuration, rounds: outcome.rounds }),
  );
  return { ...found, configuration };
}
