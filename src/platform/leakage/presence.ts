import type { Target } from "../../ml/learners/index.ts";
import { ratioOfShares } from "../../ml/stats/index.ts";
import { type Column, columnLength, isMissing } from "../../ml/table/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { thresholds } from "./thresholds.ts";

type Evidence = Extract<LeakageEvidence, { kind: "presence" }>;

/** Evidence of presence, and the two shares that tell how telling it is. */
export interface Presence {
  readonly evidence: Evidence;
  /** Share of all rows in which the column is set. */
  readonly setShare: number;
  /** Share of the set rows that have the event. */
  readonly purity: number;
}

/**
 * How much likelier a column is set in rows of the target than in others: the likelihood ratio with its 95 % interval, for
 * the class (binary: either) where its lower end is greatest. A column is set where it is neither missing nor at the value that
 * at least half of its rows have. No threshold is searched. Null below five set rows with the event.
 */
export function presenceOf(column: Column, target: Target): Presence | null {
  const set = setRows(column);
  let best: Presence | null = null;
  for (const { event, rows } of eventsOf(target)) {
    const { both, nEvent, nMarked, n } = crossCounts(set, rows);
    if (both < thresholds.presenceRows || nEvent === n) continue;
    const { ratio, low, high } = ratioOfShares(both, nEvent, nMarked - both, n - nEvent);
    if (best !== null && low <= best.evidence.low) continue;
    const shareWith = both / nEvent;
    const shareWithout = (nMarked - both) / (n - nEvent);
    best = {
      evidence: { kind: "presence", event, likelihoodRatio: ratio, low, high, shareWith, shareWithout },
      setShare: nMarked / n,
      purity: both / nMarked,
    };
  }
  return best;
}

/** Whether presence makes a suspect: many times likelier; of dense columns and several classes more is wanted. */
export function isTelling({ evidence, setShare, purity }: Presence): boolean {
  const ofClass = evidence.event === "class";
  const wanted = ofClass || setShare > thresholds.sparseShare ? thresholds.denseRatio : thresholds.presenceRatio;
  const isPure = !ofClass || purity >= thresholds.presencePurity;
  return isPure && evidence.likelihoodRatio >= wanted && evidence.low >= thresholds.presenceLow;
}

/** Whether presence makes a suspect of a column whose name or time speaks against it too. */
export function isNoteworthy({ evidence }: Presence): boolean {
  return evidence.likelihoodRatio >= thresholds.namedPresenceRatio && evidence.low >= thresholds.namedPresenceLow;
}

/**
 * Agreement between a column's missing values and a class: the greatest |phi| over classes. 0 where fewer than ten rows are on
 * one side.
 */
export function missingnessOf(column: Column, target: Target): number {
  const missing = new Uint8Array(columnLength(column));
  for (let i = 0; i < missing.length; i++) missing[i] = isMissing(column, i) ? 1 : 0;
  let best = 0;
  for (const { rows } of eventsOf(target)) {
    const { both, nEvent, nMarked, n } = crossCounts(missing, rows);
    if (Math.min(nEvent, nMarked, n - nEvent, n - nMarked) < 10) continue;
    const phi = (both * n - nEvent * nMarked) / Math.sqrt(nEvent * nMarked * (n - nEvent) * (n - nMarked));
    best = Math.max(best, Math.abs(phi));
  }
  return best;
}

/** 1 where a column is set: present, and not at a value that at least half of the rows have. */
export function setRows(column: Column): Uint8Array {
  const usual = usualValue(column);
  const values = column.kind === "category" ? column.codes : column.values;
  const set = new Uint8Array(values.length);
  for (let i = 0; i < set.length; i++) set[i] = isMissing(column, i) || values[i] === usual ? 0 : 1;
  return set;
}

// The value of at least half of the present rows, found by majority vote (Boyer & Moore 1991) and confirmed by a count.
function usualValue(column: Column): number | null {
  const values = column.kind === "category" ? column.codes : column.values;
  const n = columnLength(column);
  let candidate: number | null = null;
  let votes = 0;
  for (let i = 0; i < n; i++) {
    if (isMissing(column, i)) continue;
    if (votes === 0) candidate = values[i]!;
    votes += values[i] === candidate ? 1 : -1;
  }
  let count = 0;
  let present = 0;
  for (let i = 0; i < n; i++) {
    if (isMissing(column, i)) continue;
    present++;
    if (values[i] === candidate) count++;
  }
  return 2 * count >= present ? candidate : null;
}

interface Event {
  readonly event: Evidence["event"];
  /** 1 in the rows of the event. */
  readonly rows: Uint8Array;
}

// The events a target speaks of: each class; of numbers, whether they differ from the value that half of the rows have.
function eventsOf({ task, values, nClasses }: Target): Event[] {
  if (task === "regression") {
    const unusual = setRows({ kind: "number", values });
    if (!unusual.includes(0)) return [];
    return [
      { event: "unusual", rows: unusual },
      { event: "usual", rows: unusual.map((set) => 1 - set) },
    ];
  }
  return Array.from({ length: nClasses }, (_, c) => ({
    event: task === "multiclass" ? "class" : c === 1 ? "positive" : "negative",
    rows: rowsOfClass(values, c),
  }));
}

function rowsOfClass(values: Float64Array, c: number): Uint8Array {
  const rows = new Uint8Array(values.length);
  for (let i = 0; i < rows.length; i++) rows[i] = values[i] === c ? 1 : 0;
  return rows;
}

function crossCounts(marks: Uint8Array, events: Uint8Array) {
  let both = 0;
  let nEvent = 0;
  let nMarked = 0;
  for (let i = 0; i < marks.length; i++) {
    both += marks[i]! & events[i]!;
    nEvent += events[i]!;
    nMarked += marks[i]!;
  }
  return { both, nEvent, nMarked, n: marks.length };
}
