import { applyCalibrator, type Calibrator, fitIsotonic, fitPlatt, type Task } from "../../ml/learners/index.ts";
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

const fits: Readonly<Record<"platt" | "isotonic", Fit>> = { platt: fitPlatt, isotonic: fitIsotonic };

// With fewer rows of a class a calibrator learns noise.
const fewestPerClass = 25;

/**
 * Chooses between no calibration, Platt scaling and isotonic regression by 5-fold cross-fitted log loss on validation. A method is
 * taken only where it lowers the loss by more than 1.96 standard errors of the paired difference; isotonic must beat Platt
 * by as much where both help. The chosen one is fitted on all validation rows. Regression and ranking: none.
 */
export function chooseCalibration(input: CalibrationInput): CalibrationDecision {
  const { task, method = "auto" } = input;
  if (task === "regression") return none("Regression outputs are not calibrated.");
  if (task === "ranking") return none("Scores of a ranking are not calibrated.");
  if (method === "none") return none("The definition asks for no calibration.");
  const rarest = rarestClass(input);
  if (method !== "auto") return fitted(method, input, `The definition asks for ${method} calibration.`);
  if (rarest < fewestPerClass)
    return none(`Not calibrated: the rarest class has ${rarest} validation rows, ${fewestPerClass} are needed.`);
  const gainOf = { platt: crossFittedGains("platt", input), isotonic: crossFittedGains("isotonic", input) };
  const helps = (gains: Float64Array) => {
    const { mean, standardError } = meanWithError(gains, input.resample);
    return mean > 1.96 * standardError;
  };
  const more = gainOf.isotonic.map((gain, i) => gain - gainOf.platt[i]!);
  if (helps(gainOf.isotonic) && (!helps(gainOf.platt) || helps(more)))
    return fitted("isotonic", input, "Isotonic calibration lowers the log loss on validation beyond noise.");
  if (helps(gainOf.platt))
    return fitted("platt", input, "Platt scaling lowers the log loss on validation beyond noise.");
  return none(
    "Not calibrated: neither Platt scaling nor isotonic regression lowers the log loss on validation beyond noise.",
  );
}

function none(sentence: string): CalibrationDecision {
  return { method: "none", calibrator: null, sentence };
}

function fitted(method: "platt" | "isotonic", input: CalibrationInput, sentence: string): CalibrationDecision {
  return { method, calibrator: fits[method](input.yTrue, input.prediction, input.sampleWeight), sentence };
}

function rarestClass({ task, yTrue, prediction }: CalibrationInput): number {
  const counts = new Array<number>(task === "binary" ? 2 : prediction.length / yTrue.length).fill(0);
  for (const y of yTrue) counts[y]! += 1;
  return Math.min(...counts);
}

/** Log loss before minus log loss after, per row, each row calibrated by a fit that did not see it; weighted by row. */
function crossFittedGains(method: "platt" | "isotonic", input: CalibrationInput): Float64Array {
  const { task, yTrue, prediction, sampleWeight } = input;
  const nOutputs = prediction.length / yTrue.length;
  const after = prediction.slice();
  crossFit(yTrue.length, input.resample, input.seed, (fit, held) => {
    const weights = sampleWeight && take(sampleWeight, fit, 1);
    const calibrator = fits[method](take(yTrue, fit, 1), take(prediction, fit, nOutputs), weights);
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
