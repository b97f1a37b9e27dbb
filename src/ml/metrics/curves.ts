import { argsort, wilsonInterval } from "../stats/index.ts";

/** A point of a curve. */
export type CurvePoint = readonly [x: number, y: number];

const maxPoints = 500;

// Running sums of positives and negatives by descending score, one point per distinct score.
function steps(yTrue: Float64Array, scores: Float64Array, weight?: Float64Array): { tp: number[]; fp: number[] } {
  const order = argsort(scores).reverse();
  const tp: number[] = [];
  const fp: number[] = [];
  let p = 0;
  let q = 0;
  order.forEach((row, k) => {
    const w = weight?.[row] ?? 1;
    if (yTrue[row] === 1) p += w;
    else q += w;
    if (k + 1 < order.length && scores[row] === scores[order[k + 1]!]) return;
    if (p + q === 0) return;
    tp.push(p);
    fp.push(q);
  });
  return { tp, fp };
}

// At most `maxPoints` points, both ends kept.
function thin(points: CurvePoint[]): CurvePoint[] {
  if (points.length <= maxPoints) return points;
  return Array.from({ length: maxPoints }, (_, k) => points[Math.round((k * (points.length - 1)) / (maxPoints - 1))]!);
}

/** False positive rate (x) and true positive rate (y) from the strictest threshold to the loosest; empty for one class. */
export function rocCurve(yTrue: Float64Array, scores: Float64Array, weight?: Float64Array): CurvePoint[] {
  const { tp, fp } = steps(yTrue, scores, weight);
  const positives = tp.at(-1) ?? 0;
  const negatives = fp.at(-1) ?? 0;
  if (positives === 0 || negatives === 0) return [];
  return thin([[0, 0], ...tp.map((hits, k): CurvePoint => [fp[k]! / negatives, hits / positives])]);
}

/** Recall (x) and precision (y) from the strictest threshold to the loosest; empty without positives. */
export function precisionRecallCurve(yTrue: Float64Array, scores: Float64Array, weight?: Float64Array): CurvePoint[] {
  const { tp, fp } = steps(yTrue, scores, weight);
  const positives = tp.at(-1) ?? 0;
  if (positives === 0) return [];
  return thin(tp.map((hits, k): CurvePoint => [hits / positives, hits / (hits + fp[k]!)]));
}

/** One bin of a reliability diagram; `low` and `high` bound the observed share (Wilson, 95 %). */
export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Sums of one bin: weight, weighted probabilities, weight of the positive rows. */
export type BinSums = readonly [n: number, predicted: number, hits: number];

/**
 * Parts rows by ascending probability into bins of equal weight: a bin ends where the weight so far reaches the next n-th of the total.
 * Rows of equal probability stay together, so bins can be fewer. Sorts once, then answers any weights in linear time.
 */
export function prepareBins(
  yTrue: Float64Array,
  yProba: Float64Array,
  nBins: number,
): (weight: Float64Array) => BinSums[] {
  const order = argsort(yProba);
  return (weight) => {
    const total = weight.reduce((sum, w) => sum + w, 0);
    const bins: BinSums[] = [];
    let [n, predicted, hits, before] = [0, 0, 0, 0];
    order.forEach((row, k) => {
      const w = weight[row]!;
      n += w;
      predicted += w * yProba[row]!;
      hits += w * yTrue[row]!;
      const isLast = k + 1 === order.length;
      if (n === 0 || (!isLast && yProba[row] === yProba[order[k + 1]!])) return;
      const reached = Math.floor((before * nBins) / total);
      if (!isLast && (before + n) * nBins < (reached + 1) * total) return;
      bins.push([n, predicted, hits]);
      before += n;
      [n, predicted, hits] = [0, 0, 0];
    });
    return bins;
  };
}

/** The bins of a reliability diagram, equal in count, by ascending probability. */
export function reliabilityBins(yTrue: Float64Array, yProba: Float64Array, nBins = 10): ReliabilityBin[] {
  const sums = prepareBins(yTrue, yProba, nBins)(new Float64Array(yTrue.length).fill(1));
  return sums.map(([n, predicted, hits]) => ({
    predicted: predicted / n,
    observed: hits / n,
    ...wilsonInterval(hits, n),
    n,
  }));
}
