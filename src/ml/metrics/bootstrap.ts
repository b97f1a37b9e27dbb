import { createRng } from "../../lib/index.ts";
import { quantileSorted } from "../stats/index.ts";
import { metrics } from "./dictionary.ts";
import type { Metric, Ranked, Weighable } from "./metric.ts";
import type { MetricValue } from "./metric-value.ts";

/** What a resample draws: rows, whole groups (a code per row), or circular blocks of ⌈n^(1/3)⌉ consecutive rows. */
export type ResampleUnit =
  | { readonly unit: "row" }
  | { readonly unit: "group"; readonly groups: Int32Array }
  | { readonly unit: "block" };

/** Options of {@link bootstrapMetrics}. */
export interface BootstrapOptions {
  readonly seed: number;
  readonly resample: ResampleUnit;
  /** Default 1000. */
  readonly nResamples?: number;
  /** Weight per row, ≥ 0; a row drawn twice counts twice its weight. */
  readonly sampleWeight?: Float64Array;
  /** Queries of a ranking. */
  readonly ranked?: Ranked;
  /** Called before each resample; may throw to end the work. */
  readonly check?: () => void;
}

/** Where more resamples than this share leave a metric undefined, no interval is given. */
const mostUndefined = 0.05;

/**
 * Metrics of the dictionary by name, or given, each with the 2.5 % and 97.5 % quantiles of its bootstrap distribution (percentile method, Efron 1979). One
 * draw of row counts serves all metrics, so a resample costs one linear pass per metric.
 */
export function bootstrapMetrics(
  asked: readonly (string | Metric)[],
  yTrue: Float64Array,
  prediction: Float64Array,
  options: BootstrapOptions,
): Record<string, MetricValue> {
  const chosen = asked.map((one) => (typeof one === "string" ? metrics[one]! : one));
  const prepared = chosen.map((metric) => metric.prepare(yTrue, prediction, options.ranked));
  const results = intervals(
    prepared.map((weigh) => [weigh]),
    yTrue.length,
    options,
  );
  return Object.fromEntries(chosen.map(({ name }, k) => [name, results[k]!]));
}

/** A metric of prediction `a` minus the same of `b`, both on the same resamples: the paired interval of the difference. */
export function bootstrapDifference(
  name: string,
  yTrue: Float64Array,
  a: Float64Array,
  b: Float64Array,
  options: BootstrapOptions,
): MetricValue {
  const metric = metrics[name]!;
  return intervals(
    [[a, b].map((prediction) => metric.prepare(yTrue, prediction, options.ranked))],
    yTrue.length,
    options,
  )[0]!;
}

/**
 * Means of values per row (of recommendations: per user), each over the rows where it is no NaN, with their intervals. One draw serves all, so that
 * of two vectors' differences the interval is that of `a − b` as a vector of its own.
 */
export function bootstrapMeans(vectors: readonly Float64Array[], options: BootstrapOptions): MetricValue[] {
  return intervals(
    vectors.map((values) => [meanOfPresent(values)]),
    vectors[0]?.length ?? 0,
    options,
  ).map((value, k) => ({ ...value, n: vectors[k]!.reduce((n, x) => n + Number(x === x), 0) }));
}

function meanOfPresent(values: Float64Array): Weighable {
  const present = values.map((x) => Number(x === x));
  const filled = values.map((x) => (x === x ? x : 0));
  return (weight) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < filled.length; i++) {
      sum += weight[i]! * filled[i]!;
      total += weight[i]! * present[i]!;
    }
    return total > 0 ? sum / total : { undefined: "it is undefined in every row" };
  };
}

// Each entry is one metric, or a pair whose difference is wanted.
function intervals(entries: readonly (readonly Weighable[])[], n: number, options: BootstrapOptions): MetricValue[] {
  const nResamples = options.nResamples ?? 1000;
  const base = options.sampleWeight ?? new Float64Array(n).fill(1);
  const draws = entries.map(() => [] as number[]);
  const draw = rowCounts(n, options.resample, options.seed);
  const weight = new Float64Array(n);
  for (let r = 0; r < nResamples; r++) {
    options.check?.();
    draw(weight);
    if (options.sampleWeight) for (let i = 0; i < n; i++) weight[i]! *= base[i]!;
    entries.forEach((entry, k) => {
      const value = valueAt(entry, weight);
      if (typeof value === "number") draws[k]!.push(value);
    });
  }
  return entries.map((entry, k) => summarise(valueAt(entry, base), draws[k]!, nResamples, n));
}

function valueAt([a, b]: readonly Weighable[], weight: Float64Array): ReturnType<Weighable> {
  const first = a!(weight);
  if (b === undefined || typeof first !== "number") return first;
  const second = b(weight);
  return typeof second === "number" ? first - second : second;
}

function summarise(value: ReturnType<Weighable>, draws: number[], nResamples: number, n: number): MetricValue {
  if (typeof value !== "number") return { value: null, low: null, high: null, n, reason: value.undefined };
  if (nResamples - draws.length > mostUndefined * nResamples)
    return {
      value,
      low: null,
      high: null,
      n,
      reason: `undefined in ${nResamples - draws.length} of ${nResamples} resamples`,
    };
  const sorted = Float64Array.from(draws).sort();
  return { value, low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975), n };
}

// Writes how often each row counts in one resample.
function rowCounts(n: number, resample: ResampleUnit, seed: number): (counts: Float64Array) => void {
  const rng = createRng(seed).fork("bootstrap");
  const pick = (bound: number) => Math.floor((rng.uint32() * bound) / 4294967296);
  if (resample.unit === "row")
    return (counts) => {
      counts.fill(0);
      for (let k = 0; k < n; k++) counts[pick(n)]!++;
    };
  if (resample.unit === "group") {
    const { groups } = resample;
    const codes = new Map<number, number>();
    for (const group of groups) if (!codes.has(group)) codes.set(group, codes.size);
    const dense = Int32Array.from(groups, (group) => codes.get(group)!);
    const times = new Float64Array(codes.size);
    return (counts) => {
      times.fill(0);
      for (let k = 0; k < times.length; k++) times[pick(times.length)]!++;
      for (let i = 0; i < n; i++) counts[i] = times[dense[i]!]!;
    };
  }
  let length = 1;
  while (length ** 3 < n) length++;
  return (counts) => {
    counts.fill(0);
    for (let drawn = 0; drawn < n; ) {
      const start = pick(n);
      for (let k = 0; k < length && drawn < n; k++, drawn++) counts[(start + k) % n]!++;
    }
  };
}
