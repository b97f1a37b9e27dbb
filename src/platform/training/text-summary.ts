import { createRng, permutation } from "../../lib/index.ts";
import { type Explainer, explainerOf, type FittedModel } from "../../ml/learners/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import { type SparseBlock, sparseRowOf, type Table } from "../../ml/table/index.ts";
import type { FittedFeatures } from "../features/index.ts";
import { learnerFor } from "./families.ts";
import type { Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { type FamilyFeatures, measureTrial, type SearchInput, type Trial } from "./search.ts";

/** What a model learned of texts. */
export interface TextSummary {
  readonly blocks: readonly { readonly name: string; readonly nTerms: number }[];
  /** Test rows of whose text the model knows no term, by column. */
  readonly unread: readonly { readonly column: string; readonly nRows: number }[];
  /** By class, or for a number the whole: the terms that add most to its score, over rows of the class. */
  readonly telling: readonly { readonly of: string; readonly terms: readonly TellingTerm[] }[];
  /** Validation metric of the chosen configuration after fewer training rows; empty where it was not measured. */
  readonly learningCurve: readonly { readonly nRows: number; readonly value: MetricValue }[];
}

/** A term with what it adds to the score on average over rows of the class (of a number: in absolute size over all rows). */
export interface TellingTerm {
  readonly term: string;
  readonly contribution: number;
}

/** Rows that telling terms are counted on, at most. */
const mostRows = 20_000;
const mostTerms = 8;
const curveShares = [1 / 8, 1 / 4, 1 / 2];

/** What is read of a run, after its refit. */
export interface TextSummaryInput {
  readonly run: PreparedRun;
  readonly features: FittedFeatures;
  readonly model: FittedModel;
  /** Rows that the model was fitted on. */
  readonly fitted: Part;
  readonly test: Part;
  readonly curve: TextSummary["learningCurve"];
}

/** Describes the texts of a model; null where it reads none. */
export function textSummary({ run, features, model, fitted, test, curve }: TextSummaryInput): TextSummary | null {
  if (features.blocks.length === 0) return null;
  const explainer = explainerOf(model.toJSON());
  const rows = permutation(fitted.rows.length, createRng(run.seed).fork("texts")).slice(0, mostRows).sort();
  const { blocks } = features.transform(fitted.table.take(rows));
  const classes = Float64Array.from(rows, (row) => fitted.target.values[row]!);
  return {
    blocks: features.blocks.map(({ name, terms }) => ({ name, nTerms: terms.length })),
    unread: unreadColumns(features, features.transform(test.table)),
    telling: "reason" in explainer ? [] : tellingTerms(run, features, explainer, blocks, classes),
    learningCurve: curve,
  };
}

function unreadColumns(features: FittedFeatures, { blocks, nRows }: Table): TextSummary["unread"] {
  const counts = new Map<string, number>();
  for (let i = 0; i < nRows; i++)
    for (const name of features.unread(blocks.map((block) => sparseRowOf(block, i))))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([column, n]) => ({ column, nRows: n }));
}

// Words are read more easily than parts of words: these are taken only for columns that have no words.
function tellingTerms(
  { built }: PreparedRun,
  { blocks: described }: FittedFeatures,
  explainer: Explainer,
  blocks: readonly SparseBlock[],
  classes: Float64Array,
): TextSummary["telling"] {
  const withWords = new Set(described.filter(({ unit }) => unit === "words").map(({ from }) => from));
  const shown = described.flatMap(({ unit, from }, b) => (unit === "words" || !withWords.has(from) ? [b] : []));
  const groups = built.classes.length === 0 ? ["the score"] : built.classes;
  return groups.map((of, k) => {
    const isIn = (i: number) => built.classes.length === 0 || classes[i] === k;
    const output = built.target.task === "multiclass" ? k : 0;
    const sign = built.target.task === "binary" && k === 0 ? -1 : 1;
    const terms = shown.flatMap((b) => {
      const means = meansOf(blocks[b]!, isIn);
      return Array.from(means, (mean, j) => ({
        term: described[b]!.terms[j]!,
        contribution: mean === 0 ? 0 : sign * mean * explainer.entryWeight(b, j, output),
      }));
    });
    const size = ({ contribution }: TellingTerm) =>
      built.classes.length === 0 ? Math.abs(contribution) : contribution;
    const best = terms.filter((term) => size(term) > 0).sort((x, y) => size(y) - size(x));
    return { of, terms: best.slice(0, mostTerms) };
  });
}

function meansOf({ starts, indexes, values, width }: SparseBlock, isIn: (i: number) => boolean): Float64Array {
  const sums = new Float64Array(width);
  let n = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    if (!isIn(i)) continue;
    n++;
    for (let e = starts[i]!; e < starts[i + 1]!; e++) sums[indexes[e]!]! += values[e]!;
  }
  return n === 0 ? sums : sums.map((sum) => sum / n);
}

/**
 * Fits the chosen configuration to fewer of the training rows and measures it on validation: whether more examples would help. The vocabulary is that
 * of all training rows, of which it reads no target. Empty for a model that reads no texts, or for fewer than 200 rows.
 */
export function learningCurve(
  input: Omit<SearchInput, "configurations" | "stack" | "maxSeconds">,
  { configuration, value, stack }: Trial,
  { train, validation }: FamilyFeatures,
): TextSummary["learningCurve"] {
  const { run, hooks } = input;
  const nRows = input.train.rows.length;
  if (configuration === null || stack !== null || train.blocks.length === 0 || nRows < 200) return [];
  const order = permutation(nRows, createRng(run.seed).fork("learning curve"));
  const { target, sampleWeight } = input.train;
  const fewer = curveShares.map((share) => {
    const rows = order.slice(0, Math.round(share * nRows)).sort();
    const at = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
    const model = learnerFor(run, configuration).fit(
      train.take(rows),
      { ...target, values: at(target.values) },
      {
        seed: run.seed,
        ...(sampleWeight === null ? {} : { sampleWeight: at(sampleWeight) }),
        ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
        ...(hooks.sparseKernels === undefined ? {} : { sparseKernels: hooks.sparseKernels }),
      },
    );
    return { nRows: rows.length, value: measureTrial(input, model.predict(validation)).value };
  });
  return [...fewer, { nRows, value }];
}
