import { damagedModel, tooLarge, wrongFormat } from "./import-errors.ts";
import { limits } from "./imported-model.ts";

const library = "LightGBM";

const headerKeys = new Set([
  "version",
  "num_class",
  "num_tree_per_iteration",
  "max_feature_idx",
  "objective",
  "average_output",
  "feature_names",
  "feature_infos",
]);

const treeKeys = new Set([
  "num_leaves",
  "num_cat",
  "split_feature",
  "split_gain",
  "threshold",
  "decision_type",
  "left_child",
  "right_child",
  "leaf_value",
  "leaf_count",
  "internal_count",
  "cat_boundaries",
  "cat_threshold",
  "is_linear",
]);

/** One `key=value` block; a key without a value is the empty text. */
export type Block = ReadonlyMap<string, string>;

/** A model file cut into its blocks; values are not read yet. */
export interface LightgbmText {
  readonly header: Block;
  readonly trees: readonly Block[];
  /** The level that the objective `quantile` was given; null where the file does not tell. */
  readonly alpha: number | null;
  /** Level lists of the data frame's category columns; null where the file has none. */
  readonly pandasLevels: readonly unknown[] | null;
}

/** Cuts a model file into blocks line by line, keeping only what an import reads. Throws IMPORT_FORMAT, IMPORT_TOO_LARGE. */
export function cutLightgbm(bytes: Uint8Array): LightgbmText {
  if (bytes.length > limits.bytes) throw tooLarge(library, "bytes", bytes.length, limits.bytes);
  const text = new TextDecoder().decode(bytes);
  if (!/^tree\r?\n/.test(text))
    throw wrongFormat(library, 'the file does not begin with "tree"', "what save_model writes");
  const header = new Map<string, string>();
  const trees: Map<string, string>[] = [];
  let pandasLevels: readonly unknown[] | null = null;
  let alpha: number | null = null;
  let hasEnd = false;
  for (const line of linesOf(text)) {
    if (line === "end of trees") hasEnd = true;
    else if (line.startsWith("Tree=")) trees.push(new Map());
    else if (line.startsWith("[alpha: ")) alpha = Number(line.slice("[alpha: ".length, -1));
    else if (line.startsWith("pandas_categorical:"))
      pandasLevels = readLevels(line.slice("pandas_categorical:".length));
    else if (!hasEnd) keep(trees.at(-1) ?? header, trees.length === 0 ? headerKeys : treeKeys, line);
    if (trees.length > limits.trees) throw tooLarge(library, "trees", trees.length, limits.trees);
  }
  if (!hasEnd) throw wrongFormat(library, 'the file has no line "end of trees"', "a whole file");
  return { header, trees, alpha, pandasLevels };
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    yield text.slice(from, to).trimEnd();
    from = to + 1;
  }
}

function keep(block: Map<string, string>, keys: ReadonlySet<string>, line: string): void {
  const at = line.indexOf("=");
  const key = at < 0 ? line : line.slice(0, at);
  if (keys.has(key)) block.set(key, at < 0 ? "" : line.slice(at + 1));
}

function readLevels(text: string): readonly unknown[] | null {
  let levels: unknown;
  try {
    levels = JSON.parse(text);
  } catch (cause) {
    throw wrongFormat(library, "its pandas_categorical is no JSON", "a list of levels per column", cause);
  }
  if (levels === null) return null;
  if (Array.isArray(levels)) return levels;
  throw wrongFormat(library, "its pandas_categorical is no list", "a list of levels per column");
}

/** A whole number of a block within a range. Throws IMPORT_FORMAT, IMPORT_DAMAGED, IMPORT_TOO_LARGE. */
export function wholeOf(block: Block, key: string, low: number, high: number): number {
  const n = Number(textOf(block, key));
  if (!(Number.isInteger(n) && n >= low))
    throw damagedModel(library, `"${key}" is no count`, `a whole number ≥ ${low}`);
  if (n > high) throw tooLarge(library, `of ${key}`, n, high);
  return n;
}

/** A text of a block. Throws IMPORT_FORMAT where it is absent. */
export function textOf(block: Block, key: string): string {
  const text = block.get(key);
  if (text === undefined) throw wrongFormat(library, `the file has no "${key}"`, "what save_model writes");
  return text;
}

/** `n` texts of a block. Throws IMPORT_FORMAT, IMPORT_DAMAGED. */
export function textsOf(block: Block, key: string, n: number): string[] {
  const items = n === 0 ? [] : textOf(block, key).split(" ", n + 1);
  if (items.length !== n) throw damagedModel(library, `"${key}" has not ${n} entries`, "as many");
  return items;
}

/** `n` numbers of a block; what they are is checked where they are used. Throws IMPORT_FORMAT, IMPORT_DAMAGED. */
export function numbersOf(block: Block, key: string, n: number): number[] {
  return textsOf(block, key, n).map(readNumber);
}

// As C++ writes it: a split of what is missing from all else has the threshold inf.
function readNumber(text: string): number {
  if (text === "inf" || text === "-inf") return text === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return text === "" ? Number.NaN : Number(text);
}
