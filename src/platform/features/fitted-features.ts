import { type Column, Table } from "../../ml/table/index.ts";
import { type LogicalType, storageOf } from "../data/index.ts";
import { compileStep, type Encode, type Feature, featuresOf, type RawRow, type RawValue, type Step } from "./step.ts";

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
  /** Features of every row of a table that holds the inputs. */
  transform(table: Table): Table;
  /** A function that writes the features of one raw row, category features as codes. */
  compileRow(): (row: RawRow, out: Float64Array) => void;
  toJSON(): FittedFeaturesData;
}

/** A feature set from its data. A column may be named as another one's feature: then the later feature's name gets a `′`. */
export function loadFeatures(data: FittedFeaturesData): FittedFeatures {
  const { inputs } = data;
  const taken = new Set<string>();
  const steps = data.steps.map((step) => ({
    input: step.input,
    encode: compileStep(step),
    features: featuresOf(step, inputs[step.input]!.name).map((feature) => withFreeName(feature, taken)),
  }));
  const outputs = steps.flatMap(({ features }) => features);
  return {
    inputs,
    outputs,
    transform(table) {
      const columns = steps.flatMap(({ input, encode, features }) => {
        const { name, type } = inputs[input]!;
        const encoded = encodeColumn(columnOf(table, name, type), encode, features.length);
        return features.map((feature, k) => [feature.name, columnOfFeature(feature, encoded[k]!)] as const);
      });
      return Table.of(columns, table.nRows);
    },
    compileRow() {
      let next = 0;
      const placed = steps.map(({ input, encode, features }) => {
        const at = next;
        next += features.length;
        return { input, encode, at };
      });
      return (row, out) => {
        for (const { input, encode, at } of placed) encode(row[input] ?? null, out, at);
      };
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

function withFreeName(feature: Feature, taken: Set<string>): Feature {
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

function columnOfFeature({ kind, levels }: Feature, values: Float64Array): Column {
  return kind === "category"
    ? { kind: "category", codes: Int32Array.from(values), dictionary: levels ?? [] }
    : { kind: "number", values };
}
