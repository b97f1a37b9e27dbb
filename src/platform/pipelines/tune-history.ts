import { FettleError, hashOf, type Sha256 } from "../../lib/index.ts";
import type { Ledger, RunRecord } from "../registry/index.ts";
import type {
  AnyConfiguration,
  EndedTrial,
  OuterOutcome,
  TrialOutcome,
  TrialRequest,
  TuneSettings,
} from "../training/index.ts";
import type { Point } from "../tuning/index.ts";

/** What a tuning's run says it was asked for. */
export interface AskedTuning {
  readonly settings: TuneSettings;
  readonly fixed: Point;
  /** The tuning that this one goes on with; null where it began anew. */
  readonly resumes: string | null;
}

/** What a trial's run says it was asked for; the winner of an outer fold has number 0. */
export interface AskedTrial extends TrialRequest {
  readonly number: number;
}

/** What a tuning knows of its own past. */
export interface TuneHistory {
  /** Trials that ended, in the order in which they did. */
  readonly ended: readonly (EndedTrial & { readonly outer: number | null })[];
  /** Trials that were started and cut off: they are run again. */
  readonly cutOff: readonly AskedTrial[];
  readonly outers: ReadonlyMap<number, OuterOutcome & { readonly configuration: AnyConfiguration }>;
}

/**
 * The newest tuning of a model that is not finished, with its own predecessors, newest first. Throws TUNE_NOTHING_TO_RESUME, and
 * TUNE_RESUME_DIFFERS where data, definition, seed or settings are not those of then.
 */
export async function sessionsToResume(
  ledger: Ledger,
  model: string,
  now: { readonly snapshot: Sha256; readonly definition: Sha256; readonly seed: number } & Omit<AskedTuning, "resumes">,
): Promise<RunRecord[]> {
  const tunings = (await ledger.runs(model)).filter(({ kind }) => kind === "tune");
  const newest = tunings.at(-1);
  if (newest === undefined || newest.end?.status === "succeeded")
    throw new FettleError(
      "not-found",
      "TUNE_NOTHING_TO_RESUME",
      `Cannot resume a tuning of "${model}": ${newest === undefined ? "there was none" : "the last one is finished"}, one that was cut off is needed`,
      { hint: "Leave out --resume to begin anew" },
    );
  const asked = newest.asked as AskedTuning;
  const then = { snapshot: newest.snapshot, definition: newest.definition, seed: newest.seed, ...asked };
  const different = (["snapshot", "definition", "seed", "settings", "fixed"] as const).filter(
    (key) => hashOf(then[key]) !== hashOf(now[key]),
  );
  if (different.length > 0)
    throw new FettleError(
      "conflict",
      "TUNE_RESUME_DIFFERS",
      `Cannot resume the tuning of "${model}": ${different.join(", ")} differ from then, the same are needed`,
      { hint: "Give the same options and data as then, or leave out --resume to begin anew", facts: { different } },
    );
  const chain = [newest];
  for (let before = asked.resumes; before !== null; ) {
    const session = tunings.find(({ id }) => id === before);
    if (session === undefined) break;
    chain.push(session);
    before = (session.asked as AskedTuning).resumes;
  }
  return chain;
}

/** Everything that some tunings, oldest first, recorded of their trials. */
export async function historyOf(ledger: Ledger, sessions: readonly string[]): Promise<TuneHistory> {
  const ended: (EndedTrial & { outer: number | null })[] = [];
  const outers = new Map<number, OuterOutcome & { configuration: AnyConfiguration }>();
  const cutOff = new Map<string, AskedTrial>();
  const keyOf = ({ outer, number }: AskedTrial) => `${outer} ${number}`;
  for (const session of sessions)
    for (const { id, kind, end, asked } of await ledger.runsOf(session)) {
      if (kind !== "trial") continue;
      const trial = asked as AskedTrial;
      const { configuration, number, outer } = trial;
      if (end === null || end.status === "cancelled") cutOff.set(keyOf(trial), trial);
      else {
        cutOff.delete(keyOf(trial));
        if (number === 0) outers.set(outer!, { ...(end.found as OuterOutcome), configuration });
        else
          ended.push({
            number,
            outer,
            runId: id,
            configuration,
            outcome: (end.found as TrialOutcome | undefined) ?? null,
            error: end.error?.message ?? null,
          });
      }
    }
  // The winner of an outer fold follows from its trials.
  return { ended, outers, cutOff: [...cutOff.values()].filter(({ number }) => number > 0) };
}
