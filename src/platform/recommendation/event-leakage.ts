import type { LeakageEvidence, LeakageFinding } from "../leakage/index.ts";
import type { HeldOut } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { type Events, grouped } from "./events.ts";
import { type EventSplit, partCodes } from "./split-events.ts";

/**
 * What the training knows of the test, in the terms of events. Later events in the training: by the global time split there are none; of a split by `latest`
 * they are named, for it is made so; a split at random although there are times is a strong leak that the definition keeps, and fails a gate. Test events that
 * repeat a pair of user and item of the training are left out of what is wanted, or named where `includeSeen` says that repeating is what users do.
 * How popular items are is learned from the same parts as all else, so that it can know no more.
 */
export function findEventLeakage(
  events: Events,
  split: EventSplit,
  test: Pick<HeldOut, "nRepeats" | "nWanted">,
  definition: RecommenderDefinition,
  metric: string,
): LeakageFinding[] {
  const { user, item, time, includeSeen = false } = definition;
  const base = { scoreWith: null, scoreWithout: null, metric };
  const findings: LeakageFinding[] = [];
  const later = laterShare(events, split);
  if (later > 0) {
    const isChosen = split.kind === "random";
    const evidence: LeakageEvidence[] = [{ kind: "future-events", share: later }];
    const seen = `${percent(later)} of the training events have a later ${time} than the first test event, so that popularity and likeness are learned from the future`;
    findings.push({
      ...base,
      columns: [time!],
      evidence,
      strength: isChosen ? "strong" : "suspect",
      decision: isChosen ? "kept" : "named",
      message: `${seen}: ${isChosen ? 'the definition splits at random, split: { kind: "time" } would not' : 'split: { kind: "time" } has none'}`,
    });
  }
  const { nRepeats, nWanted } = test;
  const total = includeSeen ? nWanted : nWanted + nRepeats;
  if (nRepeats > 0)
    findings.push({
      ...base,
      columns: [user, item],
      evidence: [{ kind: "repeated-pairs", count: nRepeats, share: nRepeats / total }],
      strength: "suspect",
      decision: includeSeen ? "named" : "excluded",
      message: `${grouped(nRepeats)} of ${grouped(total)} pairs of user and item in the test part stand in the user's history already: ${includeSeen ? "they count, for the definition includes what was seen" : "they do not count, for what a user had is not recommended again"}`,
    });
  return findings;
}

// Share of the events before the test part that happened after its first one.
function laterShare({ times }: Events, { parts }: EventSplit): number {
  if (times === null) return 0;
  let first = Number.POSITIVE_INFINITY;
  times.forEach((time, k) => {
    if (parts[k] === partCodes.test) first = Math.min(first, time);
  });
  let nLater = 0;
  let n = 0;
  times.forEach((time, k) => {
    if (parts[k] === partCodes.test) return;
    n++;
    if (time > first) nLater++;
  });
  return nLater / Math.max(1, n);
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
