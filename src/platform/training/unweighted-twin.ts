import { applyCalibrator } from "../../ml/learners/index.ts";
import type { EvaluationInput } from "../evaluation/index.ts";
import { calibrationOf } from "./calibrated-trial.ts";
import type { ModelDefinition } from "./definition.ts";
import { learnerFor } from "./families.ts";
import { thresholdOf } from "./model-signature.ts";
import { joinRows, type Part } from "./part.ts";
import { refit, type SearchInput, type Trial, tryLearner } from "./search.ts";

/**
 * The chosen configuration trained on all rows alike, the same way: fitted, calibrated, its threshold chosen, refitted. What it answers for the test
 * rows says what class weights or left-out negatives did. Nothing where the run has none, or a stack was chosen.
 */
export function unweightedTwin(
  search: SearchInput,
  chosen: Trial,
  excluded: readonly string[],
  test: Part,
): Pick<EvaluationInput, "unweighted"> {
  const { configuration, family, name } = chosen;
  if (search.run.reweighting === null || configuration === null) return {};
  const run = { ...search.run, reweighting: null };
  const { validation, train, hooks } = search;
  const learner = learnerFor(run, configuration);
  const trial = tryLearner({ ...search, run }, { name, role: "candidate", family, configuration, learner });
  const calibration = calibrationOf(run, trial, validation);
  const { features, model } = refit(run, trial, excluded, joinRows(train.rows, validation.rows), hooks);
  const outputs = model.predict(features.transform(test.table));
  const { calibrator } = calibration;
  return {
    unweighted: {
      says: countedInWords(run.definition),
      prediction: calibrator === null ? outputs : applyCalibrator(calibrator, outputs, model.nOutputs),
      ...(test.target.task === "binary" && { threshold: thresholdOf(run, trial, calibration, validation) }),
    },
  };
}

function countedInWords({ classWeights, sampling }: ModelDefinition): string {
  const weights =
    classWeights === "balanced"
      ? ["each class weighs the same in sum"]
      : Object.entries(classWeights ?? {}).map(([name, weight]) => `a row of “${name}” counts ${weight}`);
  const left =
    sampling === undefined
      ? []
      : [`${Number((100 * sampling.negativeRate).toPrecision(4))} % of the negative rows are trained on`];
  return [...weights, ...left].join(", ");
}
