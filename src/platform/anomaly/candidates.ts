import { FettleError, type Json } from "../../lib/index.ts";
import {
  type Detector,
  type DetectorFitOptions,
  isolationForest,
  robustCovariance,
  robustZScore,
} from "../../ml/detectors/index.ts";
import { gbdt, linear, type Target } from "../../ml/learners/index.ts";
import { numberColumn, type Table } from "../../ml/table/index.ts";
import {
  type AnomalyScorer,
  type AnomalyScorerData,
  type DetectorScorerData,
  detectorFeature,
  openScorer,
} from "../capsule/index.ts";
import { fitFeatures, loadFeatures, planFeatures } from "../features/index.ts";
import type { AnyConfiguration, TrainHooks } from "../training/index.ts";
import { type DetectorFamily, detectorFamilies } from "./definition.ts";
import type { DetectorFeatures } from "./detector-features.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

/** One configuration, and how it is fitted. */
export interface AnomalyCandidate {
  readonly name: string;
  readonly family: DetectorFamily;
  readonly params: Readonly<Record<string, Json>>;
  /** Throws DETECTOR_NO_SPREAD where the rows do not suit it. */
  fit(): AnomalyScorerData;
}

/** What candidates are fitted on. */
export interface CandidateInput {
  readonly run: PreparedAnomalies;
  /** Columns that become no feature. */
  readonly excluded: readonly string[];
  readonly features: DetectorFeatures;
  /** Rows of the training part that detectors learn from: all, or all that are not known to be anomalous. */
  readonly fitted: Int32Array;
  readonly hooks: TrainHooks;
}

/** Fewest labelled training rows of either kind that a classifier learns from. */
export const fewestLabelled = 10;

/** What is tried where nothing else is asked for, the simplest first. */
const standard: readonly (AnyConfiguration & { readonly family: DetectorFamily; readonly name?: string })[] = [
  { family: "robust-z-score", params: { over: "sum" } },
  { family: "isolation-forest", params: {} },
  {
    family: "isolation-forest",
    params: { nTrees: 200, sampleRows: 1024 },
    name: "isolation forest, larger samples",
  },
  { family: "robust-covariance", params: {} },
  { family: "linear", params: {} },
  { family: "gbdt", params: {} },
  { family: "gbdt", params: { detector: "isolation-forest" } },
];

/** The baseline: the greatest distance of a column from its median. */
export function baselineCandidate(input: CandidateInput): AnomalyCandidate {
  return candidateOf({ family: "robust-z-score", params: { over: "max" } }, input);
}

/** Families among those asked for that a run's labels can teach, detectors always. Throws ANOMALY_LABEL where none is left. */
export function learnableFamilies(
  { labels, split }: PreparedAnomalies,
  asked: readonly DetectorFamily[],
): DetectorFamily[] {
  const count = (wanted: number) => split.train.reduce((n, row) => (labels?.[row] === wanted ? n + 1 : n), 0);
  const canLearn = Math.min(count(known.usual), count(known.anomalous)) >= fewestLabelled;
  const tried = asked.filter((family) => canLearn || (family !== "linear" && family !== "gbdt"));
  if (tried.length > 0) return tried;
  throw new FettleError(
    "invalid-input",
    "ANOMALY_LABEL",
    `Cannot learn from the label: the training part has fewer than ${fewestLabelled} labelled rows of a kind, too few for ${asked.join(" and ")}`,
    { hint: "Bring more labelled rows, or add the family isolation-forest" },
  );
}

/** Every configuration that is tried, the simplest first; without labels the one that is trained. */
export function candidatesOf(input: CandidateInput): AnomalyCandidate[] {
  const { definition, labels } = input.run;
  const { families = labels === null ? ["isolation-forest" as const] : detectorFamilies, search } = definition;
  const own = search?.configurations?.map(({ family, params = {} }) => ({ family, params: { ...params } }));
  const asked: typeof standard = own ?? standard.filter(({ family }) => families.includes(family));
  const learnable = learnableFamilies(input.run, own?.map(({ family }) => family) ?? families);
  const tried = asked.filter(({ family }) => learnable.includes(family));
  return (labels === null ? tried.slice(0, 1) : tried).map((configuration, k) => {
    const candidate = candidateOf(configuration, input);
    const isAgain = own?.slice(0, k).some(({ family }) => family === configuration.family) ?? false;
    return { ...candidate, name: configuration.name ?? (isAgain ? `${candidate.name} (${k + 1})` : candidate.name) };
  });
}

/** A configuration, ready to be fitted. Throws what the parameters are refused with. */
export function candidateOf({ family, params }: AnyConfiguration, input: CandidateInput): AnomalyCandidate {
  switch (family as DetectorFamily) {
    case "robust-z-score": {
      const name = params.over === "sum" ? "robust z-score, sum" : "robust z-score, greatest";
      return detectorCandidate(name, "robust-z-score", robustZScore(params), input);
    }
    case "isolation-forest":
      return detectorCandidate("isolation forest", "isolation-forest", isolationForest(params), input);
    case "robust-covariance":
      return detectorCandidate("robust covariance", "robust-covariance", robustCovariance(params), input);
    case "linear":
      return classifierCandidate("linear", "linear", params, input);
    case "gbdt": {
      const name =
        params.detector === "isolation-forest" ? "boosted trees with the isolation forest's score" : "boosted trees";
      return classifierCandidate(name, "gbdt", params, input);
    }
  }
}

function detectorCandidate(
  name: string,
  family: DetectorFamily,
  detector: Detector,
  { run, features, fitted, hooks }: CandidateInput,
): AnomalyCandidate {
  return {
    name,
    family,
    params: detector.params,
    fit: () => fitDetector(detector, features, run.table.take(fitted), run.seed, hooks),
  };
}

/** Fits a detector on the features of some rows. */
export function fitDetector(
  detector: Detector,
  { data }: DetectorFeatures,
  table: Table,
  seed: number,
  { predictKernels, shapKernels, shouldStop }: TrainHooks,
): DetectorScorerData {
  const options: DetectorFitOptions = {
    seed,
    ...(predictKernels && { predictKernels }),
    ...(shapKernels && { shapKernels }),
    ...(shouldStop && { shouldStop }),
  };
  const fitted = detector.fit(loadFeatures(data).transform(table), options);
  return { kind: "detector", features: data, detector: fitted.toJSON() };
}

/** Boosted trees of a few hundred rows of the rare class: small leaves, no early stopping, which would look at validation rows. */
const treeParams = { nTrees: 150, learningRate: 0.1, maxLeaves: 15, minSamplesLeaf: 5 } as const;

function classifierCandidate(
  name: string,
  family: "linear" | "gbdt",
  { detector: used, ...params }: AnyConfiguration["params"],
  input: CandidateInput,
): AnomalyCandidate {
  const { run, excluded, features, fitted, hooks } = input;
  const learner = family === "linear" ? linear(params) : gbdt({ ...treeParams, ...params });
  return {
    name,
    family,
    params: { ...learner.params, ...(used === undefined ? {} : { detector: used }) } as AnomalyCandidate["params"],
    fit() {
      const labels = run.labels!;
      const rows = run.split.train.filter((row) => labels[row] !== known.unlabelled);
      const table = run.table.take(rows);
      const target: Target = { task: "binary", values: Float64Array.from(rows, (row) => labels[row]!), nClasses: 2 };
      const plan = planFeatures(table, run.schema, {
        family,
        exclude: run.schema.map(({ name: column }) => column).filter((column) => excluded.includes(column)),
      });
      const made = fitFeatures(plan, table, target, { seed: run.seed });
      const detector =
        used === "isolation-forest"
          ? fitDetector(isolationForest(), features, run.table.take(fitted), run.seed, hooks)
          : null;
      const { kernels, predictKernels, shouldStop } = hooks;
      const own =
        detector === null ? made.features : made.features.with(detectorFeature, detectorScores(detector, table, hooks));
      const model = learner.fit(own, target, {
        seed: run.seed,
        ...(kernels && { kernels }),
        ...(predictKernels && { predictKernels }),
        ...(shouldStop && { shouldStop }),
      });
      return { kind: "classifier", features: made.fitted.toJSON(), model: model.toJSON(), detector };
    },
  };
}

const detectorScores = (detector: DetectorScorerData, table: Table, hooks: TrainHooks) =>
  numberColumn(scorerOf(detector, hooks).score(table));

/** Names of the columns that a scorer reads. */
export function inputsOf(data: AnomalyScorerData): string[] {
  const own = data.features.inputs.map(({ name }) => name);
  return data.kind === "classifier" && data.detector !== null
    ? [...new Set([...own, ...inputsOf(data.detector)])]
    : own;
}

/** A scorer ready to score tables and rows given in the order of {@link inputsOf}. */
export function scorerOf(data: AnomalyScorerData, { predictKernels, shapKernels }: TrainHooks): AnomalyScorer {
  return openScorer(data, inputsOf(data), { predict: predictKernels, shap: shapKernels });
}
