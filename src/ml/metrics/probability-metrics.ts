import { log } from "../stats/index.ts";
import { prepareBins } from "./curves.ts";
import { type Metric, meanOfRows, outputsOf } from "./metric.ts";

/** Probabilities are clipped to [clip, 1 − clip] before the logarithm. */
const clip = 2.220446049250313e-16;
const negativeLog = (p: number): number => -log(Math.min(1 - clip, Math.max(clip, p)));

export const logLoss: Metric = {
  name: "logLoss",
  tasks: ["binary", "multiclass"],
  direction: "minimise",
  range: [0, Number.POSITIVE_INFINITY],
  needs: "probability",
  definition: "Mean negative natural logarithm of the probability of the true class, clipped at 2.2e-16.",
  prepare(yTrue, prediction) {
    const k = outputsOf(yTrue, prediction);
    return meanOfRows(
      yTrue.map((y, i) =>
        negativeLog(k === 1 ? (y === 1 ? prediction[i]! : 1 - prediction[i]!) : prediction[i * k + y]!),
      ),
    );
  },
};

export const brier: Metric = {
  name: "brier",
  tasks: ["binary", "multiclass"],
  direction: "minimise",
  range: [0, 2],
  needs: "probability",
  definition:
    "Binary: mean squared difference of probability and outcome (0 to 1); several classes: summed over the classes (0 to 2).",
  prepare(yTrue, prediction) {
    const k = outputsOf(yTrue, prediction);
    if (k === 1) return meanOfRows(yTrue.map((y, i) => (prediction[i]! - y) ** 2));
    return meanOfRows(
      yTrue.map((y, i) => {
        let sum = 0;
        for (let c = 0; c < k; c++) sum += (prediction[i * k + c]! - (c === y ? 1 : 0)) ** 2;
        return sum;
      }),
    );
  },
};

export const ece: Metric = {
  name: "ece",
  tasks: ["binary", "multiclass"],
  direction: "minimise",
  range: [0, 1],
  needs: "probability",
  definition:
    "Expected calibration error over 10 bins of equal weight: weighted mean of |observed − predicted|; several classes: of the most probable one.",
  prepare(yTrue, prediction) {
    const k = outputsOf(yTrue, prediction);
    if (k === 1) return eceOf(yTrue, prediction);
    const best = yTrue.map((_, i) => {
      let top = 0;
      for (let c = 1; c < k; c++) if (prediction[i * k + c]! > prediction[i * k + top]!) top = c;
      return top;
    });
    return eceOf(
      best.map((c, i) => (c === yTrue[i] ? 1 : 0)),
      best.map((c, i) => prediction[i * k + c]!),
    );
  },
};

function eceOf(yTrue: Float64Array, yProba: Float64Array): ReturnType<Metric["prepare"]> {
  const binsAt = prepareBins(yTrue, yProba, 10);
  return (weight) => {
    let error = 0;
    let total = 0;
    for (const [n, predicted, hits] of binsAt(weight)) {
      error += Math.abs(hits - predicted);
      total += n;
    }
    return total > 0 ? error / total : { undefined: "no row has weight" };
  };
}

export const topK: Metric = {
  name: "topK",
  tasks: ["multiclass"],
  direction: "maximise",
  range: [0, 1],
  needs: "probability",
  definition:
    "Share of rows whose true class is among the 3 most probable ones; classes of equal probability count by class order.",
  prepare(yTrue, prediction) {
    const k = outputsOf(yTrue, prediction);
    return meanOfRows(
      yTrue.map((y, i) => {
        const own = prediction[i * k + y]!;
        let above = 0;
        for (let c = 0; c < k; c++)
          if (prediction[i * k + c]! > own || (prediction[i * k + c] === own && c < y)) above++;
        return above < 3 ? 1 : 0;
      }),
    );
  },
};
