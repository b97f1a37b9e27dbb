import { hypervolume, parameterImportance, paretoRanks, type StopKind } from "../tuning/index.ts";
import { pointOf, type SearchFamily, searchFamily } from "./search-space.ts";
import { type MeasuredTrial, measureOf, type TuneChoice } from "./tune-choice.ts";
import type { Objective, TuneSubject } from "./tune-input.ts";
import { bestFirst, type EndedTrial, withDefaults } from "./tune-proposal.ts";
import type { TunedTrial, TuningReport } from "./tuning-report.ts";

/** What {@link reportTuning} is made of. */
export interface FinishedTuning extends Pick<TuningReport, "runId" | "objectives" | "nested" | "nWorkers" | "seconds"> {
  readonly subject: TuneSubject;
  readonly families: readonly SearchFamily[];
  readonly ended: readonly EndedTrial[];
  readonly stop: Omit<TuningReport["stopped"], "says">;
  readonly choice: TuneChoice;
  readonly seed: number;
}

/** The report of a tuning that is finished. */
export function reportTuning(tuning: FinishedTuning): TuningReport {
  const { runId, objectives, nested, nWorkers, seconds, subject, families, ended, stop, choice, seed } = tuning;
  const complete = bestFirst(ended, objectives);
  const front = new Set(frontOf(complete, objectives).map(({ number }) => number));
  return {
    ...subject,
    runId,
    objectives,
    trials: ended
      .map((trial) => tunedTrial(trial, front.has(trial.number), trial.number === choice.trial.number))
      .sort((a, b) => a.number - b.number),
    stopped: { ...stop, says: stopInWords(stop.kind, ended.length) },
    choice: choice.sentence,
    importance: importances(families, ended, seed),
    hypervolume: objectives.length > 1 ? shareDominated(complete, objectives) : null,
    nested,
    nWorkers,
    seconds,
  };
}

/** A trial as tables list it. */
export function tunedTrial(trial: EndedTrial, isOnFront: boolean, chosen: boolean): TunedTrial {
  const { number, runId, configuration, outcome, error } = trial;
  const nothing = { loss: null, value: null, rounds: null, latencyMicros: null, bytes: null, seconds: 0 };
  const { loss, value, rounds, latencyMicros, bytes, seconds } = outcome ?? nothing;
  return {
    number,
    runId,
    configuration,
    status: outcome?.status ?? "failed",
    nFolds: outcome?.foldLosses.length ?? 0,
    loss,
    value,
    rounds,
    latencyMicros,
    bytes,
    seconds,
    error,
    isOnFront,
    chosen,
  };
}

function frontOf<T extends MeasuredTrial>(trials: readonly T[], objectives: readonly Objective[]): T[] {
  const ranks = paretoRanks(trials.map((trial) => objectives.map((name) => measureOf[name](trial))));
  return trials.filter((_, i) => ranks[i] === 0);
}

// Of the box between the best and the worst value of each objective, the share that the front dominates.
function shareDominated(trials: readonly MeasuredTrial[], objectives: readonly Objective[]): number | null {
  const scaled = objectives.map((name) => {
    const values = trials.map(measureOf[name]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (most > least ? (value - least) / (most - least) : 0));
  });
  if (trials.length < 2) return null;
  return hypervolume(
    trials.map((_, i) => scaled.map((values) => values[i]!)),
    objectives.map(() => 1),
  );
}

// All trials but those that ended within it have the first fold in common; so all of these speak, not the best alone.
function importances(
  families: readonly SearchFamily[],
  ended: readonly EndedTrial[],
  seed: number,
): TuningReport["importance"] {
  const byFamily = Map.groupBy(ended, ({ configuration }) => configuration.family);
  return [...byFamily].flatMap(([family, trials]) => {
    const { space: own } = searchFamily(families, family);
    if (own.length === 0) return [];
    const space = own.map((dimension) => ({
      ...dimension,
      name: `${family}.${dimension.name}`,
    }));
    const losses = trials.flatMap((trial) => {
      const loss = trial.outcome?.foldLosses[0];
      return loss === undefined ? [] : [{ point: pointOf(families, withDefaults(trial)), loss }];
    });
    return [{ family, result: parameterImportance(space, losses, seed) }];
  });
}

function stopInWords(kind: StopKind, nEnded: number): string {
  const after = `after ${nEnded} trial${nEnded === 1 ? "" : "s"}`;
  const why: Readonly<Record<StopKind, string>> = {
    failed: "no trial succeeded",
    "used-up": "every point of the space had been tried",
    trials: "that many were asked for",
    budget: "the time was used",
    gain: "as many trials again were expected to gain less than the noise of the measurement",
  };
  return `The search ended ${after}: ${why[kind]}.`;
}
