import { createRng, permutation } from "../../lib/index.ts";
import type { ModelData, NoExplainer, ScoreScale, ShapKernels } from "../../ml/learners/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import {
  type Explanation,
  explainedOutput,
  explanationOf,
  type PredictorData,
  type RowExplainer,
  rawRowOf,
  rowExplainer,
} from "../capsule/index.ts";
import { storageOf } from "../data/index.ts";
import { meanAbsolute } from "../evaluation/index.ts";
import { loadFeatures } from "../features/index.ts";
import type { Part } from "./part.ts";

/** What the columns contribute to the scores of test rows: SHAP values, before calibration. */
export interface ExplanationSummary {
  readonly scale: ScoreScale;
  /** Test rows that were explained: a sample where there are more than 500. */
  readonly nRows: number;
  /** Mean size of each column's contribution, summed over the classes; greatest first, at most 100. */
  readonly columns: readonly {
    readonly column: string;
    readonly meanAbsolute: MetricValue;
    /** Share of the loss that the column's splits took away in training; null for a model without splits. */
    readonly gain: number | null;
  }[];
  /** Contributions row by row, of the 8 greatest columns and at most 200 rows; null for several classes. */
  readonly swarm: {
    readonly of: string;
    readonly columns: readonly {
      readonly column: string;
      /** The value is null where it is missing, no number, or may be personal. */
      readonly points: readonly (readonly [contribution: number, value: number | null])[];
    }[];
  } | null;
  /** Pairs of columns that contribute most together, on average over at most 30 rows; empty where it is not known. */
  readonly pairs: readonly { readonly columns: readonly [string, string]; readonly meanAbsolute: number }[];
  /** The rows with the greatest loss, explained; values that may be personal are masked. */
  readonly examples: readonly { readonly row: number; readonly explanation: Explanation }[];
}

/** Why a model is not explained. */
export type NoSummary = NoExplainer;

const mostRows = 500;
const mostColumns = 100;
const mostPoints = 200;
const mostSwarmed = 8;
const mostPairRows = 30;
const mostExamples = 2;
const mask = "•••";

/** What {@link summariseExplanations} reads. */
export interface SummaryInput {
  readonly data: Omit<PredictorData, "calibrator">;
  readonly test: Pick<Part, "table" | "resample">;
  /** The model's outputs for the test rows. */
  readonly outputs: Float64Array;
  /** Test rows with the greatest loss, worst first. */
  readonly worst: readonly number[];
  /** Columns whose values must not be shown. */
  readonly hidden: { has(column: string): boolean };
  readonly seed: number;
  readonly kernels?: ShapKernels;
}

/** Explains a sample of the test rows. */
export function summariseExplanations(input: SummaryInput): ExplanationSummary | NoSummary {
  const explainer = rowExplainer({ ...input.data, calibrator: null }, input.kernels);
  if ("reason" in explainer) return { reason: explainer.reason };
  const rng = createRng(input.seed).fork("explanations");
  const rows = permutation(input.test.table.nRows, rng).slice(0, mostRows).sort();
  const explained = explainer.explain(input.test.table.take(rows));
  const columns = importances(explainer, explained, rows, input);
  return {
    scale: explainer.scale,
    nRows: rows.length,
    columns,
    swarm: swarmOf(
      explainer,
      explained,
      rows,
      columns.slice(0, mostSwarmed).map(({ column }) => column),
      input,
    ),
    pairs: explainer.hasInteractions ? pairsOf(explainer, rows.slice(0, mostPairRows), input) : [],
    examples: input.worst.slice(0, mostExamples).map((row) => exampleOf(explainer, row, input)),
  };
}

function importances(explainer: RowExplainer, explained: Float64Array, rows: Int32Array, input: SummaryInput) {
  const { resample } = input.test;
  const names = explainer.signature.inputs.map(({ name }) => name);
  const stride = names.length + 1;
  const width = explainer.nOutputs * stride;
  const sizes = names
    .map((column, j) => {
      const values = Float64Array.from(rows, (_, i) => {
        let size = 0;
        for (let k = 0; k < explainer.nOutputs; k++) size += Math.abs(explained[i * width + k * stride + j]!);
        return size;
      });
      return { column, values, total: values.reduce((sum, size) => sum + size, 0) };
    })
    .sort((a, b) => b.total - a.total)
    .slice(0, mostColumns);
  const means = meanAbsolute(
    sizes.map(({ values }) => values),
    rows.length,
    {
      seed: input.seed,
      nResamples: 200,
      resample:
        resample.unit === "group" ? { unit: "group", groups: rows.map((row) => resample.groups[row]!) } : resample,
    },
  );
  const gains = gainShares(input.data);
  return sizes.map(({ column }, c) => ({
    column,
    meanAbsolute: means[c]!,
    gain: gains === null ? null : (gains.get(column) ?? 0),
  }));
}

/** Share of the whole gain per source column; null for models without splits, or whose splits hold no gain. */
function gainShares({ model, features }: SummaryInput["data"]): ReadonlyMap<string, number> | null {
  const gains = gainsByFeature(model);
  const total = gains?.reduce((sum, gain) => sum + gain, 0) ?? 0;
  if (gains === null || !(total > 0)) return null;
  const shares = new Map<string, number>();
  loadFeatures(features).outputs.forEach(({ from }, j) => {
    shares.set(from, (shares.get(from) ?? 0) + gains[j]! / total);
  });
  return shares;
}

function gainsByFeature(model: ModelData): Float64Array | null {
  if (model.kind !== "gbdt" && model.kind !== "forest") return null;
  const gains = new Float64Array(model.featureNames.length);
  for (const { feature, gain } of model.trees)
    feature.forEach((j, k) => {
      gains[j]! += Math.max(0, gain[k]!);
    });
  return gains;
}

function swarmOf(
  explainer: RowExplainer,
  explained: Float64Array,
  rows: Int32Array,
  columns: readonly string[],
  { test, data, hidden }: SummaryInput,
): ExplanationSummary["swarm"] {
  if (data.signature.task === "multiclass") return null;
  const { inputs } = data.signature;
  const stride = inputs.length + 1;
  const { output, of } = explainedOutput(data.signature, new Float64Array(explainer.nOutputs));
  const n = Math.min(rows.length, mostPoints);
  const step = rows.length / n;
  return {
    of,
    columns: columns.map((column) => {
      const j = inputs.findIndex(({ name }) => name === column);
      const source = test.table.column(column);
      const valueAt = (row: number): number | null => {
        if (source.kind === "category" || hidden.has(column)) return null;
        const value = source.values[row]!;
        return Number.isFinite(value) ? shorter(value) : null;
      };
      const points = Array.from({ length: n }, (_, p) => {
        const i = Math.floor(p * step);
        return [shorter(explained[(i * explainer.nOutputs + output) * stride + j]!), valueAt(rows[i]!)] as const;
      });
      return { column, points };
    }),
  };
}

// Four digits are more than a picture shows.
const shorter = (x: number): number => Number(x.toPrecision(4));

function pairsOf(explainer: RowExplainer, rows: Int32Array, { test, data }: SummaryInput): ExplanationSummary["pairs"] {
  const { inputs } = data.signature;
  const m = inputs.length;
  const out = new Float64Array(explainer.nOutputs * m * m);
  const sums = new Float64Array(m * m);
  for (const row of rows) {
    explainer.interactRow(rawRowOf(data.signature, test.table, row), out);
    for (let k = 0; k < out.length; k++) sums[k % (m * m)]! += (2 * Math.abs(out[k]!)) / rows.length;
  }
  return inputs
    .flatMap(({ name }, i) =>
      inputs.slice(0, i).map((other, j) => ({ columns: [other.name, name] as const, meanAbsolute: sums[i * m + j]! })),
    )
    .filter(({ meanAbsolute }) => meanAbsolute > 0)
    .sort((a, b) => b.meanAbsolute - a.meanAbsolute)
    .slice(0, 5);
}

function exampleOf(explainer: RowExplainer, row: number, { test, data, outputs, hidden }: SummaryInput) {
  const raw = rawRowOf(data.signature, test.table, row);
  const explained = new Float64Array(explainer.nOutputs * (data.signature.inputs.length + 1));
  explainer.explainRow(raw, explained);
  const shown = raw.map((value, j) => {
    const { name, type } = data.signature.inputs[j]!;
    if (hidden.has(name)) return mask;
    return typeof value === "number" && storageOf[type] === "instant" ? new Date(value).toISOString() : value;
  });
  const own = outputs.subarray(row * explainer.nOutputs, (row + 1) * explainer.nOutputs);
  return { row, explanation: explanationOf(explainer, shown, explained, own, 10) };
}
