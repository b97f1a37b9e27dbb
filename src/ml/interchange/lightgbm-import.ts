import { isNumeric, type Link, type Task, type TreeData } from "../learners/index.ts";
import { float32Threshold } from "./float32.ts";
import { damagedModel, tooLarge, unsupportedModel } from "./import-errors.ts";
import { type ImportedFeature, type ImportedModel, limits, withTwoClassesAsOne } from "./imported-model.ts";
import { type Block, cutLightgbm, type LightgbmText, numbersOf, textOf, textsOf, wholeOf } from "./lightgbm-text.ts";
import { type Budget, type SourceNode, treeFromNodes } from "./source-tree.ts";

const library = "LightGBM";

/** What an objective says of a model's scores. */
interface Objective {
  readonly task: Task;
  readonly link: Link;
}

const number: Objective = { task: "regression", link: "identity" };
const ranking: Objective = { task: "ranking", link: "identity" };
const positive: Objective = { task: "regression", link: "exp" };

const objectives: ReadonlyMap<string, Objective> = new Map<string, Objective>([
  ["binary", { task: "binary", link: "logistic" }],
  ["cross_entropy", { task: "regression", link: "logistic" }],
  ["multiclass", { task: "multiclass", link: "softmax" }],
  ["regression", number],
  ["regression_l1", number],
  ["huber", number],
  ["fair", number],
  ["mape", number],
  ["quantile", number],
  ["lambdarank", ranking],
  ["rank_xendcg", ranking],
  ["custom", number],
  ["poisson", positive],
  ["gamma", positive],
  ["tweedie", positive],
]);

/** Bits of a node's decision type; from bit 2 on what counts as missing. */
const isCategoryBit = 1;
const missingLeftBit = 2;
const missingIs = ["none", "zero", "nan"] as const;

/**
 * A model of LightGBM (text files of versions 2 to 4, boosters gbdt, dart and rf) from the bytes of its file. Thresholds are f64 there and f32 here
 * (see `float32Threshold`): of 720 million decisions on six kinds of numbers none came out otherwise.
 * A category column's codes become places in the list of its levels. Throws IMPORT_FORMAT, IMPORT_DAMAGED, IMPORT_UNSUPPORTED, IMPORT_TOO_LARGE.
 */
export function importLightgbm(bytes: Uint8Array): ImportedModel {
  const file = cutLightgbm(bytes);
  const { header } = file;
  const nFeatures = wholeOf(header, "max_feature_idx", 0, limits.features - 1) + 1;
  const nOutputs = wholeOf(header, "num_tree_per_iteration", 1, limits.outputs);
  const objective = objectiveOf(header.get("objective") ?? "custom", nOutputs, file.alpha);
  if (file.trees.length === 0 || file.trees.length % nOutputs !== 0)
    throw damagedModel(
      library,
      `it has ${file.trees.length} trees`,
      `as many for each of ${nOutputs} outputs, at least 1`,
    );

  const isForest = header.has("average_output");
  // Leaves of LightGBM 2's classification forests hold shares, which later versions mistake for scores.
  const areShares = isForest && header.get("version") === "v2" && !isNumeric(objective.task);
  const nRounds = file.trees.length / nOutputs;
  const columns = columnsOf(file, nFeatures);
  const budget = { nodes: 0, categoryBits: 0, words: 0 };
  const missing = new Map<number, string>();
  const toScore = (leaf: number) => (leaf * objective.scale) / (isForest ? nRounds : 1) + 0;
  const trees = file.trees.map((tree) => readTree(tree, columns, missing, toScore, budget));
  const features = columns.map(
    ({ name, levels, areNumbers }, j): ImportedFeature => ({
      name,
      kind: levels === null ? "number" : "category",
      levels,
      levelsAreNumbers: areNumbers,
      nCodes: levels?.length ?? 0,
      zeroIsMissing: missing.get(j) === "zero",
    }),
  );
  const data = withTwoClassesAsOne({
    kind: isForest ? "forest" : "gbdt",
    task: objective.task,
    loss: objective.name,
    link: areShares ? "shares" : objective.link,
    featureNames: columns.map(({ name }) => name),
    base: new Array<number>(nOutputs).fill(0),
    trees,
  });
  return {
    data,
    features,
    outputs: objective.outputs,
    nClasses: objective.task === "binary" ? 2 : objective.task === "multiclass" ? nOutputs : 0,
    notes: notesOf(objective.name, features),
  };
}

function objectiveOf(text: string, nOutputs: number, alpha: number | null) {
  const [name = "", ...rest] = text.split(" ");
  const known = objectives.get(name);
  const params = new Map(rest.map((part) => part.split(":") as [string, string]));
  if (known === undefined || params.has("sqrt"))
    throw unsupportedModel(library, `its objective is "${text.slice(0, 60)}"`, [...objectives.keys()].join(", "));
  if (known.task === "multiclass" ? nOutputs < 2 : nOutputs !== 1)
    throw damagedModel(library, `it has ${nOutputs} trees a round`, `what the objective "${name}" has`);
  const scale = name === "binary" ? Number(params.get("sigmoid") ?? 1) : 1;
  if (!(scale > 0 && scale < 1e6)) throw damagedModel(library, "its sigmoid is no factor", "a number > 0");
  const isQuantile = name === "quantile" && alpha !== null && alpha > 0 && alpha < 1;
  const outputs = isNumeric(known.task) ? [isQuantile ? `q${alpha}` : "value"] : [];
  return { name, ...known, scale, outputs };
}

/** A column as the header describes it. */
interface Column {
  readonly name: string;
  /** Null for numbers. */
  readonly levels: readonly string[] | null;
  readonly areNumbers: boolean;
  /** The place of a code of the file in `levels`. */
  readonly placeOf: (code: number) => number | undefined;
}

// Ranges are written [low:high], codes low:high:…, and a column that no tree could use "none".
function columnsOf({ header, pandasLevels }: LightgbmText, nFeatures: number): Column[] {
  const names = textsOf(header, "feature_names", nFeatures);
  const infos = textsOf(header, "feature_infos", nFeatures);
  if (new Set(names).size < nFeatures)
    throw damagedModel(library, "two features have the same name", "a name for each");
  const isCategory = infos.map((info) => info !== "none" && !info.startsWith("["));
  const isNamed = pandasLevels !== null && pandasLevels.length === isCategory.filter(Boolean).length;
  let next = 0;
  return names.map((name, j): Column => {
    if (!isCategory[j]) return { name, levels: null, areNumbers: false, placeOf: () => undefined };
    const frame = isNamed ? pandasLevels[next++] : null;
    return Array.isArray(frame) ? { name, ...namedLevels(frame) } : { name, ...codedLevels(infos[j]!) };
  });
}

function namedLevels(frame: readonly unknown[]): Omit<Column, "name"> {
  if (frame.length > limits.levels) throw tooLarge(library, "levels of one column", frame.length, limits.levels);
  const levels = frame.map(String);
  if (new Set(levels).size < levels.length) throw damagedModel(library, "a level is listed twice", "each once");
  return {
    levels,
    areNumbers: frame.every((level) => typeof level === "number"),
    placeOf: (code) => (code < levels.length ? code : undefined),
  };
}

function codedLevels(info: string): Omit<Column, "name"> {
  const codes = info.split(":", limits.levels + 1).map(Number);
  if (codes.length > limits.levels) throw tooLarge(library, "levels of one column", codes.length, limits.levels);
  if (!codes.every(Number.isInteger))
    throw damagedModel(library, "a column's codes are no whole numbers", "whole numbers");
  const used = [...new Set(codes)].filter((code) => code >= 0).sort((a, b) => a - b);
  const places = new Map(used.map((code, place) => [code, place]));
  return { levels: used.map(String), areNumbers: true, placeOf: (code) => places.get(code) };
}

/** A file's nodes are its splits, then its leaves. */
function readTree(
  tree: Block,
  columns: readonly Column[],
  missing: Map<number, string>,
  toScore: (leaf: number) => number,
  budget: Budget & { words: number },
): TreeData {
  if (tree.has("is_linear") && textOf(tree, "is_linear") !== "0")
    throw unsupportedModel(library, "its leaves are linear models", "leaves of one number (linear_tree=false)");
  const nLeaves = wholeOf(tree, "num_leaves", 1, limits.nodes);
  const n = nLeaves - 1;
  const values = numbersOf(tree, "leaf_value", nLeaves);
  const [feature, threshold, type, left, right] = (
    ["split_feature", "threshold", "decision_type", "left_child", "right_child"] as const
  ).map((key) => numbersOf(tree, key, n)) as [number[], number[], number[], number[], number[]];
  const facts = { gain: factsOf(tree, "split_gain", n), cover: factsOf(tree, "internal_count", n) };
  const leafCover = factsOf(tree, "leaf_count", nLeaves);
  const codesOf = categorySets(tree, budget);
  const nodeOf = (child: number) => (child < 0 ? n + ~child : child);

  const read = (node: number): SourceNode => {
    if (node >= n) return { kind: "leaf", value: toScore(values[node - n]!), cover: leafCover(node - n) };
    const column = columns[feature[node]!];
    const isCategory = (type[node]! & isCategoryBit) !== 0;
    if (column === undefined || (column.levels !== null) !== isCategory)
      throw damagedModel(library, `a node splits on feature ${feature[node]}`, "one of the kind that the header tells");
    const split = {
      kind: "split" as const,
      feature: feature[node]!,
      left: nodeOf(left[node]!),
      right: nodeOf(right[node]!),
      gain: facts.gain(node),
      cover: facts.cover(node),
    };
    if (isCategory) {
      const codes = codesOf(threshold[node]!);
      const places = codes.flatMap((code) => column.placeOf(code) ?? []);
      return { ...split, threshold: 0, categories: places, missingLeft: false };
    }
    const kind = missingKind(feature[node]!, type[node]!, missing);
    // Where nothing counts as missing, NaN is read as 0.
    const missingLeft = kind === "none" ? threshold[node]! >= 0 : (type[node]! & missingLeftBit) !== 0;
    return { ...split, threshold: float32Threshold(threshold[node]!), categories: null, missingLeft };
  };
  return treeFromNodes(library, n + nLeaves, columns.length, n === 0 ? n : 0, read, budget);
}

// A 0 that counts as missing is a matter of the column, not of one node.
function missingKind(feature: number, type: number, missing: Map<number, string>): (typeof missingIs)[number] {
  const kind = missingIs[(type >> 2) & 3];
  if (kind === undefined) throw damagedModel(library, `a node's decision type is ${type}`, "one that LightGBM writes");
  const before = missing.get(feature) ?? kind;
  missing.set(feature, kind);
  if (before !== kind && (before === "zero" || kind === "zero"))
    throw unsupportedModel(
      library,
      "0 counts as missing in some splits of a column only",
      "one meaning for each column",
    );
  return kind;
}

/** Codes of the nth set of a tree, ascending, from words of 32 bits. */
function categorySets(tree: Block, budget: { words: number }): (set: number) => number[] {
  const nSets = tree.has("num_cat") ? wholeOf(tree, "num_cat", 0, limits.nodes) : 0;
  if (nSets === 0)
    return () => {
      throw damagedModel(library, "a category node has no set of codes", "one");
    };
  const bounds = numbersOf(tree, "cat_boundaries", nSets + 1);
  const nWords = bounds.at(-1)!;
  if (!(Number.isInteger(nWords) && nWords >= 0))
    throw damagedModel(library, "its sets of codes have no end", "a count");
  if (nWords > limits.categoryWords) throw tooLarge(library, "words of category codes", nWords, limits.categoryWords);
  const words = numbersOf(tree, "cat_threshold", nWords);
  return (set) => {
    const [from, to] = [bounds[set], bounds[set + 1]];
    if (!(from !== undefined && to !== undefined && from >= 0 && from <= to && to <= nWords))
      throw damagedModel(library, "a category node has no set of codes", "one within the list");
    budget.words += to - from;
    if (budget.words > limits.categoryWords)
      throw tooLarge(library, "words of category codes", budget.words, limits.categoryWords);
    const codes: number[] = [];
    for (let w = from; w < to; w++)
      for (let bits = words[w]! >>> 0; bits !== 0; bits &= bits - 1)
        codes.push(32 * (w - from) + 31 - Math.clz32(bits & -bits));
    return codes;
  };
}

// Gains and covers explain a model, they do not decide its answers: small files go without.
function factsOf(tree: Block, key: string, n: number): (k: number) => number {
  if (!tree.has(key)) return () => 0;
  const facts = numbersOf(tree, key, n);
  return (k) => (Number.isFinite(facts[k]) ? facts[k]! : 0);
}

function notesOf(objective: string, features: readonly ImportedFeature[]): string[] {
  const notes = [
    "thresholds are rounded to f32: numbers that differ from one by less than f32 can tell may go the other way",
  ];
  if (objective === "custom") notes.push("the file names no objective: the value is the raw score");
  const zero = features.filter(({ zeroIsMissing }) => zeroIsMissing).map(({ name }) => name);
  if (zero.length > 0) notes.push(`0 counts as missing in ${zero.slice(0, 10).join(", ")}`);
  return notes;
}
