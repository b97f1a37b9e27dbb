import { sortedFloat32 } from "../stats/index.ts";

/** Rows that decide the bins of a column, evenly spaced, where there are twice as many and more. */
const mostRowsForBins = 200_000;

/** Rows that a bin should have: few rows need few bins, and small tables with many columns are quicker for it. */
const fewestRowsPerBin = 3;

/** The greatest f32 number: infinities, and f64 numbers beyond it, are binned with it, so that every threshold is finite. */
export const greatestFloat32 = 3.4028234663852886e38;

/** Thresholds between the bins of a number column: at most `most` bins. The specification of the compiled `learnThresholds`. */
export function thresholdsOf(values: Float64Array, most: number): Float32Array {
  const sample = new Float32Array(sampleLength(values.length));
  const sorted = sortedFloat32(sample.subarray(0, sampleInto(values, sample)));
  const mostBins = binLimit(sorted.length, most);
  const { distinct, counts } = distinctOf(sorted);
  return distinct.length <= mostBins
    ? Float32Array.from({ length: Math.max(0, distinct.length - 1) }, (_, k) =>
        midpoint(distinct[k]!, distinct[k + 1]!),
      )
    : equalCounts(distinct, counts, sorted.length, mostBins);
}

/** Most bins for so many values: about 3 rows in each. */
export function binLimit(n: number, most: number): number {
  return Math.max(2, Math.min(most, Math.floor(n / fewestRowsPerBin)));
}

/** Rows that decide the bins of a column of n: all, or evenly spaced ones. */
export function sampleLength(n: number): number {
  return Math.ceil(n / sampleStep(n));
}

const sampleStep = (n: number) => Math.max(1, Math.floor(n / mostRowsForBins));

/** Writes the present values of the deciding rows as finite f32 numbers; returns how many. */
export function sampleInto(values: Float64Array, sample: Float32Array): number {
  const step = sampleStep(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = values[i]!;
    if (value === value) sample[n++] = Math.min(greatestFloat32, Math.max(-greatestFloat32, value));
  }
  return n;
}

function distinctOf(sorted: Float32Array): { distinct: Float32Array; counts: Int32Array } {
  const distinct = new Float32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  let n = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (n === 0 || sorted[i]! !== distinct[n - 1]!) distinct[n++] = sorted[i]!;
    counts[n - 1]!++;
  }
  return { distinct: distinct.subarray(0, n), counts: counts.subarray(0, n) };
}

// Equal counts; a value that fills more than its share takes a bin of its own.
function equalCounts(distinct: Float32Array, counts: Int32Array, n: number, mostBins: number): Float32Array {
  const cuts: number[] = [];
  let left = n;
  let room = mostBins;
  let inBin = 0;
  for (let k = 0; k + 1 < distinct.length && cuts.length < mostBins - 1; k++) {
    inBin += counts[k]!;
    const goal = left / room;
    if (inBin < goal && !(counts[k + 1]! >= goal && inBin > 0.5 * goal)) continue;
    cuts.push(midpoint(distinct[k]!, distinct[k + 1]!));
    left -= inBin;
    room -= 1;
    inBin = 0;
  }
  return Float32Array.from(cuts);
}

// The f32 number between two f32 numbers at which `value <= cut` tells them apart.
function midpoint(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle >= a && middle < b ? middle : a;
}
