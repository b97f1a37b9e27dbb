import { applyCalibrator } from "../../ml/learners/index.ts";
import { type CalibrationDecision, chooseCalibration } from "../evaluation/index.ts";
import type { Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { Trial } from "./search.ts";

/** Chooses a calibration for the chosen trial on validation rows. */
export function calibrationOf(run: PreparedRun, chosen: Trial, validation: Part): CalibrationDecision {
  return chooseCalibration({
    task: run.built.target.task,
    yTrue: validation.target.values,
    prediction: chosen.validation,
    resample: validation.resample,
    method: run.definition.evaluation?.calibration ?? "auto",
    seed: run.seed,
    ...(validation.sampleWeight === null ? {} : { sampleWeight: validation.sampleWeight }),
  });
}

/** The trial's validation predictions, calibrated. */
export function calibrated({ calibrator }: CalibrationDecision, { validation, model }: Trial): Float64Array {
  return calibrator === null ? validation : applyCalibrator(calibrator, validation, model.nOutputs);
}
