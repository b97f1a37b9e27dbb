import {
  applyCalibrator,
  type Calibrator,
  fitBeta,
  fitIsotonic,
  fitPlatt,
  fitTemperature,
  type Task,
} from "../../ml/learners/index.ts";
import { crossFit } from "./cross-fit.ts";
import { meanWithError } from "./design-effect.ts";
import type { Calibration } from "./evaluation.ts";
import type { Resample } from "./evaluation-input.ts";
import { rowLosses } from "./row-loss.ts";

/** Which calibrator goes behind a model. */
export interface CalibrationDecision {
  readonly method: Calibration["method"];
  /** Null where the method is none. */
  readonly calibrator: Calibrator | null;
  /** Why, in one sentence. */
  readonly sentence: string;
}

/** What {@link chooseCalibration} reads: validation rows, on which the model was not fitted. */
export interface CalibrationInput {
  readonly task: Task;
  readonly yTrue: Float64Array;
  /** Probabilities, row-major, nSamples × nOutputs. */
  readonly prediction: Float64Array;
  readonly resample: Resample;
  readonly sampleWeight?: Float64Array;
  /** `auto` (default) decides by evidence; another value takes that method. */
  readonly method?: "auto" | Calibration["method"];
  readonly seed: number;
}

type Fit = (yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array) => Calibrator;

type Method = Exclude<Calibration["method"], "none">;

// From the one that can bend least to the one that can bend most.
const methods: Readonly<Record<Method, { readonly fit: Fit; readonly title: string }>> = {
  temperature: { fit: fitTemperature, title: "Temperature scaling" },
  platt: { fit: fitPlatt, title: "Platt scaling" },
  beta: { fit: fitBeta, title: "Beta calibration" },
  isotonic: { fit: fitIsotonic, title: "Isotonic calibration" },
};

// One-sided 2.5 % shared by four methods.
const standardErrorsNeeded = 2.5;

// With fewer rows of a class a calibrator learns noise.
const fewestPerClass = 25;

/**
 * Chooses between no calibration, temperature, Platt, beta and isotonic by 5-fold cross-fitted log loss on validation. They are tried in this order, and
 * each takes the place of the one before only where it lowers the loss by more than 2.5 standard errors of the paired difference: so a perfectly
 * calibrated model is left alone in about 97.5 % of samples. The chosen one is fitted on all validation rows. Regression and ranking: none.
 */
export function chooseCalibration(input: CalibrationInput): CalibrationDecision {
  const { task, method = "auto" } = input;
  if (task === "regression") return none("Regression outputs are not calibrated.");
  if (task === "ranking") return none("Scores of a ranking are not calibrated.");
  if (method === "none") return none("The definition asks for no calibration.");
  if (method !== "auto") return fitted(method, input, `The definition asks for ${method} calibration.`);
  const rarest = rarestClass(input);
  if (rarest < fewestPerClass)
    return none(`Not calibrated: the rarest class has ${rarest} validation rows, ${fewestPerClass} are needed.`);
  let chosen: Method | null = null;
  let gains: Float64Array = new Float64Array(input.yTrue.length);
  for (const name of Object.keys(methods) as Method[]) {
    const gainsOfThis = crossFittedGains(name, input);
    const { mean, standardError } = meanWithError(
      gainsOfThis.map((gain, i) => gain - gains[i]!),
      input.resample,
    );
    if (!(mean > standardErrorsNeeded * standardError)) continue;
    chosen = name;
    gains = gainsOfThis;
  }
  if (chosen === null)
    return none(
      "Not calibrated: neither temperature, Platt, beta nor isotonic calibration lowers the log loss on validation beyond noise.",
    );
  return fitted(chosen, input, `${methods[chosen].title} lowers the log loss on validation beyond noise.`);
}

function none(sentence: string): CalibrationDecision {
  return { method: "none", calibrator: null, sentence };
}

function fitted(method: Method, input: CalibrationInput, sentence: string): CalibrationDecision {
  return { method, calibrator: methods[method].fit(input.yTrue, input.prediction, input.sampleWeight), sentence };
}

function rarestClass({ task, yTrue, prediction }: CalibrationInput): number {
  const counts = new Array<number>(task === "binary" ? 2 : prediction.length / yTrue.length).fill(0);
  for (const y of yTrue) counts[y]! += 1;
  return Math.min(...counts);
}

/** Log loss before minus log loss after, per row, each row calibrated by a fit that did not see it; weighted by row. */
function crossFittedGains(method: Method, input: CalibrationInput): Float64Array {
  const { task, yTrue, prediction, sampleWeight } = input;
  const nOutputs = prediction.length / yTrue.length;
  const after = prediction.slice();
  crossFit(yTrue.length, input.resample, input.seed, (fit, held) => {
    const weights = sampleWeight && take(sampleWeight, fit, 1);
    const calibrator = methods[method].fit(take(yTrue, fit, 1), take(prediction, fit, nOutputs), weights);
    const calibrated = applyCalibrator(calibrator, take(prediction, held, nOutputs), nOutputs);
    held.forEach((row, k) => {
      after.set(calibrated.subarray(k * nOutputs, (k + 1) * nOutputs), row * nOutputs);
    });
  });
  const lossAfter = rowLosses(task, yTrue, after).values;
  return rowLosses(task, yTrue, prediction).values.map((loss, i) => (loss - lossAfter[i]!) * (sampleWeight?.[i] ?? 1));
}

function take(values: Float64Array, rows: Int32Array, width: number): Float64Array {
  const taken = new Float64Array(rows.length * width);
  for (let k = 0; k < rows.length; k++)
    for (let c = 0; c < width; c++) taken[k * width + c] = values[rows[k]! * width + c]!;
  return taken;
}
