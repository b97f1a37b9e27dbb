import type { LeakageFinding } from "../leakage/index.ts";
import type { RecommenderDefinition } from "./definition.ts";
import type { Events } from "./events.ts";
import { type EventSplit, partCodes } from "./split-events.ts";

/**
 * What the training knows of the test: events that happened later. By the global time split there are none; of a split by `latest`, or an official test file,
 * they are named, for it is made so; a split at random although there are times is a strong leak that the definition keeps, and fails a gate. How popular items
 * are is learned from the same parts as all else, so that it can know no more.
 */
export function findEventLeakage(
  events: Events,
  split: EventSplit,
  { time }: RecommenderDefinition,
  metric: string,
): LeakageFinding[] {
  const later = laterShare(events, split);
  if (time === undefined || later === 0) return [];
  const isChosen = split.kind === "random";
  const seen = `${percent(later)} of the training events have a later ${time} than the first test event, so that popularity and likeness are learned from the future`;
  return [
    {
      columns: [time],
      strength: isChosen ? "strong" : "suspect",
      evidence: [{ kind: "future-events", share: later }],
      decision: isChosen ? "kept" : "named",
      scoreWith: null,
      scoreWithout: null,
      metric,
      message: `${seen}: ${isChosen ? 'the definition splits at random, split: { kind: "time" } would not' : 'split: { kind: "time" } has none'}`,
    },
  ];
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
