import { FettleError } from "../../lib/index.ts";
import { type DetectorData, type FittedDetector, loadDetector } from "../../ml/detectors/index.ts";
import { explainerOf, loadModel, type ModelData } from "../../ml/learners/index.ts";
import { numberColumn, type Table } from "../../ml/table/index.ts";
import { type FittedFeatures, type FittedFeaturesData, loadFeatures, type RawRow } from "../features/index.ts";
import type { TaskKernels } from "./task-model.ts";

/** A detector with the features that it reads. */
export interface DetectorScorerData {
  readonly kind: "detector";
  readonly features: FittedFeaturesData;
  readonly detector: DetectorData;
}

/** A classifier of labelled rows; with a detector, whose score is its last feature, {@link detectorFeature}. */
export interface ClassifierScorerData {
  readonly kind: "classifier";
  readonly features: FittedFeaturesData;
  readonly model: ModelData;
  readonly detector: DetectorScorerData | null;
}

/** What gives rows a score of strangeness, as plain data. */
export type AnomalyScorerData = DetectorScorerData | ClassifierScorerData;

/** Name of the feature that holds a detector's score. */
export const detectorFeature = "(detector score)";

/** Gives rows of given inputs a score: the stranger, the greater. */
export interface AnomalyScorer {
  /** Scores of every row of a table that holds the inputs. */
  score(table: Table): Float64Array;
  /** The score of one row, in the order of the inputs; equal to {@link score} to the bit. */
  scoreRow(row: RawRow): number;
  /** What each input contributes to a row's strangeness, to `out`, in any one unit; below 0 it speaks for a usual row. */
  explainRow(row: RawRow, out: Float64Array): void;
}

/** Compiled kernels that score and explain trees faster, to the same bits. */
export type ScorerKernels = Pick<TaskKernels, "predict" | "shap">;

/** A scorer from its data; `inputs` names the values of a row. Throws DETECTOR_DATA, MODEL_KIND, ANOMALY_DATA. */
export function openScorer(data: AnomalyScorerData, inputs: readonly string[], kernels: ScorerKernels): AnomalyScorer {
  return data.kind === "detector" ? detectorScorer(data, inputs, kernels) : classifierScorer(data, inputs, kernels);
}

/** Features of one row given in the order of `inputs`, and the inputs that they come from. */
function rowFeatures(features: FittedFeatures, inputs: readonly string[]) {
  const placeOf = new Map(inputs.map((name, place) => [name, place]));
  const place = (name: string): number => {
    const found = placeOf.get(name);
    if (found !== undefined) return found;
    throw new FettleError(
      "damaged",
      "ANOMALY_DATA",
      "Cannot load the model: a feature reads a column that is no input",
    );
  };
  const places = features.inputs.map(({ name }) => place(name));
  const from = features.outputs.map((output) => place(output.from));
  const encode = features.compileRow();
  return {
    from,
    encode: (row: RawRow, out: Float64Array) =>
      encode(
        places.map((at) => row[at] ?? null),
        out,
      ),
  };
}

function detectorScorer(
  { features: data, detector }: DetectorScorerData,
  inputs: readonly string[],
  kernels: ScorerKernels,
): AnomalyScorer {
  const features = loadFeatures(data);
  const fitted: FittedDetector = loadDetector(detector, {
    ...(kernels.predict && { predictKernels: kernels.predict }),
    ...(kernels.shap && { shapKernels: kernels.shap }),
  });
  const { encode, from } = rowFeatures(features, inputs);
  const encoded = new Float64Array(features.outputs.length);
  const reasons = new Float64Array(features.outputs.length);
  return {
    score: (table) => fitted.score(features.transform(table)),
    scoreRow(row) {
      encode(row, encoded);
      return fitted.scoreRow(encoded);
    },
    explainRow(row, out) {
      encode(row, encoded);
      fitted.explainRow(encoded, reasons);
      out.fill(0);
      from.forEach((input, k) => {
        out[input]! += reasons[k]!;
      });
    },
  };
}

/** The classifier's score is the probability of the anomalous class. What the detector's score contributes is shared as the detector's own reasons are. */
function classifierScorer(
  { features: data, model: modelData, detector: detectorData }: ClassifierScorerData,
  inputs: readonly string[],
  kernels: ScorerKernels,
): AnomalyScorer {
  const features = loadFeatures(data);
  const model = loadModel(modelData, kernels.predict);
  const detector = detectorData && detectorScorer(detectorData, inputs, kernels);
  const { encode, from } = rowFeatures(features, inputs);
  const nFeatures = features.outputs.length + (detector === null ? 0 : 1);
  const encoded = new Float64Array(nFeatures);
  const place = (row: RawRow) => {
    encode(row, encoded);
    if (detector !== null) encoded[nFeatures - 1] = detector.scoreRow(row);
  };
  let made: ReturnType<typeof explainerOf> | undefined;
  const explainer = () => {
    made ??= explainerOf(modelData, kernels.shap);
    return made;
  };
  const out = new Float64Array(1);
  const shap = new Float64Array(nFeatures + 1);
  const shares = new Float64Array(inputs.length);
  return {
    score(table) {
      const own = features.transform(table);
      const all = detector === null ? own : own.with(detectorFeature, numberColumn(detector.score(table)));
      return model.predict(all);
    },
    scoreRow(row) {
      place(row);
      model.predictRow(encoded, out);
      return out[0]!;
    },
    explainRow(row, byInput) {
      byInput.fill(0);
      const explained = explainer();
      if ("reason" in explained) return;
      place(row);
      explained.explainRow(encoded, shap);
      from.forEach((input, k) => {
        byInput[input]! += shap[k]!;
      });
      const ofDetector = detector === null ? 0 : shap[nFeatures - 1]!;
      if (detector === null || ofDetector <= 0) return;
      detector.explainRow(row, shares);
      const total = shares.reduce((sum, share) => sum + Math.max(0, share), 0);
      if (total > 0)
        shares.forEach((share, input) => {
          byInput[input]! += ofDetector * (Math.max(0, share) / total);
        });
    },
  };
}
