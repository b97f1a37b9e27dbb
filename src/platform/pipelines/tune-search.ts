import { FettleError } from "../../lib/index.ts";
import type { RunStart } from "../registry/index.ts";
import { type EndedTrial, type NextTrial, nextTrial, type SearchPlan, type TrialOutcome } from "../training/index.ts";
import { type StopKind, stopOf } from "../tuning/index.ts";
import type { PipelinePorts, TrialPool } from "./ports.ts";
import { failedEnd } from "./train-run.ts";
import type { AskedTrial } from "./tune-history.ts";

/** One search of a tuning: over all rows, or within an outer fold. */
export interface SearchInput {
  readonly plan: SearchPlan;
  readonly outer: number | null;
  readonly pool: TrialPool;
  /** What every trial's run has in common. */
  readonly session: Omit<RunStart, "id" | "startedAt" | "asked">;
  /** Trials of an earlier tuning: ended ones, and those to run again. */
  readonly ended: readonly EndedTrial[];
  readonly cutOff: readonly AskedTrial[];
  readonly nTrials: number | null;
  readonly budgetSeconds: number;
  readonly signal?: AbortSignal;
  readonly onChange?: (state: SearchView) => void;
}

/** A search as it goes on. */
export interface SearchView {
  readonly outer: number | null;
  readonly ended: readonly EndedTrial[];
  readonly running: readonly AskedTrial[];
  readonly elapsedSeconds: number;
  readonly budgetSeconds: number;
  /** Expected gain of the next trial and noise, where they are known. */
  readonly gain: number | null;
  readonly noise: number | null;
}

/** What a search ended with. */
export interface SearchEnd extends Pick<NextTrial, "gain" | "noise"> {
  readonly ended: readonly EndedTrial[];
  readonly stop: StopKind;
}

/**
 * Runs trials on the pool's workers until a reason to stop: each is a run of the ledger, begun before its work and ended after it. What is
 * tried next depends on the trials that ended before, in the order in which they did, and on those that still run.
 */
export async function searchTrials(ports: PipelinePorts, input: SearchInput): Promise<SearchEnd> {
  const startedAt = ports.clock();
  const ended = [...input.ended];
  const again = [...input.cutOff];
  const running = new Map<number, { readonly asked: AskedTrial; readonly work: Promise<void> }>();
  let broken: unknown = null;
  let { gain, noise }: Pick<NextTrial, "gain" | "noise"> = { gain: null, noise: null };
  let nextNumber = 1 + Math.max(0, ...[...ended, ...again].map(({ number }) => number));
  const elapsed = () => (ports.clock() - startedAt) / 1000;
  const report = () =>
    input.onChange?.({
      outer: input.outer,
      ended,
      running: [...running.values()].map(({ asked }) => asked),
      elapsedSeconds: elapsed(),
      budgetSeconds: input.budgetSeconds,
      gain,
      noise,
    });

  for (;;) {
    const inWork = [...running.values()].map(({ asked }) => asked.configuration);
    const next = nextTrial(input.plan, ended, inWork, nextNumber);
    ({ gain, noise } = next);
    const stop = again.length > 0 && elapsed() < input.budgetSeconds ? null : stopNow(next);
    if (stop === null && running.size < input.pool.nWorkers) {
      const { configuration, cutoffs } = next;
      const asked = again.shift() ?? { number: nextNumber, outer: input.outer, configuration: configuration!, cutoffs };
      nextNumber = Math.max(nextNumber, asked.number + 1);
      running.set(asked.number, { asked, work: work(asked) });
      report();
      continue;
    }
    if (stop !== null && running.size === 0) return { ended, stop, gain, noise };
    await Promise.race([...running.values()].map(({ work: one }) => one));
    if (input.signal?.aborted) await Promise.all([...running.values()].map(({ work: one }) => one));
    input.signal?.throwIfAborted();
    if (broken !== null) throw broken;
    report();
  }

  function stopNow(next: NextTrial): StopKind | null {
    return stopOf({
      nStarted: ended.length + running.size,
      nEnded: ended.length,
      nFailed: ended.filter(({ outcome }) => outcome === null).length,
      nTrials: input.nTrials,
      elapsedSeconds: elapsed(),
      budgetSeconds: ended.length + running.size === 0 ? Number.POSITIVE_INFINITY : input.budgetSeconds,
      isUsedUp: next.configuration === null,
      gain: next.gain,
      noise: next.noise,
    });
  }

  // A trial's own failure ends it, not the search; a cancelled one leaves nothing.
  async function work(asked: AskedTrial): Promise<void> {
    const { number, configuration } = asked;
    const id = ports.newId();
    const recorded = { number, runId: id, configuration };
    try {
      const outcome = await runRecorded(ports, input.session, id, asked, () => input.pool.trial(asked));
      ended.push({ ...recorded, outcome, error: null });
    } catch (failure) {
      if (!(failure instanceof FettleError)) broken = failure;
      else if (failure.kind !== "cancelled") ended.push({ ...recorded, outcome: null, error: failure.message });
    } finally {
      running.delete(number);
    }
  }
}

/** Does one piece of a tuning as a run of the ledger, whose end says what it found or why it failed. Throws what the work throws. */
export async function runRecorded<Found extends Partial<TrialOutcome>>(
  ports: PipelinePorts,
  session: SearchInput["session"],
  id: string,
  asked: AskedTrial,
  run: () => Promise<Found>,
): Promise<Found> {
  await ports.ledger.startRun({ ...session, id, startedAt: ports.clock(), kind: "trial", asked });
  try {
    const found = await run();
    await ports.ledger.endRun({
      id,
      endedAt: ports.clock(),
      status: "succeeded",
      metrics: metricsOf(found),
      trials: [asked.configuration],
      resources: null,
      error: null,
      found,
    });
    return found;
  } catch (failure) {
    await ports.ledger.endRun(failedEnd(id, ports.clock(), null, failure));
    throw failure;
  }
}

function metricsOf(found: Partial<TrialOutcome>): Record<string, number> {
  const { rungs = [] } = found;
  return Object.fromEntries([
    ...(["loss", "value", "latencyMicros", "bytes"] as const).flatMap((name) => {
      const measured = found[name] ?? null;
      return measured === null ? [] : [[name, measured] as const];
    }),
    ...rungs.map(({ rung, loss: atRung }) => [`rung.${rung}`, atRung] as const),
  ]);
}
