/*
 * The minimum covariance determinant (Rousseeuw 1984): of all subsets of h rows, the one whose covariance has the least determinant. FastMCD
 * (Rousseeuw & Van Driessen 1999): from the estimate of some rows drawn at random, take the h rows that are nearest to it, estimate anew, and so on;
 * no such C-step raises the determinant. Many starts take two steps, the best ten go on. Half of them begin with p + 1 rows, which are the likeliest to hold
 * no strange one, half with h, which lie nearer to an end where there is none. Of more than 600 rows, starts are made in up to five
 * parts of about 300, joined by up to 1,500 rows, and only then all rows are looked at.
 */
import { permutation, type Rng } from "../../lib/index.ts";
import { cholesky, logDeterminant, solveLower } from "./cholesky.ts";

/** n rows of p numbers, row after row. */
export interface Points {
  readonly values: Float64Array;
  readonly n: number;
  readonly p: number;
}

/** Centre and covariance (over n, not n − 1) of some rows. */
export interface Estimate {
  readonly location: Float64Array;
  readonly covariance: Float64Array;
  readonly lower: Float64Array;
  readonly logDeterminant: number;
}

/** h or more rows lie in a hyperplane: their covariance has no inverse. */
export const exactFit = Symbol("exact fit");

const nStarts = 500;
const nKept = 10;
const partRows = 300;
const mostParts = 5;
const mostSteps = 100;

/** All rows count at every step up to this many; beyond, only the best candidate goes on after two steps. */
const mostRowsForAll = 10_000;

/** Settings of {@link fastMcd}. */
export interface McdSettings {
  /** Rows that the estimate rests on. */
  readonly h: number;
  /** Share of the unit matrix in every covariance, 0 for none. */
  readonly ridge: number;
  readonly rng: Rng;
  readonly check: () => void;
}

/** The least determinant that FastMCD finds; exactFit where the covariance of h rows is singular. */
export function fastMcd(points: Points, settings: McdSettings): Estimate | typeof exactFit {
  const { n, p } = points;
  const { h, ridge, rng, check } = settings;
  if (p === 1) return shortest(points, h, ridge);
  const share = h / n;
  const stepsFrom = (within: Points, candidates: readonly Estimate[], nSteps: number) => {
    const rows = Math.min(within.n, Math.ceil(within.n * share));
    const found: Estimate[] = [];
    for (const candidate of candidates) {
      check();
      const estimate = concentrate(within, candidate, rows, nSteps, ridge);
      if (estimate === exactFit) return exactFit;
      found.push(estimate);
    }
    return best(found);
  };
  // A start costs as its columns squared: many columns get fewer.
  const starts = Math.max(50, Math.min(nStarts, Math.round((nStarts * 400) / (p * p))));
  const order = permutation(n, rng.fork("parts"));
  const nParts = n <= 2 * partRows ? 1 : Math.min(mostParts, Math.floor(n / partRows));
  const size = nParts === 1 ? n : Math.min(partRows, Math.floor(n / nParts));
  const draws = rng.fork("starts");
  let candidates: Estimate[] = [];
  for (let part = 0; part < nParts; part++) {
    const within = nParts === 1 ? points : take(points, order.subarray(part * size, (part + 1) * size));
    const begun: Estimate[] = [];
    for (let k = 0; k < starts / nParts; k++) {
      const start = drawStart(within, k % 2 === 0 ? p + 1 : Math.ceil(within.n * share), ridge, draws);
      if (start === exactFit) return exactFit;
      begun.push(start);
    }
    const kept = stepsFrom(within, begun, 2);
    if (kept === exactFit) return exactFit;
    candidates.push(...kept);
  }
  if (nParts > 1 && nParts * size < n) {
    const kept = stepsFrom(take(points, order.subarray(0, nParts * size)), candidates, 2);
    if (kept === exactFit) return exactFit;
    candidates = kept;
  }
  if (n > mostRowsForAll) {
    const kept = stepsFrom(points, candidates, 2);
    if (kept === exactFit) return exactFit;
    candidates = kept.slice(0, 1);
  }
  const last = stepsFrom(points, best(candidates), mostSteps);
  return last === exactFit ? exactFit : last[0]!;
}

// The best ten, the least determinant first; of equal ones the first.
const best = (estimates: readonly Estimate[]): Estimate[] =>
  estimates.toSorted((a, b) => a.logDeterminant - b.logDeterminant).slice(0, nKept);

function take({ values, p }: Points, rows: Int32Array): Points {
  const taken = new Float64Array(rows.length * p);
  for (let i = 0; i < rows.length; i++) taken.set(values.subarray(rows[i]! * p, (rows[i]! + 1) * p), i * p);
  return { values: taken, n: rows.length, p };
}

// So many rows drawn, and one more at a time while their covariance is singular.
function drawStart(points: Points, least: number, ridge: number, rng: Rng): Estimate | typeof exactFit {
  const order = permutation(points.n, rng);
  for (let size = Math.min(points.n, least); size <= points.n; size++) {
    const estimate = estimateOf(points, order.subarray(0, size), ridge);
    if (estimate !== exactFit) return estimate;
  }
  return exactFit;
}

// C-steps until the determinant falls no more.
function concentrate(
  points: Points,
  start: Estimate,
  h: number,
  nSteps: number,
  ridge: number,
): Estimate | typeof exactFit {
  let estimate = start;
  for (let step = 0; step < nSteps; step++) {
    const next = estimateOf(points, nearest(squaredDistances(points, estimate), h), ridge);
    if (next === exactFit) return exactFit;
    // The first step comes from other rows, so that its determinant may rise.
    if (step > 0 && next.logDeterminant >= estimate.logDeterminant) break;
    estimate = next;
  }
  return estimate;
}

/** Squared Mahalanobis distance of every row. */
export function squaredDistances({ values, n, p }: Points, { location, lower }: Estimate): Float64Array {
  const out = new Float64Array(n);
  const x = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) x[j] = values[i * p + j]! - location[j]!;
    out[i] = solveLower(lower, p, x);
  }
  return out;
}

// The h rows of the least distance, in order; of equal ones the first.
function nearest(distances: Float64Array, h: number): Int32Array {
  const farthest = distances.toSorted()[h - 1]!;
  let nBelow = 0;
  for (const d of distances) if (d < farthest) nBelow++;
  let room = h - nBelow;
  const rows = new Int32Array(h);
  let k = 0;
  for (let i = 0; i < distances.length; i++)
    if (distances[i]! < farthest || (distances[i] === farthest && room-- > 0)) rows[k++] = i;
  return rows;
}

/** Mean and covariance of some rows, `ridge` of it the unit matrix. */
export function estimateOf({ values, p }: Points, rows: Int32Array, ridge: number): Estimate | typeof exactFit {
  const h = rows.length;
  const location = new Float64Array(p);
  for (const row of rows) for (let j = 0; j < p; j++) location[j]! += values[row * p + j]!;
  for (let j = 0; j < p; j++) location[j]! /= h;
  const covariance = new Float64Array(p * p);
  const x = new Float64Array(p);
  for (const row of rows) {
    for (let j = 0; j < p; j++) x[j] = values[row * p + j]! - location[j]!;
    for (let i = 0; i < p; i++) {
      const xi = x[i]!;
      for (let j = 0; j <= i; j++) covariance[i * p + j]! += xi * x[j]!;
    }
  }
  for (let i = 0; i < p; i++)
    for (let j = 0; j <= i; j++) {
      const value = (1 - ridge) * (covariance[i * p + j]! / h) + (i === j ? ridge : 0);
      covariance[i * p + j] = value;
      covariance[j * p + i] = value;
    }
  const lower = cholesky(covariance, p);
  return lower === null ? exactFit : { location, covariance, lower, logDeterminant: logDeterminant(lower, p) };
}

// One column: the h neighbours in order whose variance is least, found exactly (Rousseeuw & Leroy 1987).
function shortest(points: Points, h: number, ridge: number): Estimate | typeof exactFit {
  const { values, n } = points;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const middle = values[order[n >> 1]!]!;
  let sum = 0;
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  let from = 0;
  for (let k = 0; k < n; k++) {
    const x = values[order[k]!]! - middle;
    sum += x;
    squares += x * x;
    if (k >= h) {
      const gone = values[order[k - h]!]! - middle;
      sum -= gone;
      squares -= gone * gone;
    }
    if (k < h - 1) continue;
    const spread = squares - (sum * sum) / h;
    if (spread < least) {
      least = spread;
      from = k - h + 1;
    }
  }
  return estimateOf(points, order.subarray(from, from + h), ridge);
}
