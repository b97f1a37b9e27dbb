import { FettleError } from "../../lib/index.ts";
import { precisionAtPositives } from "../../ml/metrics/index.ts";
import {
  modelBytes,
  outcomeOfOne,
  type SearchFamily,
  type TaskTuneInput,
  type TrialBench,
  type TrialOutcome,
} from "../training/index.ts";
import { candidateInput, checkLabelLeakage } from "./candidate-input.ts";
import { type CandidateInput, candidateOf, learnableFamilies, scorerOf } from "./candidates.ts";
import { type AnomalyDefinition, type DetectorFamily, detectorFamilies } from "./definition.ts";
import { type LabelledRows, labelledRows } from "./labelled-rows.ts";
import { prepareAnomalies } from "./prepare.ts";
import { unmeasured } from "./search.ts";

/** What a tuning sets of each family. The share of anomalies is none of it: it is what the threshold means, not how rows are ordered. */
const spaces: Readonly<Record<DetectorFamily, SearchFamily["space"]>> = {
  "robust-z-score": [{ name: "over", kind: "choice", values: ["max", "sum"] }],
  "isolation-forest": [
    { name: "nTrees", kind: "integer", low: 50, high: 400, scale: "log" },
    { name: "sampleRows", kind: "integer", low: 64, high: 4096, scale: "log" },
  ],
  // 0 is the least share that can be.
  "robust-covariance": [{ name: "supportFraction", kind: "choice", values: [0, 0.6, 0.75, 0.9] }],
  linear: [
    { name: "lambda", kind: "real", low: 0.01, high: 300, scale: "log" },
    { name: "l1Share", kind: "choice", values: [0, 0.5, 1] },
  ],
  gbdt: [
    { name: "nTrees", kind: "integer", low: 50, high: 400, scale: "log" },
    { name: "learningRate", kind: "real", low: 0.02, high: 0.3, scale: "log" },
    { name: "maxLeaves", kind: "integer", low: 4, high: 64, scale: "log" },
    { name: "minSamplesLeaf", kind: "integer", low: 2, high: 100, scale: "log" },
    { name: "lambda", kind: "real", low: 0.05, high: 30, scale: "log" },
    { name: "featureFraction", kind: "real", low: 0.3, high: 1 },
    { name: "detector", kind: "choice", values: ["none", "isolation-forest"] },
  ],
};

/**
 * The data of a detector's tuning: a trial is fitted on the training part and orders the labelled validation rows. Its loss is 1 − average precision, a mean over the
 * known anomalies of 1 − the precision at their place. The test part is never looked at. Throws TUNE_NO_LABELS, and what a training throws for such rows.
 */
export function openAnomalyTrials(input: TaskTuneInput<AnomalyDefinition>): TrialBench {
  const { definition } = input;
  if (definition.label === undefined)
    throw new FettleError(
      "invalid-input",
      "TUNE_NO_LABELS",
      `Cannot tune "${definition.name}": ${unmeasured}, so no trial could be told to be better than another; a label is needed`,
      {
        hint: "Name the column that says which rows are anomalous: label: { column: '…' }; a few hundred labelled rows are enough",
      },
    );
  const run = prepareAnomalies({ ...input, champion: null });
  const candidates = candidateInput(run, checkLabelLeakage(run).excluded, {});
  const { train, validation } = run.split;
  const rows = labelledRows(run, validation);
  const table = run.table.take(validation);
  const nAnomalous = rows.yTrue.reduce((sum, y) => sum + y, 0);
  return {
    subject: {
      task: "anomaly",
      metric: "prAuc",
      lossName: "1 − average precision",
      nRows: train.length + validation.length,
      says: `by the order of ${rows.yTrue.length} labelled validation rows (${nAnomalous} anomalous)`,
    },
    families: learnableFamilies(run, definition.families ?? detectorFamilies).map((name) => ({
      name,
      complexity: name === "gbdt" ? 3 : 2,
      space: spaces[name],
    })),
    runTrial: ({ configuration }, hooks) => runTrial({ ...candidates, hooks }, rows, table, configuration),
  };
}

function runTrial(
  input: CandidateInput,
  rows: LabelledRows,
  validation: CandidateInput["run"]["table"],
  configuration: Parameters<typeof candidateOf>[0],
): TrialOutcome {
  const now = input.hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const candidate = candidateOf(configuration, input);
  const data = candidate.fit();
  const scores = rows.take(scorerOf(data, input.hooks).score(validation));
  const { resample } = rows;
  return outcomeOfOne({
    params: { ...(candidate.family === "gbdt" ? { detector: "none" } : {}), ...candidate.params },
    losses: precisionAtPositives(rows.yTrue, scores).map((precision) => 1 - precision),
    ...(resample.unit === "group" ? { clusters: resample.groups } : {}),
    inOrder: resample.unit === "block",
    bytes: modelBytes(data),
    seconds: now() - startedAt,
  });
}
