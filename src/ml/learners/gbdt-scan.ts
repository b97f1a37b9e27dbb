import { numbersPerBin } from "./gbdt-plain.ts";
import type { ScanItem, ScanTask, Split, SplitSettings, Sums } from "./gbdt-workspace.ts";

/*
 * The search for the best split of one feature in one leaf: the specification of the compiled `scan`. What a split takes from the loss is
 * gl²/a + gr²/b − g²/(h+λ) with a = hl+λ, b = hr+λ. With C = a+b it is d²/(a·b·C) + g²/C − g²/(h+λ), d = gl·C − g·a: one division, and no
 * difference of nearly equal numbers. The score is d²/(a·b). Of equal scores the first counts.
 */

// The score that a split must beat: what the leaf has by itself, a little more so that rounding makes no splits, and the least gain asked for.
function leastScore({ g, h }: Sums, lambda: number, minGain: number): number {
  return (h + 2 * lambda) * (((g * g) / (h + lambda)) * (1 + 1e-10) + minGain) - g * g;
}

function gainOf(score: number, { g, h }: Sums, lambda: number): number {
  return (score + g * g) / (h + 2 * lambda) - (g * g) / (h + lambda);
}

/** The best split of a feature, null where none is allowed or none gains. `histogram` holds three numbers per bin. */
export function scanItem(
  histogram: Float64Array,
  item: ScanItem,
  index: number,
  task: ScanTask,
  settings: SplitSettings,
): Split | null {
  const part = partOf(histogram, item, task.sums);
  if (item.kind === "category") return scanCategory(part, item, task.sums, settings);
  return task.rule === undefined
    ? scanNumber(part, item, task.sums, settings)
    : scanRuled(part, item, index, task, settings);
}

// The bins of one feature. In a bundle, its default bin holds what the others do not; in a cross, a bin is the sum of all bytes that have it.
function partOf(histogram: Float64Array, item: ScanItem, sums: Sums): Float64Array {
  const { offset, nBins, defaultBin } = item;
  const from = numbersPerBin * offset;
  if (item.step > 0) return uncrossed(histogram, item);
  if (defaultBin < 0) return histogram.subarray(from, from + numbersPerBin * nBins);
  const part = new Float64Array(numbersPerBin * nBins);
  const rest = [sums.g, sums.h, sums.n];
  for (let bin = 0, source = from; bin < nBins; bin++) {
    if (bin === defaultBin) continue;
    for (let k = 0; k < numbersPerBin; k++) {
      const value = histogram[source++]!;
      part[numbersPerBin * bin + k] = value;
      rest[k]! -= value;
    }
  }
  part.set(rest, numbersPerBin * defaultBin);
  return part;
}

function uncrossed(histogram: Float64Array, { offset, nBins, step, columnBins }: ScanItem): Float64Array {
  const part = new Float64Array(numbersPerBin * nBins);
  for (let byte = 0; byte < columnBins; byte++)
    for (let k = 0; k < numbersPerBin; k++)
      part[numbersPerBin * (Math.floor(byte / step) % nBins) + k]! += histogram[numbersPerBin * (offset + byte) + k]!;
  return part;
}

// The threshold of greatest score, missing on the right, then on the left; without missing rows, missing goes with the heavier side.
function scanNumber(part: Float64Array, item: ScanItem, sums: Sums, settings: SplitSettings): Split | null {
  const missing = item.nBins - 1;
  const hasMissing = part[numbersPerBin * missing + 2]! > 0;
  const sides = hasMissing ? [false, true] : [false];
  let found = { score: leastScore(sums, settings.lambda, settings.minGain), bin: -1 };
  let missingLeft = false;
  for (const side of sides) {
    const here = scanSide(part, item.nBins, hasMissing, side, sums, settings, found.score);
    if (here.bin < 0) continue;
    found = here;
    missingLeft = side;
  }
  if (found.bin < 0) return null;
  return numberSplit(part, item, sums, found.bin, missingLeft, gainOf(found.score, sums, settings.lambda));
}

interface Found {
  readonly score: number;
  readonly bin: number;
}

// The allowed threshold of greatest score above `least`, missing rows on one side.
function scanSide(
  part: Float64Array,
  nBins: number,
  hasMissing: boolean,
  missingLeft: boolean,
  sums: Sums,
  { lambda, minRows, minHessian }: SplitSettings,
  least: number,
): Found {
  const { g, h, n } = sums;
  const both = h + 2 * lambda;
  const last = hasMissing && !missingLeft ? nBins - 2 : nBins - 3;
  const left = missingLeft ? sumsAt(part, nBins - 1) : { g: 0, h: 0, n: 0 };
  let score = least;
  let bin = -1;
  for (let k = 0; k <= last; k++) {
    addBin(left, part, k);
    if (left.n < minRows || left.h < minHessian) continue;
    if (n - left.n < minRows || h - left.h < minHessian) break;
    const a = left.h + lambda;
    const d = left.g * both - g * a;
    const here = (d * d) / (a * (both - a));
    if (!(here > score)) continue;
    score = here;
    bin = k;
  }
  return { score, bin };
}

function numberSplit(
  part: Float64Array,
  item: ScanItem,
  sums: Sums,
  bin: number,
  missingLeft: boolean,
  gain: number,
): Split {
  const missing = item.nBins - 1;
  const left = missingLeft ? sumsAt(part, missing) : { g: 0, h: 0, n: 0 };
  for (let b = 0; b <= bin; b++) addBin(left, part, b);
  return {
    gain,
    item,
    bin,
    goesLeft: numberSides(item, bin, part[numbersPerBin * missing + 2]!, missingLeft, left.n, sums.n),
    left,
  };
}

/** Which bins of a number feature go left; without missing rows, missing goes with the heavier side. */
export function numberSides(
  { nBins }: ScanItem,
  bin: number,
  nMissing: number,
  missingLeft: boolean,
  nLeft: number,
  n: number,
): Uint8Array {
  const goesLeft = new Uint8Array(nBins).fill(1, 0, bin + 1);
  goesLeft[nBins - 1] = (nMissing === 0 ? 2 * nLeft >= n : missingLeft) ? 1 : 0;
  return goesLeft;
}

interface RunningSums {
  g: number;
  h: number;
  n: number;
}

function sumsAt(part: Float64Array, bin: number): RunningSums {
  const at = numbersPerBin * bin;
  return { g: part[at]!, h: part[at + 1]!, n: part[at + 2]! };
}

function addBin(sums: RunningSums, part: Float64Array, bin: number): void {
  const at = numbersPerBin * bin;
  sums.g += part[at]!;
  sums.h += part[at + 1]!;
  sums.n += part[at + 2]!;
}

// Levels by ascending smoothed mean gradient, cut where the score is greatest (Fisher 1958), from either end; missing is one more level,
// rare levels go right.
function scanCategory(part: Float64Array, item: ScanItem, sums: Sums, settings: SplitSettings): Split | null {
  const { minRows, minHessian, minLevelRows, categorySmoothing, minGain } = settings;
  const lambda = settings.lambda + categorySmoothing;
  const { g, h, n } = sums;
  const order = levelOrder(part, item.nBins, minLevelRows, categorySmoothing);
  const both = h + 2 * lambda;
  let score = leastScore(sums, lambda, minGain);
  let best: readonly number[] = [];
  for (const levels of [order, order.toReversed()]) {
    const left = { g: 0, h: 0, n: 0 };
    for (let k = 0; k < levels.length; k++) {
      addBin(left, part, levels[k]!);
      if (left.n < minRows || left.h < minHessian) continue;
      if (n - left.n < minRows || h - left.h < minHessian) break;
      const a = left.h + lambda;
      const d = left.g * both - g * a;
      const here = (d * d) / (a * (both - a));
      if (here > score) {
        score = here;
        best = levels.slice(0, k + 1);
      }
    }
  }
  if (best.length === 0) return null;
  const goesLeft = new Uint8Array(item.nBins);
  const left = { g: 0, h: 0, n: 0 };
  for (const bin of best) {
    goesLeft[bin] = 1;
    addBin(left, part, bin);
  }
  return { gain: gainOf(score, sums, lambda), item, bin: -1, goesLeft, left };
}

function levelOrder(part: Float64Array, nBins: number, minLevelRows: number, smoothing: number): number[] {
  const mean = new Float64Array(nBins);
  const order: number[] = [];
  for (let bin = 0; bin < nBins; bin++) {
    const { g, h, n } = sumsAt(part, bin);
    if (n < minLevelRows) continue;
    mean[bin] = g / (h + smoothing);
    order.push(bin);
  }
  return order.sort((a, b) => mean[a]! - mean[b]! || a - b);
}

// Like scanNumber, with bounded and monotone values, or one threshold drawn by chance.
function scanRuled(
  part: Float64Array,
  item: ScanItem,
  index: number,
  { sums, rule }: ScanTask,
  settings: SplitSettings,
): Split | null {
  const { lambda, minRows, minHessian, minGain } = settings;
  const { low, high, monotone, draws } = rule!;
  const { g, h, n } = sums;
  const sign = monotone[index]!;
  const missing = item.nBins - 1;
  const nMissing = part[numbersPerBin * missing + 2]!;
  const own = boundedScore(g, h, lambda, low, high);
  let score = own + Math.abs(own) * 1e-10 + minGain;
  let bin = -1;
  let missingLeft = false;
  for (const side of nMissing > 0 ? [false, true] : [false]) {
    const last = side || nMissing === 0 ? missing - 1 : missing;
    const start = side ? sumsAt(part, missing) : { g: 0, h: 0, n: 0 };
    const only = draws[index]! < 0 ? -1 : drawnBin(part, last, draws[index]!);
    const left = { ...start };
    for (let b = 0; b < last; b++) {
      addBin(left, part, b);
      if (only >= 0 && b !== only) continue;
      const hr = h - left.h;
      if (left.n < minRows || left.h < minHessian || n - left.n < minRows || hr < minHessian) continue;
      const gr = g - left.g;
      const wl = boundedValue(left.g, left.h, lambda, low, high);
      const wr = boundedValue(gr, hr, lambda, low, high);
      if (sign * (wr - wl) < 0) continue;
      const here = scoreAt(left.g, left.h, lambda, wl) + scoreAt(gr, hr, lambda, wr);
      if (here > score) {
        score = here;
        bin = b;
        missingLeft = side;
      }
    }
  }
  return bin < 0 ? null : numberSplit(part, item, sums, bin, missingLeft, score - own);
}

/** The best leaf value within bounds. */
export function boundedValue(g: number, h: number, lambda: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, -g / (h + lambda)));
}

// What a value takes from the loss, doubled; −g/(h+λ) gives g²/(h+λ).
function scoreAt(g: number, h: number, lambda: number, value: number): number {
  return -(2 * g * value + (h + lambda) * value * value);
}

function boundedScore(g: number, h: number, lambda: number, low: number, high: number): number {
  return scoreAt(g, h, lambda, boundedValue(g, h, lambda, low, high));
}

// One of the thresholds that part the rows: between the first bin that has rows and the last.
function drawnBin(part: Float64Array, last: number, draw: number): number {
  let first = 0;
  while (first <= last && part[numbersPerBin * first + 2] === 0) first++;
  let end = last;
  while (end >= first && part[numbersPerBin * end + 2] === 0) end--;
  return first + Math.floor(draw * Math.max(1, end - first));
}
