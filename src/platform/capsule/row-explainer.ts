import {
  type Explainer,
  explainerOf,
  explainTreesAgainst,
  isNumeric,
  type NoExplainer,
  type ScoreScale,
  type ShapKernels,
  type TreeExplainer,
} from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { type FittedFeatures, loadFeatures, type RawRow } from "../features/index.ts";
import { answeredClass, medianOutput, type PredictorData } from "./predictor.ts";
import type { Signature } from "./signature.ts";

/**
 * Explains a model's scores in its source columns: what the features of one column contribute is summed. Per output nColumns + 1 numbers,
 * the columns in signature order and then the expected score; they sum to the score before calibration.
 */
export interface RowExplainer {
  readonly signature: Signature;
  readonly scale: ScoreScale;
  readonly nOutputs: number;
  /** Expected score per output. */
  readonly expected: Float64Array;
  /** Writes nOutputs × (nColumns + 1) numbers to `out`; the row is given in signature order. */
  explainRow(row: RawRow, out: Float64Array): void;
  /** What each term of a row's texts adds to the score of an output: TF-IDF × weight, greatest first, whichever its sign. */
  terms(row: RawRow, output: number): TermContribution[];
  /** Explanations of every row of a table that holds the inputs: row-major, nRows × nOutputs × (nColumns + 1). */
  explain(table: Table): Float64Array;
  /**
   * Writes what columns contribute together, nOutputs × nColumns × nColumns numbers: symmetric, half of it at (i, j) and half at (j, i); what
   * a column contributes alone is on the diagonal. Only where `hasInteractions`: of trees with at most 300 features.
   */
  readonly hasInteractions: boolean;
  interactRow(row: RawRow, out: Float64Array): void;
}

// A matrix of features by features per row: beyond, it takes too long to be of use.
const mostInteracting = 300;

/** The explainer of a trained model, or why there is none. */
export function rowExplainer(data: PredictorData, kernels?: ShapKernels): RowExplainer | NoExplainer {
  const explainer = explainerOf(data.model, kernels);
  return "reason" in explainer ? explainer : inColumns(explainer, loadFeatures(data.features), data.signature);
}

/** Explains trees against the rows of a table that holds the inputs (interventional), instead of against the training rows' shares. */
export function rowExplainerAgainst(data: PredictorData, background: Table): RowExplainer | NoExplainer {
  const { model, signature } = data;
  if (model.kind !== "gbdt" && model.kind !== "forest")
    return { reason: `only trees are explained against a background, and it is of the kind "${model.kind}"` };
  const features = loadFeatures(data.features);
  return inColumns(explainTreesAgainst(model, features.transform(background)), features, signature);
}

function inColumns(explainer: Explainer | TreeExplainer, features: FittedFeatures, signature: Signature): RowExplainer {
  const { scale, nOutputs, expected } = explainer;
  const encode = features.compileRow();
  const encoded = new Float64Array(features.outputs.length);
  const described = [...features.outputs, ...features.blocks];
  const byFeature = new Float64Array(nOutputs * (described.length + 1));
  const names = signature.inputs.map(({ name }) => name);
  // The expected score is one more "column".
  const columnOf = [...described.map(({ from }) => names.indexOf(from)), names.length];
  const width = columnOf.length;
  const stride = names.length + 1;
  const sumColumns = (from: number, values: Float64Array, out: Float64Array, to: number) => {
    out.fill(0, to, to + nOutputs * stride);
    for (let k = 0; k < nOutputs; k++)
      for (let j = 0; j < width; j++) out[to + k * stride + columnOf[j]!]! += values[from + k * width + j]!;
  };
  return {
    signature,
    scale,
    nOutputs,
    expected,
    explainRow(row, out) {
      const sparse = encode(row, encoded);
      explainer.explainRow(encoded, byFeature, sparse);
      sumColumns(0, byFeature, out, 0);
    },
    terms(row, output) {
      const sparse = encode(row, encoded);
      return sparse
        .flatMap(({ indexes, values }, b) => {
          const { name, terms } = features.blocks[b]!;
          return Array.from(indexes, (index, e) => ({
            feature: name,
            term: terms[index]!,
            contribution: values[e]! * explainer.entryWeight(b, index, output),
          }));
        })
        .sort((x, y) => Math.abs(y.contribution) - Math.abs(x.contribution));
    },
    explain(table) {
      const values = explainer.explain(features.transform(table));
      const out = new Float64Array(table.nRows * nOutputs * stride);
      for (let i = 0; i < table.nRows; i++) sumColumns(i * nOutputs * width, values, out, i * nOutputs * stride);
      return out;
    },
    hasInteractions: "interactRow" in explainer && width - 1 <= mostInteracting,
    interactRow(row, out) {
      out.fill(0);
      if (!("interactRow" in explainer)) return;
      const n = width - 1;
      const pairs = new Float64Array(nOutputs * n * n);
      encode(row, encoded);
      explainer.interactRow(encoded, pairs);
      for (let k = 0; k < nOutputs; k++)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++)
            out[(k * names.length + columnOf[i]!) * names.length + columnOf[j]!]! += pairs[(k * n + i) * n + j]!;
    },
  };
}

/** Why one row got its score. */
export interface Explanation {
  /** Whose score: the positive class, the answered class, or the regression's output. */
  readonly of: string;
  readonly scale: ScoreScale;
  /** The expected score. */
  readonly base: number;
  /** Base plus all contributions: the model's score before calibration. */
  readonly score: number;
  /** Greatest first, whichever its sign. */
  readonly contributions: readonly Contribution[];
  /** Sum of the contributions that are left out, where only the greatest were asked for. */
  readonly rest?: number;
  /** Of a model that reads texts as terms: what the terms of this row add, the 20 greatest. A column's contribution is their sum less its average. */
  readonly terms?: readonly TermContribution[];
}

/** What one term of a text adds to a score. */
export interface TermContribution {
  /** The column and the unit of the term, such as `text (words)`. */
  readonly feature: string;
  readonly term: string;
  readonly contribution: number;
}

/** Most terms of an explanation. */
const mostTerms = 20;

/** What one source column adds to a score. */
export interface Contribution {
  readonly feature: string;
  /** The row's value as the model read it; null is missing. */
  readonly value: number | string | null;
  readonly contribution: number;
}

/**
 * The explanation of one row in words. `explained` holds nOutputs × (nColumns + 1) numbers (see {@link RowExplainer}), `outputs` the model's nOutputs
 * outputs, which say the answered class; `top` keeps that many contributions.
 */
export function explanationOf(
  { signature, scale, terms }: Pick<RowExplainer, "signature" | "scale"> & Partial<Pick<RowExplainer, "terms">>,
  row: RawRow,
  explained: Float64Array,
  outputs: Float64Array,
  top = Number.POSITIVE_INFINITY,
): Explanation {
  const { output, of } = explainedOutput(signature, outputs);
  const { inputs } = signature;
  const own = explained.subarray(output * (inputs.length + 1), (output + 1) * (inputs.length + 1));
  const all = inputs
    .map(({ name }, j) => ({ feature: name, value: row[j] ?? null, contribution: own[j]! }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const ofTerms = terms?.(row, output).slice(0, Math.min(top, mostTerms)) ?? [];
  const rest = all.slice(top).reduce((sum, { contribution }) => sum + contribution, 0);
  return {
    of,
    scale,
    base: own[inputs.length]!,
    score: own.reduce((sum, part) => sum + part, 0),
    contributions: all.slice(0, top),
    ...(all.length > top ? { rest } : {}),
    ...(ofTerms.length > 0 ? { terms: ofTerms } : {}),
  };
}

/** Which output an explanation is of, and its name: the positive class, the answered one, or the middle quantile. */
export function explainedOutput(
  signature: Signature,
  outputs: Float64Array,
): { readonly output: number; readonly of: string } {
  const { task, classes, outputs: names } = signature;
  if (task === "binary") return { output: 0, of: classes[1]! };
  const output = isNumeric(task) ? medianOutput(names) : answeredClass(signature, outputs);
  return { output, of: (isNumeric(task) ? names : classes)[output]! };
}
