import {
  type CategoryColumn,
  type Column,
  type SparseBlock,
  type SparseRow,
  sparseBlock,
  Table,
} from "../../ml/table/index.ts";
import { type LogicalType, storageOf } from "../data/index.ts";
import { compileNGrams, type WordMemory } from "./n-grams.ts";
import {
  type BlockStep,
  blockOf,
  compileStep,
  type Encode,
  type Feature,
  type FeatureBlock,
  type FeatureStep,
  featuresOf,
  type RawRow,
  type RawValue,
  type Step,
} from "./step.ts";

/** A fitted feature set as plain data: part of the capsule. */
export interface FittedFeaturesData {
  readonly inputs: readonly { readonly name: string; readonly type: LogicalType }[];
  readonly steps: readonly Step[];
}

/** A fitted feature set. Its two forms are made of the same steps and give the same bits. */
export interface FittedFeatures {
  /** Source columns that are read, in the order of a raw row. */
  readonly inputs: FittedFeaturesData["inputs"];
  /** The features, in the order in which the row form writes them. */
  readonly outputs: readonly Feature[];
  /** The sparse blocks beside them. */
  readonly blocks: readonly FeatureBlock[];
  /** Features of every row of a table that holds the inputs. */
  transform(table: Table): Table;
  /** A function that writes the features of one raw row, category features as codes, and gives its sparse rows, one a block. */
  compileRow(): (row: RawRow, out: Float64Array) => readonly SparseRow[];
  /** Text columns of which a row's sparse rows hold no term: what the model reads of them is nothing. */
  unread(sparse: readonly SparseRow[]): readonly string[];
  toJSON(): FittedFeaturesData;
}

/** A feature set from its data. A column may be named as another one's feature: then the later feature's name gets a `′`. */
export function loadFeatures(data: FittedFeaturesData): FittedFeatures {
  const { inputs } = data;
  const taken = new Set<string>();
  const steps = data.steps.filter(isFeatureStep).map((step) => ({
    input: step.input,
    encode: compileStep(step),
    features: featuresOf(step, inputs[step.input]!.name).map((feature) => withFreeName(feature, taken)),
  }));
  const outputs = steps.flatMap(({ features }) => features);
  const sparse = data.steps.filter(isBlockStep).map((step) => ({
    input: step.input,
    encode: compileNGrams(step),
    block: withFreeName(blockOf(step, inputs[step.input]!.name), taken),
  }));
  return {
    inputs,
    outputs,
    blocks: sparse.map(({ block }) => block),
    transform(table) {
      const columns = steps.flatMap(({ input, encode, features }) => {
        const { name, type } = inputs[input]!;
        const encoded = encodeColumn(columnOf(table, name, type), encode, features.length);
        return features.map((feature, k) => [feature.name, columnOfFeature(feature, encoded[k]!)] as const);
      });
      const blocks = sparse.map(({ input, encode, block }) =>
        encodeBlock(table.categories(inputs[input]!.name), encode, block.terms.length),
      );
      return Table.of(columns, table.nRows, blocks);
    },
    compileRow() {
      let next = 0;
      const placed = steps.map(({ input, encode, features }) => {
        const at = next;
        next += features.length;
        return { input, encode, at };
      });
      const memories = sparse.map((): WordMemory => new Map());
      return (row, out) => {
        for (const { input, encode, at } of placed) encode(row[input] ?? null, out, at);
        return sparse.map(({ input, encode }, b) => encode(row[input], memories[b]!));
      };
    },
    unread(found) {
      if (!found.some(({ indexes }) => indexes.length === 0)) return [];
      const read = new Set(sparse.filter((_, b) => found[b]!.indexes.length > 0).map(({ block }) => block.from));
      return [...new Set(sparse.map(({ block }) => block.from))].filter((name) => !read.has(name));
    },
    toJSON: () => data,
  };
}

/** Features of several sets side by side, in their order; each column is read once. */
export function joinFeatures(sets: readonly FittedFeatures[]): FittedFeatures {
  const inputs: FittedFeaturesData["inputs"][number][] = [];
  const steps = sets.flatMap((set) => {
    const data = set.toJSON();
    const places = data.inputs.map((input) => {
      const known = inputs.findIndex(({ name }) => name === input.name);
      return known >= 0 ? known : inputs.push(input) - 1;
    });
    return data.steps.map((step) => ({ ...step, input: places[step.input]! }));
  });
  return loadFeatures({ inputs, steps });
}

const isBlockStep = (step: Step): step is BlockStep => step.op === "n-grams";
const isFeatureStep = (step: Step): step is FeatureStep => !isBlockStep(step);

function withFreeName<Named extends { readonly name: string }>(feature: Named, taken: Set<string>): Named {
  let { name } = feature;
  while (taken.has(name)) name += "′";
  taken.add(name);
  return { ...feature, name };
}

function columnOf(table: Table, name: string, type: LogicalType): Column {
  const kind = storageOf[type];
  return kind === "category" ? table.categories(name) : kind === "instant" ? table.instants(name) : table.numbers(name);
}

// One array per feature. A text is encoded once per distinct value.
function encodeColumn(column: Column, encode: Encode, width: number): Float64Array[] {
  const n = column.kind === "category" ? column.codes.length : column.values.length;
  const out = Array.from({ length: width }, () => new Float64Array(n));
  const single = new Float64Array(width);
  if (column.kind !== "category") {
    for (let i = 0; i < n; i++) {
      const value = column.values[i]!;
      encode(value === value ? value : null, single, 0);
      for (let k = 0; k < width; k++) out[k]![i] = single[k]!;
    }
    return out;
  }
  const values: readonly RawValue[] = [...column.dictionary, null];
  const encoded = new Float64Array(values.length * width);
  const used = new Uint8Array(values.length);
  const missing = values.length - 1;
  for (let i = 0; i < n; i++) {
    const code = column.codes[i]! < 0 ? missing : column.codes[i]!;
    if (used[code] === 0) {
      encode(values[code]!, encoded, code * width);
      used[code] = 1;
    }
    for (let k = 0; k < width; k++) out[k]![i] = encoded[code * width + k]!;
  }
  return out;
}

// A text is read once per distinct value, and a word of it once.
function encodeBlock(
  { codes, dictionary }: CategoryColumn,
  encode: ReturnType<typeof compileNGrams>,
  width: number,
): SparseBlock {
  const memory: WordMemory = new Map();
  const missing = encode(null, memory);
  const known: SparseRow[] = [];
  const rows = Array.from(codes, (code) => {
    if (code < 0) return missing;
    known[code] ??= encode(dictionary[code], memory);
    return known[code]!;
  });
  return sparseBlock(rows, width);
}

function columnOfFeature({ kind, levels }: Feature, values: Float64Array): Column {
  return kind === "category"
    ? { kind: "category", codes: Int32Array.from(values), dictionary: levels ?? [] }
    : { kind: "number", values };
}
