import { log, sigmoid } from "../stats/index.ts";
import { softmaxInPlace } from "./linear-objective.ts";

/** A monotone map from a probability to a calibrated one, as data. */
export type CalibrationMap =
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  | { readonly kind: "beta"; readonly a: number; readonly b: number; readonly c: number }
  | { readonly kind: "isotonic"; readonly x: readonly number[]; readonly y: readonly number[] };

/** One map for two classes, one per class (one against the rest, then normalised to sum 1) for more. */
export interface MapCalibrator {
  readonly maps: readonly CalibrationMap[];
}

/** One number that divides the log-odds, or the logarithms of all probabilities of a row. */
export interface TemperatureCalibrator {
  readonly temperature: number;
}

/** What corrects a model's probabilities. */
export type Calibrator = MapCalibrator | TemperatureCalibrator;

type FitMap = (isPositive: Float64Array, probability: Float64Array) => CalibrationMap;

/** Fits one map for two classes, or one per class. */
export function fitMaps(yTrue: Float64Array, prediction: Float64Array, fit: FitMap): MapCalibrator {
  const nOutputs = prediction.length / yTrue.length;
  if (nOutputs === 1) return { maps: [fit(yTrue, prediction)] };
  const maps = Array.from({ length: nOutputs }, (_, k) =>
    fit(
      yTrue.map((y) => (y === k ? 1 : 0)),
      yTrue.map((_y, i) => prediction[i * nOutputs + k]!),
    ),
  );
  return { maps };
}

/** Calibrated probabilities, row-major like `outputs`. */
export function applyCalibrator(calibrator: Calibrator, outputs: Float64Array, nOutputs: number): Float64Array {
  if ("temperature" in calibrator) return scaled(outputs, nOutputs, calibrator.temperature);
  const { maps } = calibrator;
  const calibrated = outputs.map((p, i) => applyMap(maps[i % nOutputs]!, p));
  if (nOutputs === 1) return calibrated;
  for (let from = 0; from < calibrated.length; from += nOutputs) {
    let sum = 0;
    for (let k = 0; k < nOutputs; k++) sum += calibrated[from + k]!;
    for (let k = 0; k < nOutputs; k++) calibrated[from + k] = sum > 0 ? calibrated[from + k]! / sum : 1 / nOutputs;
  }
  return calibrated;
}

function scaled(outputs: Float64Array, nOutputs: number, temperature: number): Float64Array {
  if (nOutputs === 1) return outputs.map((p) => sigmoid(logit(p) / temperature));
  const calibrated = outputs.map((p) => log(inside(p)) / temperature);
  for (let from = 0; from < calibrated.length; from += nOutputs) softmaxInPlace(calibrated, from, nOutputs);
  return calibrated;
}

function applyMap(map: CalibrationMap, p: number): number {
  if (map.kind === "platt") return sigmoid(map.slope * logit(p) + map.intercept);
  if (map.kind === "beta") return sigmoid(map.a * log(inside(p)) - map.b * log(1 - inside(p)) + map.c);
  const { x, y } = map;
  if (p <= x[0]!) return y[0]!;
  if (p >= x.at(-1)!) return y.at(-1)!;
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= p) low = middle;
    else high = middle;
  }
  return y[low]! + ((p - x[low]!) / (x[high]! - x[low]!)) * (y[high]! - y[low]!);
}

/** A probability away from 0 and 1, so that its logarithms are finite. */
export function inside(p: number): number {
  return Math.min(1 - 1e-12, Math.max(1e-12, p));
}

/** Log-odds of a probability. */
export function logit(p: number): number {
  return log(inside(p) / (1 - inside(p)));
}
