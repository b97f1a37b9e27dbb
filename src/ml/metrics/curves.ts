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

/** Rows parted into bins of equal count by probability; rows of equal probability stay together, so bins can be fewer. */
export function reliabilityBinsOf(yProba: Float64Array, nBins: number): Int32Array[] {
  const order = argsort(yProba);
  const bins: Int32Array[] = [];
  let from = 0;
  for (let b = 1; b <= nBins && from < order.length; b++) {
    let to = Math.max(from + 1, Math.round((b * order.length) / nBins));
    while (to < order.length && yProba[order[to]!] === yProba[order[to - 1]!]) to++;
    bins.push(order.slice(from, to));
    from = to;
  }
  return bins;
}

/** The bins of a reliability diagram, equal in count, by ascending probability. */
export function reliabilityBins(yTrue: Float64Array, yProba: Float64Array, nBins = 10): ReliabilityBin[] {
  return reliabilityBinsOf(yProba, nBins).map((rows) => {
    let hits = 0;
    let sum = 0;
    for (const row of rows) {
      hits += yTrue[row]!;
      sum += yProba[row]!;
    }
    return {
      predicted: sum / rows.length,
      observed: hits / rows.length,
      ...wilsonInterval(hits, rows.length),
      n: rows.length,
    };
  });
}
