import { createRng } from "../../lib/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import { normalUpperTail } from "../../ml/stats/index.ts";
import { blockLength, clustersOf } from "./clusters.ts";
import type { Resample } from "./evaluation-input.ts";

/*
 * Most of what this room measures (mean loss of a slice, rates of a group, cost of a threshold) is a ratio of sums over rows.
 * One pass draws how often each row counts in a resample and adds up every sum from that one vector, so that quantities
 * of the same pass are paired: a difference of two of them has an honest interval.
 */

/** Values to add up: of all rows, or of `rows` only (then `values` is aligned with `rows`). */
export interface RowSum {
  readonly rows: Int32Array | null;
  readonly values: Float64Array;
}

/** Options of {@link bootstrapSums}. */
export interface BootstrapOptions {
  readonly resample: Resample;
  readonly seed: number;
  /** Default 1000. */
  readonly nResamples?: number;
  /** Called before each resample; may throw to end the work. */
  readonly check?: () => void;
}

/** A sum on the rows as they are, then its value in each resample: length 1 + nResamples. */
export type SumDraws = Float64Array;

/** Each sum on the rows themselves and in every bootstrap resample: see {@link SumDraws}. */
export function bootstrapSums(sums: readonly RowSum[], nRows: number, options: BootstrapOptions): SumDraws[] {
  const nResamples = options.nResamples ?? 1000;
  const draws = sums.map(() => new Float64Array(1 + nResamples));
  const counts = new Uint16Array(nRows).fill(1);
  const drawCounts = countDrawer(nRows, options.resample, options.seed);
  for (let r = 0; r <= nResamples; r++) {
    options.check?.();
    if (r > 0) drawCounts(counts);
    for (let s = 0; s < sums.length; s++) draws[s]![r] = countedSum(sums[s]!, counts);
  }
  return draws;
}

function countedSum({ rows, values }: RowSum, counts: Uint16Array): number {
  let sum = 0;
  if (rows === null) for (let i = 0; i < values.length; i++) sum += counts[i]! * values[i]!;
  else for (let k = 0; k < rows.length; k++) sum += counts[rows[k]!]! * values[k]!;
  return sum;
}

/**
 * Draws with replacement: nRows single rows; as many groups as there are; or circular blocks of ⌈n^(1/3)⌉ rows in order
 * (Politis & Romano 1992), the last one cut so that the counts sum to n.
 */
function countDrawer(nRows: number, resample: Resample, seed: number): (counts: Uint16Array) => void {
  const rng = createRng(seed).fork("bootstrap-sums");
  const pick = (bound: number) => Math.floor((rng.uint32() * bound) / 4294967296);
  if (resample.unit === "row")
    return (counts) => {
      counts.fill(0);
      for (let k = 0; k < nRows; k++) counts[pick(nRows)]!++;
    };
  if (resample.unit === "group") {
    const { codes, nClusters } = clustersOf(nRows, resample);
    const timesDrawn = new Uint16Array(nClusters);
    return (counts) => {
      timesDrawn.fill(0);
      for (let k = 0; k < nClusters; k++) timesDrawn[pick(nClusters)]!++;
      for (let i = 0; i < nRows; i++) counts[i] = timesDrawn[codes[i]!]!;
    };
  }
  const length = blockLength(nRows);
  return (counts) => {
    counts.fill(0);
    for (let drawn = 0; drawn < nRows; ) {
      const start = pick(nRows);
      for (let k = 0; k < length && drawn < nRows; k++, drawn++) counts[(start + k) % nRows]!++;
    }
  };
}

/** The ratio of two sums, draw by draw; NaN where the denominator is 0. */
export function ratioOf(numerator: SumDraws, denominator: SumDraws): SumDraws {
  return numerator.map((sum, r) => (denominator[r]! > 0 ? sum / denominator[r]! : Number.NaN));
}

/** The difference of two quantities, draw by draw. */
export function differenceOf(a: SumDraws, b: SumDraws): SumDraws {
  return a.map((value, r) => value - b[r]!);
}

/** How likely a value as great as this one is where the truth is 0: normal, by the standard error of the resamples. Null where that cannot be said. */
export function oneSidedP(draws: SumDraws): number | null {
  const resampled = draws.subarray(1).filter((draw) => !Number.isNaN(draw));
  if (Number.isNaN(draws[0]!) || resampled.length < 2) return null;
  let mean = 0;
  for (const draw of resampled) mean += draw / resampled.length;
  let squares = 0;
  for (const draw of resampled) squares += (draw - mean) * (draw - mean);
  const standardError = Math.sqrt(squares / (resampled.length - 1));
  return standardError > 0 ? normalUpperTail(draws[0]! / standardError) : null;
}

/** Fewest rows for an interval: below, a percentile interval says more about the resampling than about the data. */
const fewestRows = 10;

/**
 * A value with its 95 % percentile interval (quantiles of type 7 over the resamples where it is defined). Without an interval
 * where fewer than 10 rows stand behind it or more than 5 % of the resamples leave it undefined; null with `reason` where
 * the value itself is undefined.
 */
export function valueWithInterval(draws: SumDraws, n: number, reason: string): MetricValue {
  const value = draws[0]!;
  if (Number.isNaN(value)) return { value: null, low: null, high: null, n, reason };
  if (n < fewestRows) return { value, low: null, high: null, n, reason: `only ${n} rows: too few for an interval` };
  const defined = draws
    .subarray(1)
    .filter((draw) => !Number.isNaN(draw))
    .sort();
  const share = 1 - defined.length / Math.max(1, draws.length - 1);
  if (defined.length === 0 || share > 0.05)
    return { value, low: null, high: null, n, reason: `undefined in ${Math.round(100 * share)} % of the resamples` };
  return { value, low: quantileOfSorted(defined, 0.025), high: quantileOfSorted(defined, 0.975), n };
}

function quantileOfSorted(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
