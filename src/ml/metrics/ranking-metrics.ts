import { argsort } from "../stats/index.ts";
import { type Measured, type Metric, outputsOf, type Weighable } from "./metric.ts";

// Rows by descending score, and where each run of equal scores ends: ties share one point of every curve.
function descending(scores: Float64Array): { order: Int32Array; ends: Int32Array } {
  const order = argsort(scores).reverse();
  const ends: number[] = [];
  for (let k = 0; k < order.length; k++)
    if (k + 1 === order.length || scores[order[k]!] !== scores[order[k + 1]!]) ends.push(k + 1);
  return { order, ends: Int32Array.from(ends) };
}

/** Area under the ROC curve as the chance that a positive row scores above a negative one, ties counting half (Mann–Whitney). */
function prepareAuc(yTrue: Float64Array, scores: Float64Array): Weighable {
  const { order, ends } = descending(scores);
  return (weight) => {
    let positives = 0;
    let negatives = 0;
    let pairs = 0;
    let k = 0;
    for (const end of ends) {
      let p = 0;
      let q = 0;
      for (; k < end; k++) {
        const row = order[k]!;
        if (yTrue[row] === 1) p += weight[row]!;
        else q += weight[row]!;
      }
      pairs += q * (positives + 0.5 * p);
      positives += p;
      negatives += q;
    }
    if (positives === 0 || negatives === 0) return { undefined: "only one class is present" };
    return pairs / (positives * negatives);
  };
}

/** Average precision: Σ (recall step) × precision, without interpolation, ties as one step. */
function prepareAveragePrecision(yTrue: Float64Array, scores: Float64Array): Weighable {
  const { order, ends } = descending(scores);
  return (weight) => {
    let hits = 0;
    let taken = 0;
    let area = 0;
    let k = 0;
    for (const end of ends) {
      let p = 0;
      for (; k < end; k++) {
        const row = order[k]!;
        taken += weight[row]!;
        if (yTrue[row] === 1) p += weight[row]!;
      }
      hits += p;
      if (taken > 0) area += p * (hits / taken);
    }
    return hits > 0 ? area / hits : { undefined: "no positive row is present" };
  };
}

/** The precision at each positive row's place, NaN for the others: average precision is their mean. Rows of equal scores share a place. */
export function precisionAtPositives(yTrue: Float64Array, scores: Float64Array): Float64Array {
  const { order, ends } = descending(scores);
  const precisions = new Float64Array(yTrue.length).fill(Number.NaN);
  let hits = 0;
  let k = 0;
  for (const end of ends) {
    const from = k;
    for (; k < end; k++) hits += yTrue[order[k]!] === 1 ? 1 : 0;
    for (const row of order.subarray(from, end)) if (yTrue[row] === 1) precisions[row] = hits / end;
  }
  return precisions;
}

// Weight of the positive rows among the first k rows, k by weight; of rows of equal scores that k parts, each counts in part.
function hitsAmong(k: number, yTrue: Float64Array, scores: Float64Array): (weight: Float64Array) => number {
  const { order, ends } = descending(scores);
  return (weight) => {
    let hits = 0;
    let room = k;
    let at = 0;
    for (const end of ends) {
      let positive = 0;
      let all = 0;
      for (; at < end; at++) {
        const row = order[at]!;
        all += weight[row]!;
        if (yTrue[row] === 1) positive += weight[row]!;
      }
      if (all === 0) continue;
      hits += positive * Math.min(1, room / all);
      room -= all;
      if (room <= 0) return hits;
    }
    return hits;
  };
}

/** Share of positive rows among the k of the highest scores, k ≥ 1; of rows of equal scores that k parts, each counts in part. */
export function precisionAt(k: number): Metric {
  return {
    name: `precision@${k}`,
    tasks: ["binary"],
    direction: "maximise",
    range: [0, 1],
    needs: "probability",
    definition: `Share of positive rows among the ${k} of the highest scores; of equal scores that the count parts, each counts in part.`,
    prepare(yTrue, prediction) {
      const hits = hitsAmong(k, yTrue, prediction);
      return (weight) => {
        const total = weight.reduce((sum, w) => sum + w, 0);
        return total > 0 ? hits(weight) / Math.min(k, total) : { undefined: "no row has weight" };
      };
    },
  };
}

/** Share of the positive rows that are among the k of the highest scores, k ≥ 1; ties as {@link precisionAt}. */
export function recallAt(k: number): Metric {
  return {
    name: `recall@${k}`,
    tasks: ["binary"],
    direction: "maximise",
    range: [0, 1],
    needs: "probability",
    definition: `Share of the positive rows that are among the ${k} of the highest scores; of equal scores that the count parts, each counts in part.`,
    prepare(yTrue, prediction) {
      const hits = hitsAmong(k, yTrue, prediction);
      return (weight) => {
        let positives = 0;
        for (let i = 0; i < yTrue.length; i++) if (yTrue[i] === 1) positives += weight[i]!;
        return positives > 0 ? hits(weight) / positives : { undefined: "no positive row is present" };
      };
    },
  };
}

/** The metric of a name such as `precision@10` or `recall@100`; undefined for another name. */
export function metricAtCount(name: string): Metric | undefined {
  const [, kind, count] = /^(precision|recall)@([1-9]\d*)$/.exec(name) ?? [];
  return kind === undefined ? undefined : (kind === "precision" ? precisionAt : recallAt)(Number(count));
}

// Macro mean over classes, each against the rest; undefined where one class is.
function oneVersusRest(prepare: (yTrue: Float64Array, scores: Float64Array) => Weighable) {
  return (yTrue: Float64Array, prediction: Float64Array): Weighable => {
    const nClasses = outputsOf(yTrue, prediction);
    if (nClasses === 1) return prepare(yTrue, prediction);
    const classes = Array.from({ length: nClasses }, (_, c) =>
      prepare(
        yTrue.map((y) => (y === c ? 1 : 0)),
        yTrue.map((_, i) => prediction[i * nClasses + c]!),
      ),
    );
    return (weight): Measured => {
      let sum = 0;
      for (const weigh of classes) {
        const value = weigh(weight);
        if (typeof value !== "number") return value;
        sum += value;
      }
      return sum / nClasses;
    };
  };
}

export const rocAuc: Metric = {
  name: "rocAuc",
  tasks: ["binary", "multiclass"],
  direction: "maximise",
  range: [0, 1],
  needs: "probability",
  definition:
    "Chance that a positive row scores above a negative one, ties half; several classes: macro mean of one against the rest.",
  prepare: oneVersusRest(prepareAuc),
};

export const prAuc: Metric = {
  name: "prAuc",
  tasks: ["binary", "multiclass"],
  direction: "maximise",
  range: [0, 1],
  needs: "probability",
  definition:
    "Average precision: sum of recall steps times precision, not interpolated; several classes: macro mean of one against the rest.",
  prepare: oneVersusRest(prepareAveragePrecision),
};
