import type { LeakageFinding } from "../leakage/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import type { OriginPlan } from "./plan-origins.ts";
import type { SeriesSet } from "./read-series.ts";

/** Fewest values in a row that are told from chance. */
const leastRun = 8;
const mostRun = 32;

/**
 * What a series' test could be known from: another series that holds the same values, at the same instants or as a copy that runs ahead of it. What
 * columns beside the values could tell is found by covariate-leakage.ts.
 */
export function findSeriesLeakage(
  { series, calendar }: SeriesSet,
  { series: plans }: OriginPlan,
  { value, series: column, horizon }: ForecastDefinition,
  metric: string,
): LeakageFinding[] {
  const length = Math.max(leastRun, Math.min(horizon, mostRun));
  const tests = new Map<number, number[]>();
  plans.forEach(({ test }, i) => {
    const { values } = series[i]!;
    if (test === null || !isTelling(values, values.length - length, length)) return;
    const hash = runHashes(values, length).at(-1)!;
    tests.set(hash, [...(tests.get(hash) ?? []), i]);
  });
  const copied = new Set<number>();
  const ahead = new Set<number>();
  series.forEach(({ values, first }, j) => {
    const end = plans[j]!.test ?? values.length;
    runHashes(values, length).forEach((hash, t) => {
      for (const i of tests.get(hash) ?? []) {
        const other = series[i]!;
        const from = other.values.length - length;
        if (i === j || !isSameRun(values, t, other.values, from, length)) continue;
        if (first + t === other.first + from) copied.add(j);
        else if (t + length <= end) ahead.add(i);
      }
    });
  });
  const n = series.length;
  const name = column ?? value;
  return [
    ...(copied.size === 0
      ? []
      : [
          finding(
            name,
            metric,
            copied.size,
            n,
            `${copied.size} of ${n} series end in the same values as another, at the same ${calendar.unit === "number" ? "steps" : "instants"}: they count as if they were independent, so that intervals are too narrow; leave out copies`,
          ),
        ]),
    ...(ahead.size === 0
      ? []
      : [
          finding(
            name,
            metric,
            ahead.size,
            n,
            `${ahead.size} of ${n} series have test values that another series holds already before its own test: a copy that is shifted in time knows them; leave it out`,
          ),
        ]),
  ];
}

function finding(column: string, metric: string, count: number, n: number, message: string): LeakageFinding {
  return {
    columns: [column],
    strength: "suspect",
    evidence: [{ kind: "copied-values", count, share: count / n }],
    decision: "named",
    scoreWith: null,
    scoreWithout: null,
    metric,
    message,
  };
}

// A run tells something where it has no gap and 4 different values.
function isTelling(values: Float64Array, from: number, length: number): boolean {
  if (from < 0) return false;
  const run = values.subarray(from, from + length);
  return !run.some(Number.isNaN) && new Set(run).size >= 4;
}

function isSameRun(a: Float64Array, from: number, b: Float64Array, other: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[from + k] !== b[other + k]) return false;
  return true;
}

const base = 0x01000193;

/** A hash of every run of a series by its first step: a polynomial over the bits of its values, rolled from run to run. */
function runHashes(values: Float64Array, length: number): Int32Array {
  const n = Math.max(0, values.length - length + 1);
  const words = new Int32Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const bitsOf = (t: number) => Math.imul(words[2 * t]! ^ Math.imul(words[2 * t + 1]!, 0x9e3779b1), 0x85ebca6b);
  let power = 1;
  for (let k = 0; k < length; k++) power = Math.imul(power, base);
  const hashes = new Int32Array(n);
  let hash = 0;
  for (let t = 0; t < values.length; t++) {
    hash = (Math.imul(hash, base) + bitsOf(t)) | 0;
    if (t >= length) hash = (hash - Math.imul(power, bitsOf(t - length))) | 0;
    if (t >= length - 1) hashes[t - length + 1] = hash;
  }
  return hashes;
}
