import { createRng } from "../../lib/index.ts";
import { gbdt, type Task } from "../../ml/learners/index.ts";
import { measure, metrics } from "../../ml/metrics/index.ts";
import { type CategoryColumn, type Column, numberColumn, Table } from "../../ml/table/index.ts";
import { type Sample, sampleRows, takeTarget } from "./sample.ts";

const maxWork = 10_000;
const minTrain = 2_000;
const maxLevels = 254;

/** The metric by which columns are compared, with and without. */
export const quickMetric: Readonly<Record<Task, string>> = {
  binary: "rocAuc",
  multiclass: "logLoss",
  regression: "rmse",
  ranking: "rmse", // grades are read as numbers here
};

/**
 * Scores a set of columns with one fixed quick model: fifty boosted trees (of several classes, fifteen each) on at most 10,000
 * training rows, fewer where there are many classes.
 */
export type QuickScore = (columns: readonly string[]) => number | null;

/** The quick score on the validation rows; null where there are no columns or the metric is not defined. */
export function quickScorer(sample: Sample, seed: number): QuickScore {
  const { target, nTrain, table } = sample;
  const all = Int32Array.from({ length: table.nRows }, (_, i) => i);
  const maxTrain = Math.max(minTrain, Math.floor(maxWork / Math.max(1, target.nClasses - 1)));
  const train = sampleRows(all.subarray(0, nTrain), maxTrain, createRng(seed).fork("quick"));
  const held = all.subarray(nTrain);
  const features = new Map<string, Column>();
  const featureOf = (name: string): Column => {
    const known = features.get(name);
    if (known) return known;
    const made = asFeature(table.column(name), nTrain);
    features.set(name, made);
    return made;
  };
  const yTrue = takeTarget(target, held).values;
  const nTrees = target.task === "multiclass" ? 15 : 50;
  const learner = gbdt({ nTrees, learningRate: 0.2, maxLeaves: 15, minSamplesLeaf: 5 });
  return (columns) => {
    if (columns.length === 0 || held.length === 0) return null;
    const chosen = Table.of(columns.map((name) => [name, featureOf(name)] as const));
    const model = learner.fit(chosen.take(train), takeTarget(target, train), { seed });
    const value = measure(metrics[quickMetric[target.task]]!, yTrue, model.predict(chosen.take(held)));
    return typeof value === "number" ? value : null;
  };
}

function asFeature(column: Column, nTrain: number): Column {
  if (column.kind === "category")
    return column.dictionary.length <= maxLevels ? column : frequentLevels(column, nTrain);
  return numberColumn(column.values);
}

// The most frequent levels of the training rows; all others share one.
function frequentLevels({ codes, dictionary }: CategoryColumn, nTrain: number): CategoryColumn {
  const counts = new Int32Array(dictionary.length);
  for (let i = 0; i < nTrain; i++) if (codes[i]! >= 0) counts[codes[i]!]!++;
  const kept = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, maxLevels - 1);
  const codeOf = new Int32Array(dictionary.length).fill(kept.length);
  kept.forEach((code, i) => {
    codeOf[code] = i;
  });
  return {
    kind: "category",
    codes: codes.map((code) => (code < 0 ? -1 : codeOf[code]!)),
    dictionary: [...kept.map((code) => dictionary[code]!), "other levels"],
  };
}
