import { assertNever, createRng, FettleError, permutation } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { momentsOf } from "../../ml/stats/index.ts";
import type { CategoryColumn, Table } from "../../ml/table/index.ts";
import type { TextFeature } from "./feature-options.ts";
import { type FittedFeatures, loadFeatures } from "./fitted-features.ts";
import { fitNGrams } from "./n-grams.ts";
import { type FeaturePlan, mostLevels, type PlannedColumn } from "./plan-features.ts";
import { featuresOf, periods, type Step } from "./step.ts";
import { encodeTargetMeans, targetMeanSteps } from "./target-mean.ts";
import { vocabularyOf } from "./text.ts";

/** Options of {@link fitFeatures}. */
export interface FitFeaturesOptions {
  readonly seed: number;
  readonly sampleWeight?: Float64Array;
}

/**
 * Fits planned features on training rows. The returned training features hold cross-fitted target means (5 folds: no row's own target is in its
 * encoding), so they differ there from `fitted.transform(table)`, which is for every other row.
 */
export function fitFeatures(
  plan: FeaturePlan,
  table: Table,
  target: Target,
  options: FitFeaturesOptions,
): { fitted: FittedFeatures; features: Table } {
  const steps = plan.columns.flatMap((column, input) => stepsOf(plan, column, input, table, target, options));
  const inputs = plan.columns.map(({ name, type }) => ({ name, type }));
  if (steps.length === 0) throw noTerms(plan);
  const fitted = loadFeatures({ inputs, steps });
  let features = fitted.transform(table);
  const folds = foldsOf(table.nRows, options.seed);
  let at = 0;
  for (const step of steps) {
    if (step.op === "n-grams") continue;
    const from = inputs[step.input]!.name;
    const output = fitted.outputs[at]!;
    at += featuresOf(step, from).length;
    if (step.op === "target-mean")
      features = features.with(output.name, encodeTargetMeans(step, from, table, target, folds, options.sampleWeight));
  }
  return { fitted, features };
}

function noTerms({ columns }: FeaturePlan): FettleError {
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  return new FettleError(
    "invalid-input",
    "FEATURES_NO_TERMS",
    `Cannot learn from the text of ${names}: no term is in enough texts to be learned from`,
    { hint: "Bring more texts, or set features to text({ fewest: 1 }) for the column" },
  );
}

const nFolds = 5;

function foldsOf(n: number, seed: number): Uint8Array {
  const folds = new Uint8Array(n);
  permutation(n, createRng(seed).fork("target-mean")).forEach((row, position) => {
    folds[row] = position % nFolds;
  });
  return folds;
}

function stepsOf(
  { family }: FeaturePlan,
  { name, feature }: PlannedColumn,
  input: number,
  table: Table,
  target: Target,
  options: FitFeaturesOptions,
): Step[] {
  switch (feature.kind) {
    case "number":
      return numberSteps(table.numbers(name).values, input, family);
    case "date":
      return dateSteps(table.instants(name).values, input, family, feature.parts);
    case "ordinal":
      return [{ op: "ordinal", input, levels: feature.levels }];
    case "levels":
      return levelSteps(table.categories(name), input, feature.most ?? mostLevels, target, options);
    case "target-mean":
      return targetMeanSteps(table.categories(name), input, target, feature.smoothing ?? 10, options.sampleWeight);
    case "text":
      return family === "linear"
        ? nGramSteps(table.categories(name), input, feature)
        : textSteps(table.categories(name), input, Math.min(mostDenseTerms, feature.terms ?? 200));
    default:
      return assertNever(feature);
  }
}

function numberSteps(values: Float64Array, input: number, family: FeaturePlan["family"]): Step[] {
  if (family === "gbdt") return [{ op: "number", input }];
  const present = values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const { mean, standardDeviation, n } = finiteMoments(present);
  const scale = standardDeviation > 0 ? standardDeviation : 1;
  const standardised: Step = { op: "standardise", input, mean: n === 0 ? 0 : mean, scale };
  return n < values.length ? [standardised, { op: "is-missing", input }] : [standardised];
}

// Squares of numbers beyond 1e150 overflow: then the moments are taken of numbers 2^600 times smaller.
function finiteMoments(values: Float64Array) {
  const moments = momentsOf(values);
  if (moments.n < 2 || Number.isFinite(moments.standardDeviation)) return moments;
  const { mean, standardDeviation, n } = momentsOf(values.map((value) => value * 2 ** -600));
  return { mean: mean * 2 ** 600, standardDeviation: Math.min(Number.MAX_VALUE, standardDeviation * 2 ** 600), n };
}

// Trees cut a plain part where they like; a linear model needs it as a point on the circle.
function dateSteps(
  values: Float64Array,
  input: number,
  family: FeaturePlan["family"],
  asked?: readonly (keyof typeof periods)[],
): Step[] {
  const hasTimes = values.some((value) => Number.isFinite(value) && value % 86_400_000 !== 0);
  const parts =
    asked ?? (Object.keys(periods) as (keyof typeof periods)[]).filter((part) => part !== "hour" || hasTimes);
  const forms = family === "gbdt" ? (["plain"] as const) : (["sin", "cos"] as const);
  return parts.flatMap((part) => forms.map((form): Step => ({ op: "date-part", input, part, form })));
}

function levelSteps(
  column: CategoryColumn,
  input: number,
  most: number,
  target: Target,
  options: FitFeaturesOptions,
): Step[] {
  const levels = levelsByFrequency(column);
  const kept: Step = { op: "levels", input, levels: levels.slice(0, most) };
  if (levels.length <= most) return [kept];
  return [kept, ...targetMeanSteps(column, input, target, 10, options.sampleWeight)];
}

/** Levels that occur, the most frequent first, equal ones by their text. */
function levelsByFrequency({ codes, dictionary }: CategoryColumn): string[] {
  const counts = new Float64Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return dictionary
    .map((level, code) => ({ level, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1))
    .map(({ level }) => level);
}

/** Trees read every term as a column of its own. */
const mostDenseTerms = 10_000;

function nGramSteps(
  { codes, dictionary }: CategoryColumn,
  input: number,
  { words = [1, 2], characters = [2, 5], fewest = 2, terms: most = 50_000 }: TextFeature,
): Step[] {
  const counts = new Float64Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const blocks = { words, characters } as const;
  return (["words", "characters"] as const).flatMap((unit) => {
    const lengths = blocks[unit];
    if (lengths === false) return [];
    const nGrams = fitNGrams(dictionary, counts, { unit, lengths, fewest, most });
    return nGrams.terms.length === 0 ? [] : [{ op: "n-grams" as const, input, ...nGrams }];
  });
}

function textSteps({ codes, dictionary }: CategoryColumn, input: number, most: number): Step[] {
  const texts: string[] = [];
  for (const code of codes) if (code >= 0) texts.push(dictionary[code]!);
  const { terms, idf } = vocabularyOf(texts, { most, fewest: Math.max(3, Math.ceil(0.001 * texts.length)) });
  const counted: Step = { op: "word-count", input };
  return terms.length === 0 ? [counted] : [counted, { op: "text", input, terms, idf }];
}
