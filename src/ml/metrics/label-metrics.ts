import { type Measured, type Metric, outputsOf, type Weighable } from "./metric.ts";

// Decided classes: the prediction itself where it holds one class per row, else the most probable class (first of equals).
function decided(yTrue: Float64Array, prediction: Float64Array): Float64Array {
  const k = outputsOf(yTrue, prediction);
  if (k === 1) return prediction;
  return yTrue.map((_, i) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (prediction[i * k + c]! > prediction[i * k + best]!) best = c;
    return best;
  });
}

/** A weighted confusion matrix: `counts[t * nClasses + p]`, t the true and p the decided class. */
interface Confusion {
  readonly nClasses: number;
  readonly counts: Float64Array;
}

function fromConfusion(read: (confusion: Confusion) => Measured) {
  return (yTrue: Float64Array, prediction: Float64Array): Weighable => {
    const yPred = decided(yTrue, prediction);
    let nClasses = Math.max(2, outputsOf(yTrue, prediction));
    for (let i = 0; i < yTrue.length; i++) nClasses = Math.max(nClasses, yTrue[i]! + 1, yPred[i]! + 1);
    const cells = Int32Array.from(yTrue, (y, i) => y * nClasses + yPred[i]!);
    return (weight) => {
      const counts = new Float64Array(nClasses * nClasses);
      for (let i = 0; i < cells.length; i++) counts[cells[i]!]! += weight[i]!;
      return read({ nClasses, counts });
    };
  };
}

const cell = ({ nClasses, counts }: Confusion, t: number, p: number): number => counts[t * nClasses + p]!;
function rowSum(confusion: Confusion, t: number): number {
  let sum = 0;
  for (let p = 0; p < confusion.nClasses; p++) sum += cell(confusion, t, p);
  return sum;
}
function columnSum(confusion: Confusion, p: number): number {
  let sum = 0;
  for (let t = 0; t < confusion.nClasses; t++) sum += cell(confusion, t, p);
  return sum;
}
const share = (part: number, whole: number, reason: string): Measured =>
  whole > 0 ? part / whole : { undefined: reason };

// Two classes: of the positive one. Several: macro mean over the classes that occur or are decided.
function perClass(read: (confusion: Confusion, c: number) => Measured) {
  return fromConfusion((confusion) => {
    if (confusion.nClasses === 2) return read(confusion, 1);
    let sum = 0;
    let n = 0;
    for (let c = 0; c < confusion.nClasses; c++) {
      if (rowSum(confusion, c) + columnSum(confusion, c) === 0) continue;
      const value = read(confusion, c);
      sum += typeof value === "number" ? value : 0;
      n++;
    }
    return share(sum, n, "no row has weight");
  });
}

const label = (
  name: string,
  definition: string,
  prepare: Metric["prepare"],
  range: readonly [number, number] = [0, 1],
): Metric => ({
  name,
  tasks: ["binary", "multiclass"],
  direction: "maximise",
  range,
  needs: "label",
  definition,
  prepare,
});

export const accuracy = label(
  "accuracy",
  "Share of rows whose decided class is the true one.",
  fromConfusion((confusion) => {
    let right = 0;
    let all = 0;
    for (let c = 0; c < confusion.nClasses; c++) {
      right += cell(confusion, c, c);
      all += rowSum(confusion, c);
    }
    return share(right, all, "no row has weight");
  }),
);

export const balancedAccuracy = label(
  "balancedAccuracy",
  "Mean over the classes present of the share of their rows that is decided right.",
  fromConfusion((confusion) => {
    let sum = 0;
    let n = 0;
    for (let c = 0; c < confusion.nClasses; c++) {
      const all = rowSum(confusion, c);
      if (all === 0) continue;
      sum += cell(confusion, c, c) / all;
      n++;
    }
    return share(sum, n, "no row has weight");
  }),
);

export const precision = label(
  "precision",
  "Share of the rows decided positive that are; undefined where none is. Several classes: macro mean.",
  perClass((confusion, c) => share(cell(confusion, c, c), columnSum(confusion, c), "no row is decided positive")),
);

export const recall = label(
  "recall",
  "Share of the positive rows that is decided positive; undefined where there is none. Several classes: macro mean.",
  perClass((confusion, c) => share(cell(confusion, c, c), rowSum(confusion, c), "no positive row is present")),
);

export const f1 = label(
  "f1",
  "Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). Several classes: macro mean.",
  perClass((confusion, c) =>
    share(
      2 * cell(confusion, c, c),
      rowSum(confusion, c) + columnSum(confusion, c),
      "no row is or is decided positive",
    ),
  ),
);

export const mcc = label(
  "mcc",
  "Matthews correlation coefficient, in the form of Gorodkin (2004) for several classes.",
  fromConfusion((confusion) => {
    let right = 0;
    let all = 0;
    let product = 0;
    let truth = 0;
    let decision = 0;
    for (let c = 0; c < confusion.nClasses; c++) {
      const t = rowSum(confusion, c);
      const p = columnSum(confusion, c);
      right += cell(confusion, c, c);
      all += t;
      product += t * p;
      truth += t * t;
      decision += p * p;
    }
    const spread = (all * all - decision) * (all * all - truth);
    return spread > 0
      ? (right * all - product) / Math.sqrt(spread)
      : { undefined: "only one class is present or decided" };
  }),
  [-1, 1],
);
