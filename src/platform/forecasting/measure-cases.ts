import { createRng } from "../../lib/index.ts";
import { bootstrapMeans, type MetricValue } from "../../ml/metrics/index.ts";
import { valueWithInterval } from "../evaluation/index.ts";
import type { CaseMetric, ForecastCase } from "./forecast-case.ts";

/*
 * Every metric is a mean over series, each counting once (a series with several origins by their mean). Its interval draws what may be taken as
 * independent: series, where there are 10 or more; else origins in blocks of successive ones, where there are 10 or more forecasts; else steps of the
 * horizon, in blocks of successive ones within each forecast.
 */

const fewest = 10;

/** What the intervals of some forecasts draw. */
export type DrawnUnit = "series" | "origins" | "steps";

/** Options of {@link measureCases}. */
export interface MeasureOptions {
  readonly seed: number;
  /** Default 1000. */
  readonly nResamples?: number;
  readonly check: () => void;
}

/** The unit that intervals of these forecasts draw. */
export function unitOf(cases: readonly ForecastCase[]): DrawnUnit {
  if (new Set(cases.map(({ series }) => series)).size >= fewest) return "series";
  return cases.length >= fewest ? "origins" : "steps";
}

/**
 * Metrics of forecasts with their intervals.
 * @param reference forecasts of the same cases by another model: then each value is the difference, in the same resamples
 */
export function measureCases(
  cases: readonly ForecastCase[],
  metrics: ReadonlyMap<string, CaseMetric>,
  options: MeasureOptions,
  reference?: readonly ForecastCase[],
): Record<string, MetricValue> {
  const unit = unitOf(cases);
  if (unit === "steps") return measureSteps(cases, metrics, options, reference);
  const vectors = [...metrics.values()].map((metric) => {
    const values = valuesOf(cases, metric);
    if (reference === undefined) return perUnit(cases, values, unit);
    const others = valuesOf(reference, metric);
    return perUnit(
      cases,
      values.map((value, k) => value - others[k]!),
      unit,
    );
  });
  const measured = bootstrapMeans(vectors, { ...options, resample: { unit: unit === "series" ? "row" : "block" } });
  return Object.fromEntries([...metrics.keys()].map((name, k) => [name, measured[k]!]));
}

/** A metric of each case, NaN where undefined. */
export function valuesOf(cases: readonly ForecastCase[], metric: CaseMetric): Float64Array {
  return Float64Array.from(cases, (forecast) => {
    const value = metric(forecast);
    return typeof value === "number" ? value : Number.NaN;
  });
}

/** Values per case as values per series, in the order of the series' first case: means over their origins. */
export function perSeries(cases: readonly ForecastCase[], values: Float64Array): Float64Array {
  const groups = Map.groupBy(cases.keys(), (k) => cases[k]!.series);
  return Float64Array.from(groups.values(), (own) => meanOf(own.map((k) => values[k]!)));
}

function perUnit(cases: readonly ForecastCase[], values: Float64Array, unit: DrawnUnit): Float64Array {
  return unit === "series" ? perSeries(cases, values) : values;
}

/** Mean of the values that are no NaN; NaN where all are. */
export function meanOf(values: Iterable<number>): number {
  let sum = 0;
  let n = 0;
  for (const value of values) {
    if (value !== value) continue;
    sum += value;
    n++;
  }
  return n === 0 ? Number.NaN : sum / n;
}

function measureSteps(
  cases: readonly ForecastCase[],
  metrics: ReadonlyMap<string, CaseMetric>,
  { seed, nResamples = 1000, check }: MeasureOptions,
  reference?: readonly ForecastCase[],
): Record<string, MetricValue> {
  const names = [...metrics.keys()];
  const draws = names.map(() => new Float64Array(1 + nResamples));
  const drawSteps = stepDrawer(seed);
  const others = reference ?? [];
  for (let r = 0; r <= nResamples; r++) {
    check();
    const drawn = cases.map(({ yTrue }) => (r === 0 ? null : drawSteps(yTrue.length)));
    const [own, other] = [cases, others].map((list) =>
      list.map((forecast, k) => (drawn[k] ? atSteps(forecast, drawn[k]!) : forecast)),
    );
    names.forEach((name, m) => {
      const metric = metrics.get(name)!;
      const value = meanOf(valuesOf(own!, metric));
      draws[m]![r] = reference === undefined ? value : value - meanOf(valuesOf(other!, metric));
    });
  }
  const n = cases.reduce((sum, { yTrue }) => sum + yTrue.filter((value) => value === value).length, 0);
  return Object.fromEntries(
    names.map((name, m) => {
      const measured = valueWithInterval(draws[m]!, n, reasonOf(cases, metrics.get(name)!));
      return [name, n < fewest && measured.value !== null ? { ...measured, reason: tooFew(n) } : measured];
    }),
  );
}

const tooFew = (n: number) =>
  `only ${n} test steps: an interval needs ${fewest}, by a longer horizon or more series in one model`;

function reasonOf(cases: readonly ForecastCase[], metric: CaseMetric): string {
  for (const forecast of cases) {
    const value = metric(forecast);
    if (typeof value !== "number") return value.undefined;
  }
  return "no series has a value";
}

function atSteps({ yTrue, yPred, bands, ...rest }: ForecastCase, steps: Int32Array): ForecastCase {
  const take = (values: Float64Array) => Float64Array.from(steps, (h) => values[h]!);
  return {
    ...rest,
    yTrue: take(yTrue),
    yPred: take(yPred),
    bands: bands.map(({ low, high }) => ({ low: take(low), high: take(high) })),
  };
}

// Circular blocks of ⌈n^(1/3)⌉ steps (Politis and Romano 1992).
function stepDrawer(seed: number): (n: number) => Int32Array {
  const rng = createRng(seed).fork("forecast-steps");
  return (n) => {
    let length = 1;
    while (length * length * length < n) length++;
    const steps = new Int32Array(n);
    for (let k = 0; k < n; ) {
      const start = rng.below(n);
      for (let j = 0; j < length && k < n; j++, k++) steps[k] = (start + j) % n;
    }
    return steps;
  };
}
