import { isNumeric, type Link, type Task, type TreeData } from "../learners/index.ts";
import { log } from "../stats/index.ts";
import { previousFloat32 } from "./float32.ts";
import { damagedModel, tooLarge, unsupportedModel, wrongFormat } from "./import-errors.ts";
import { type ImportedFeature, type ImportedModel, limits, withTwoClassesAsOne } from "./imported-model.ts";
import { type Budget, type SourceNode, treeFromNodes } from "./source-tree.ts";
import { parseUbjson } from "./ubjson.ts";

const library = "XGBoost";

/** What an objective says of a model's scores; `start` maps the file's `base_score` to a start score. */
interface Objective {
  readonly task: Task;
  readonly link: Link;
  readonly start: (baseScore: number) => number;
}

const identity = (x: number) => x;
// In f32 throughout, as XGBoost computes it.
const logitFloat32 = (p: number) => Math.fround(-log(Math.fround(Math.fround(1 / p) - 1)));
const logFloat32 = (x: number) => Math.fround(log(x));

const number: Objective = { task: "regression", link: "identity", start: identity };
const positive: Objective = { task: "regression", link: "exp", start: logFloat32 };
const ranking: Objective = { task: "ranking", link: "identity", start: identity };
const classes: Objective = { task: "multiclass", link: "softmax", start: identity };

const objectives: ReadonlyMap<string, Objective> = new Map([
  ["binary:logistic", { task: "binary", link: "logistic", start: logitFloat32 }],
  ["reg:logistic", { task: "regression", link: "logistic", start: logitFloat32 }],
  ["multi:softprob", classes],
  ["multi:softmax", classes],
  ["reg:squarederror", number],
  ["reg:linear", number],
  ["reg:squaredlogerror", number],
  ["reg:pseudohubererror", number],
  ["reg:absoluteerror", number],
  ["reg:quantileerror", number],
  ["rank:ndcg", ranking],
  ["rank:pairwise", ranking],
  ["rank:map", ranking],
  ["count:poisson", positive],
  ["reg:gamma", positive],
  ["reg:tweedie", positive],
]);

/**
 * A model of XGBoost (1.7 to 3.2, boosters gbtree and dart) from its `.json` or `.ubj`: the bytes, or the parsed JSON. Rows end in the same leaves:
 * `x < t` becomes `x <= t'` with the f32 number below t. Scores are summed in f64 where XGBoost sums in f32. Dart's weights are in the leaf values.
 * A category that goes right in the file goes left here, and the children change sides, so that codes beyond the set go where XGBoost sends them.
 * Throws IMPORT_FORMAT, IMPORT_DAMAGED, IMPORT_UNSUPPORTED, IMPORT_TOO_LARGE.
 */
export function importXgboost(source: unknown): ImportedModel {
  const file = source instanceof Uint8Array ? parseFile(source) : source;
  const learner = fieldOf(file, "learner");
  const params = fieldOf(learner, "learner_model_param");
  const { model, weights } = boosterOf(fieldOf(learner, "gradient_booster"));
  const objectiveName = textOf(fieldOf(learner, "objective"), "name");
  const objective = objectives.get(objectiveName);
  if (objective === undefined)
    throw unsupportedModel(
      library,
      `its objective is "${objectiveName.slice(0, 60)}"`,
      [...objectives.keys()].join(", "),
    );

  const nFeatures = wholeOf(params, "num_feature", 1, limits.features, "features");
  const nClasses = wholeOf(params, "num_class", 0, limits.outputs, "classes");
  const quantiles = quantilesOf(learner, objectiveName);
  const nOutputs = Math.max(1, nClasses, quantiles.length);
  if (objective.task === "multiclass" && nClasses < 2)
    throw damagedModel(library, `it has ${nClasses} classes`, "at least 2");
  const sources = listOf(model, "trees");
  const groups = numbersOf(model, "tree_info", sources.length);
  if (sources.length === 0) throw damagedModel(library, "it has 0 trees", "at least 1");

  const budget: Budget = { nodes: 0, categoryBits: 0 };
  const isCategory = new Uint8Array(nFeatures);
  const nCodes = new Float64Array(nFeatures);
  const trees = sources.map((tree, t) =>
    readTree(tree, nFeatures, weights?.[t] ?? 1, budget, (feature, codes) => {
      isCategory[feature] = 1;
      nCodes[feature] = Math.max(nCodes[feature]!, (codes.at(-1) ?? -1) + 1);
    }),
  );
  const features = featuresOf(learner, model, nFeatures, isCategory, nCodes);
  const data = withTwoClassesAsOne({
    kind: "gbdt",
    task: objective.task,
    loss: objectiveName,
    link: objective.link,
    featureNames: features.map(({ name }) => name),
    base: startScores(textOf(params, "base_score"), nOutputs, objective),
    trees: byRound(trees, groups, nOutputs),
  });
  return {
    data,
    features,
    outputs: !isNumeric(objective.task) ? [] : quantiles.length > 0 ? quantiles.map((q) => `q${q}`) : ["value"],
    nClasses: objective.task === "binary" ? 2 : objective.task === "multiclass" ? nClasses : 0,
    notes: notesOf(learner, objectiveName, trees.length / nOutputs),
  };
}

function parseFile(bytes: Uint8Array): unknown {
  if (bytes.length > limits.bytes) throw tooLarge(library, "bytes", bytes.length, limits.bytes);
  const isText = bytes[0] === 0x7b && [0x22, 0x20, 0x09, 0x0a, 0x0d, 0x7d].includes(bytes[1] ?? 0);
  if (bytes[0] === 0x7b && !isText) return parseUbjson(bytes, library);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw wrongFormat(library, "the file is neither JSON nor UBJSON", "what save_model writes to .json or .ubj", cause);
  }
}

function boosterOf(booster: unknown): { readonly model: unknown; readonly weights: ArrayLike<number> | null } {
  const name = textOf(booster, "name");
  if (name === "gbtree") return { model: fieldOf(booster, "model"), weights: null };
  if (name !== "dart") throw unsupportedModel(library, `its booster is "${name.slice(0, 60)}"`, "gbtree or dart");
  const model = fieldOf(fieldOf(booster, "gbtree"), "model");
  const weights = numbersOf(booster, "weight_drop", listOf(model, "trees").length);
  for (let t = 0; t < weights.length; t++)
    if (!Number.isFinite(weights[t])) throw damagedModel(library, "a tree's weight is no number", "a finite number");
  return { model, weights };
}

function readTree(
  tree: unknown,
  nFeatures: number,
  weight: number,
  budget: Budget,
  onCategory: (feature: number, codes: readonly number[]) => void,
): TreeData {
  if (wholeOf(fieldOf(tree, "tree_param"), "size_leaf_vector", 0, Number.MAX_SAFE_INTEGER, "") > 1)
    throw unsupportedModel(
      library,
      "its leaves hold vectors",
      'one tree per output (multi_strategy "one_output_per_tree")',
    );
  const left = numbersOf(tree, "left_children");
  const n = left.length;
  const right = numbersOf(tree, "right_children", n);
  const feature = numbersOf(tree, "split_indices", n);
  const condition = numbersOf(tree, "split_conditions", n);
  const missingLeft = numbersOf(tree, "default_left", n);
  const gain = numbersOf(tree, "loss_changes", n);
  const cover = numbersOf(tree, "sum_hessian", n);
  const codesOf = categorySets(tree, n);

  const read = (node: number): SourceNode => {
    const facts = { gain: finiteOr0(gain[node]), cover: finiteOr0(cover[node]) };
    if (left[node] === -1)
      return { kind: "leaf", value: weight * Math.fround(condition[node]!) + 0, cover: facts.cover };
    const split = { kind: "split" as const, feature: feature[node]!, ...facts };
    const goesLeft = missingLeft[node] === 1;
    const codes = codesOf(node);
    const [a, b] = [left[node]!, right[node]!];
    if (codes === null) {
      const threshold = previousFloat32(condition[node]!);
      return { ...split, threshold, categories: null, missingLeft: goesLeft, left: a, right: b };
    }
    onCategory(feature[node]!, codes);
    return { ...split, threshold: 0, categories: codes, missingLeft: !goesLeft, left: b, right: a };
  };
  return treeFromNodes(library, n, nFeatures, 0, read, budget);
}

/** The codes of each category node, ascending: those that go right in the file. */
function categorySets(tree: unknown, n: number): (node: number) => readonly number[] | null {
  const splitType = hasField(tree, "split_type") ? numbersOf(tree, "split_type", n) : null;
  if (splitType === null || !Array.prototype.some.call(splitType, (type) => type === 1)) return () => null;
  const all = numbersOf(tree, "categories");
  const nodes = numbersOf(tree, "categories_nodes");
  const starts = numbersOf(tree, "categories_segments", nodes.length);
  const sizes = numbersOf(tree, "categories_sizes", nodes.length);
  const placeOf = new Map(Array.from(nodes, (node, k) => [node, k]));
  return (node) => {
    if (splitType[node] !== 1) return null;
    const k = placeOf.get(node) ?? -1;
    const [start, size] = [starts[k], sizes[k]];
    const isInside = start !== undefined && size !== undefined && start >= 0 && size >= 0 && start + size <= all.length;
    if (!isInside) throw damagedModel(library, `category node ${node} has no set of codes`, "one within the list");
    const codes = Array.prototype.slice.call(all, start, start + size).sort((a: number, b: number) => a - b);
    if (codes.some((code: number) => !(Number.isInteger(code) && code >= 0 && code < 2 ** 24)))
      throw damagedModel(library, `category node ${node} has a code that is none`, "whole numbers from 0 to 16777215");
    return codes;
  };
}

// XGBoost numbers the output of each tree and keeps their order within one; ours come round after round.
function byRound(trees: readonly TreeData[], groups: ArrayLike<number>, nOutputs: number): TreeData[] {
  const byOutput = Array.from({ length: nOutputs }, (): TreeData[] => []);
  trees.forEach((tree, t) => {
    const output = byOutput[groups[t]!];
    if (output === undefined)
      throw damagedModel(library, `a tree is for output ${groups[t]}`, `one of 0 to ${nOutputs - 1}`);
    output.push(tree);
  });
  const nRounds = trees.length / nOutputs;
  if (byOutput.some((output) => output.length !== nRounds))
    throw damagedModel(
      library,
      `its ${trees.length} trees are spread unevenly`,
      `as many for each of ${nOutputs} outputs`,
    );
  return Array.from({ length: nRounds }, (_, round) => byOutput.map((output) => output[round]!)).flat();
}

function startScores(text: string, nOutputs: number, { start }: Objective): number[] {
  const stored = text
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map(Number);
  const all = stored.length === 1 ? new Array<number>(nOutputs).fill(stored[0]!) : stored;
  const base = all.map((score) => start(Math.fround(score)) + 0);
  if (base.length === nOutputs && base.every(Number.isFinite)) return base;
  throw damagedModel(
    library,
    "its base_score fits no start score",
    `1 or ${nOutputs} numbers of the objective's range`,
  );
}

function quantilesOf(learner: unknown, objective: string): number[] {
  if (objective !== "reg:quantileerror") return [];
  const text = textOf(fieldOf(fieldOf(learner, "objective"), "quantile_loss_param"), "quantile_alpha");
  const levels = text
    .replace(/^[[(]|[\])]$/g, "")
    .split(",")
    .map(Number);
  if (levels.length > limits.outputs) throw tooLarge(library, "quantiles", levels.length, limits.outputs);
  if (levels.every((level) => level > 0 && level < 1)) return levels;
  throw damagedModel(library, "its quantiles are no shares", "numbers between 0 and 1");
}

function featuresOf(
  learner: unknown,
  model: unknown,
  nFeatures: number,
  isCategory: Uint8Array,
  nCodes: Float64Array,
): ImportedFeature[] {
  const names = namesOf(learner, "feature_names", nFeatures) ?? Array.from({ length: nFeatures }, (_, j) => `f${j}`);
  const types = namesOf(learner, "feature_types", nFeatures);
  const levels = hasField(model, "cats") ? levelsOf(fieldOf(model, "cats"), nFeatures) : [];
  if (new Set(names).size < nFeatures)
    throw damagedModel(library, "two features have the same name", "a name for each");
  return names.map((name, j) => {
    const kind = isCategory[j] === 1 || types?.[j] === "c" ? "category" : "number";
    const named = kind === "category" ? (levels[j] ?? null) : null;
    if (named !== null && named.levels.length < nCodes[j]!)
      throw damagedModel(
        library,
        `a category has ${named.levels.length} levels`,
        `the ${nCodes[j]} that its trees name`,
      );
    return {
      name,
      kind,
      levels: named?.levels ?? null,
      levelsAreNumbers: named?.areNumbers ?? false,
      nCodes: nCodes[j]!,
      zeroIsMissing: false,
    };
  });
}

/**
 * Level names per feature (XGBoost 3.1 on): texts one after another, or whole numbers; null for numbers. Names beyond ASCII are null too: XGBoost
 * 3.2 counts their characters where it means bytes and cuts them off.
 */
function levelsOf(cats: unknown, nFeatures: number): (Levels | null)[] {
  const encoded = listOf(cats, "enc");
  if (encoded.length === 0) return [];
  if (encoded.length !== nFeatures)
    throw damagedModel(library, `it has categories of ${encoded.length} features`, `${nFeatures}`);
  return encoded.map((feature) => {
    const values = Array.from(numbersOf(feature, "values"));
    if (values.length === 0) return null;
    if (!hasField(feature, "offsets")) return { levels: values.map(String), areNumbers: true };
    const offsets = Array.from(numbersOf(feature, "offsets"));
    if (values.some((byte) => !(byte >= 0 && byte < 0x80))) return null;
    const text = new TextDecoder().decode(Uint8Array.from(values));
    return { levels: offsets.slice(1).map((end, k) => text.slice(offsets[k], end)), areNumbers: false };
  });
}

interface Levels {
  readonly levels: readonly string[];
  readonly areNumbers: boolean;
}

function notesOf(learner: unknown, objective: string, nRounds: number): string[] {
  const notes = ["scores are summed in f64 where XGBoost sums in f32: they agree to about 7 digits"];
  if (objective === "multi:softmax")
    notes.push("the file's objective answers the class alone; here it comes with probabilities");
  const attributes = hasField(learner, "attributes") ? fieldOf(learner, "attributes") : {};
  const best = hasField(attributes, "best_iteration") ? Number(textOf(attributes, "best_iteration")) + 1 : nRounds;
  if (best < nRounds)
    notes.push(`all ${nRounds} rounds are used, as Booster.predict does; early stopping had chosen ${best}`);
  return notes;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasField(value: unknown, name: string): boolean {
  return isObject(value) && Object.hasOwn(value, name);
}

function fieldOf(value: unknown, name: string): unknown {
  if (isObject(value) && Object.hasOwn(value, name)) return value[name];
  throw wrongFormat(library, `the file has no "${name}"`, "what save_model writes to .json or .ubj");
}

function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  if (typeof text === "string") return text;
  throw wrongFormat(library, `"${name}" is no text`, "a text");
}

function wholeOf(value: unknown, name: string, low: number, high: number, what: string): number {
  const n = Number(textOf(value, name));
  if (Number.isInteger(n) && n > high) throw tooLarge(library, what, n, high);
  if (Number.isInteger(n) && n >= low) return n;
  throw damagedModel(library, `"${name}" is no count`, `a whole number ≥ ${low}`);
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const list = fieldOf(value, name);
  if (Array.isArray(list)) return list;
  if (list instanceof Float64Array && list.length === 0) return [];
  throw wrongFormat(library, `"${name}" is no list`, "a list");
}

// Of the length asked for. What the numbers are is checked where they are used.
function numbersOf(value: unknown, name: string, length?: number): ArrayLike<number> {
  const list = fieldOf(value, name);
  const isNumbers =
    list instanceof Float64Array || (Array.isArray(list) && list.every((item) => typeof item === "number"));
  if (!isNumbers) throw wrongFormat(library, `"${name}" is no list of numbers`, "a list of numbers");
  if (length !== undefined && list.length !== length)
    throw damagedModel(library, `"${name}" has ${list.length} entries`, `${length}`);
  return list;
}

function namesOf(value: unknown, name: string, length: number): readonly string[] | null {
  if (!hasField(value, name)) return null;
  const list = listOf(value, name);
  if (list.length === 0) return null;
  if (list.length !== length || !list.every((item) => typeof item === "string"))
    throw damagedModel(library, `"${name}" has ${list.length} entries`, `${length} texts`);
  return list as readonly string[];
}

// Gains and covers (f32) explain a model, they do not decide its answers.
function finiteOr0(x: number | undefined): number {
  return x !== undefined && Number.isFinite(x) ? Math.fround(x) + 0 : 0;
}
