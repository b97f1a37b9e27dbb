import { argsort, deviance, huber as huberOf } from "../stats/index.ts";
import { type Metric, meanOfRows } from "./metric.ts";

const regression = (
  name: string,
  definition: string,
  prepare: Metric["prepare"],
  direction: Metric["direction"] = "minimise",
  range: readonly [number, number] = [0, Number.POSITIVE_INFINITY],
): Metric => ({ name, tasks: ["regression"], direction, range, needs: "value", definition, prepare });

export const rmse = regression("rmse", "Root of the mean squared error.", (yTrue, yPred) =>
  meanOfRows(
    yTrue.map((y, i) => (y - yPred[i]!) ** 2),
    Math.sqrt,
  ),
);

export const mae = regression("mae", "Mean absolute error.", (yTrue, yPred) =>
  meanOfRows(yTrue.map((y, i) => Math.abs(y - yPred[i]!))),
);

export const mape = regression(
  "mape",
  "Mean absolute error relative to the truth, as a share; undefined where a true value is 0, and misleading where some are near 0.",
  (yTrue, yPred) => {
    const zero = { undefined: "a true value is 0" };
    const mean = meanOfRows(yTrue.map((y, i) => (y === 0 ? 0 : Math.abs((y - yPred[i]!) / y))));
    return (weight) => (yTrue.some((y, i) => y === 0 && weight[i]! > 0) ? zero : mean(weight));
  },
);

export const r2 = regression(
  "r2",
  "Share of the variance of the truth that the prediction explains, 1 − SSE/SST; below 0 it is worse than the mean.",
  (yTrue, yPred) => (weight) => {
    let n = 0;
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < yTrue.length; i++) {
      if (weight[i] === 0) continue;
      n += weight[i]!;
      sum += weight[i]! * yTrue[i]!;
      least = Math.min(least, yTrue[i]!);
      greatest = Math.max(greatest, yTrue[i]!);
    }
    if (!(least < greatest)) return { undefined: "the true values do not vary" };
    const mean = sum / n;
    let total = 0;
    let left = 0;
    for (let i = 0; i < yTrue.length; i++) {
      total += weight[i]! * (yTrue[i]! - mean) ** 2;
      left += weight[i]! * (yTrue[i]! - yPred[i]!) ** 2;
    }
    return 1 - left / total;
  },
  "maximise",
  [Number.NEGATIVE_INFINITY, 1],
);

export const medianAbsoluteError = regression(
  "medianAbsoluteError",
  "Weighted median of the absolute errors; of two middle values their mean.",
  (yTrue, yPred) => {
    const errors = yTrue.map((y, i) => Math.abs(y - yPred[i]!));
    const order = argsort(errors);
    return (weight) => {
      let total = 0;
      for (const w of weight) total += w;
      if (!(total > 0)) return { undefined: "no row has weight" };
      let sum = 0;
      for (let k = 0; k < order.length; k++) {
        const w = weight[order[k]!]!;
        sum += w;
        if (w === 0 || sum < total / 2) continue;
        if (sum > total / 2) return errors[order[k]!]!;
        let next = k + 1;
        while (next < order.length && weight[order[next]!] === 0) next++;
        return next < order.length ? (errors[order[k]!]! + errors[order[next]!]!) / 2 : errors[order[k]!]!;
      }
      return errors[order.at(-1)!]!;
    };
  },
);

/** Pinball loss of one quantile level: the metric whose least value is at that quantile. */
export function pinball(level: number): Metric {
  return regression(`pinball@${level}`, `Mean pinball loss at level ${level}.`, (yTrue, yPred) =>
    meanOfRows(
      yTrue.map((y, i) => {
        const error = y - yPred[i]!;
        return Math.max(level * error, (level - 1) * error);
      }),
    ),
  );
}

/** Mean of Huber's loss: half the squared error up to `delta`, linear beyond. */
export function huber(delta: number): Metric {
  return regression(`huber@${delta}`, `Mean of Huber's loss, linear from ${delta} on.`, (yTrue, yPred) =>
    meanOfRows(yTrue.map((y, i) => huberOf(y - yPred[i]!, delta))),
  );
}

/** Mean unit deviance of the Tweedie family; power 1 is Poisson, 2 is gamma. */
export function tweedieDeviance(power: number): Metric {
  return regression(
    `tweedieDeviance@${power}`,
    `Mean unit deviance of power ${power}; undefined where a prediction is 0 or below, or a true value is ${power === 2 ? "0 or " : ""}below 0.`,
    (yTrue, yPred) => {
      const isOutside = yTrue.map((y, i) => Number(yPred[i]! <= 0 || y < 0 || (power === 2 && y === 0)));
      const mean = meanOfRows(yTrue.map((y, i) => (isOutside[i] === 1 ? 0 : deviance(y, yPred[i]!, power))));
      return (weight) =>
        isOutside.some((outside, i) => outside === 1 && weight[i]! > 0)
          ? { undefined: "a prediction or a true value is out of the deviance's range" }
          : mean(weight);
    },
  );
}
