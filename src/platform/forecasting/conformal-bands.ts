import { conformalHalfWidths, type HalfWidths } from "../../ml/forecasters/index.ts";
import { type ValueRange, within } from "../capsule/index.ts";
import { type Band, type ForecastCase, scaleOf } from "./forecast-case.ts";

/** Half-widths per level and step, in units of a series' scale, from the errors of validation forecasts of all series together. */
export function widthsOf(cases: readonly ForecastCase[], horizon: number, levels: readonly number[]): HalfWidths {
  const errors = cases.flatMap(({ yTrue, yPred, scales }) => {
    const scale = scaleOf({ scales });
    return scale === null ? [] : [yTrue.map((y, h) => (y - yPred[h]!) / scale)];
  });
  return conformalHalfWidths(errors, horizon, levels);
}

/** The bands around a forecast; NaN at steps without one. */
export function bandsOf({ widths }: HalfWidths, yPred: Float64Array, scale: number | null, range: ValueRange): Band[] {
  return widths.map((ofLevel) => {
    const half = yPred.map((_, h) => (scale === null || ofLevel[h] === null ? Number.NaN : ofLevel[h]! * scale));
    return {
      low: yPred.map((y, h) => within(range, y - half[h]!)),
      high: yPred.map((y, h) => within(range, y + half[h]!)),
    };
  });
}
