import { bytes, float, littleEndian, littleEndian64, message, whole, wholes } from "./protobuf.ts";

/* The parts of an ONNX model (IR version 8): field numbers are those of onnx.proto3. */

/** An attribute of a node: a number, text, or a list. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly doubles: readonly number[] }
  | { readonly texts: readonly string[] };

function attribute(name: string, value: Attribute): Uint8Array {
  const named = bytes(1, name);
  if ("float" in value) return message(named, float(2, value.float), whole(20, 1));
  if ("int" in value) return message(named, whole(3, value.int), whole(20, 2));
  if ("text" in value) return message(named, bytes(4, value.text), whole(20, 3));
  if ("doubles" in value) return message(named, bytes(5, doubles(value.doubles)), whole(20, 4));
  if ("ints" in value) return message(named, wholes(8, value.ints), whole(20, 7));
  return message(named, ...value.texts.map((text) => bytes(9, text)), whole(20, 8));
}

const float32 = 1;
const int64 = 7;
/** The number of the type f64, for a Cast. */
export const float64 = 11;

// A tensor of f64, one dimension.
const doubles = (values: readonly number[]): Uint8Array =>
  message(wholes(1, [values.length]), whole(2, float64), bytes(8, "values"), bytes(9, littleEndian64(values)));

/** What a node has beside inputs and attributes. */
export interface NodeForm {
  /** Default: the operators of ONNX itself. */
  readonly domain?: string;
  /** Default 1. */
  readonly nOutputs?: 1 | 2;
}

/** Builds a graph from one input of f32 rows to one output. */
export interface OnnxGraph {
  /** Adds a node and returns the name of its first output; a second one is named after it. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    form?: NodeForm,
  ): string;
  /** Adds a constant of f32 and returns its name. */
  constant(values: ArrayLike<number>, shape: readonly number[]): string;
  /** Adds a constant of i64 and returns its name. */
  wholes(values: readonly number[]): string;
  /** The model, ended by the named output of nOutputs columns. */
  finish(output: string, nOutputs: number): Uint8Array;
}

/** A graph whose input `features` has nFeatures columns. */
export function onnxGraph(name: string, nFeatures: number): OnnxGraph {
  const nodes: Uint8Array[] = [];
  const constants: Uint8Array[] = [];
  return {
    node(op, inputs, attributes = {}, { domain = "", nOutputs = 1 } = {}) {
      const output = `v${nodes.length}`;
      const parts = [...inputs.map((input) => bytes(1, input)), bytes(2, output), bytes(4, op)];
      if (nOutputs === 2) parts.push(bytes(2, `${output}b`));
      parts.push(...Object.entries(attributes).map(([key, value]) => bytes(5, attribute(key, value))));
      nodes.push(bytes(1, message(...parts, ...(domain === "" ? [] : [bytes(7, domain)]))));
      return output;
    },
    constant(values, shape) {
      const constant = `c${constants.length}`;
      constants.push(
        bytes(5, message(wholes(1, shape), whole(2, float32), bytes(8, constant), bytes(9, littleEndian(values)))),
      );
      return constant;
    },
    wholes(values) {
      const constant = `c${constants.length}`;
      constants.push(
        bytes(5, message(wholes(1, [values.length]), whole(2, int64), wholes(7, values), bytes(8, constant))),
      );
      return constant;
    },
    finish(output, nOutputs) {
      nodes.push(bytes(1, message(bytes(1, output), bytes(2, "outputs"), bytes(4, "Identity"))));
      const graph = message(
        ...nodes,
        bytes(2, name),
        ...constants,
        bytes(11, valueInfo("features", nFeatures)),
        bytes(12, valueInfo("outputs", nOutputs)),
      );
      const opset = (domain: string, version: number) => bytes(8, message(bytes(1, domain), whole(2, version)));
      return message(whole(1, 8), bytes(2, "fettle"), bytes(7, graph), opset("", 13), opset("ai.onnx.ml", 3));
    },
  };
}

// A tensor of f32 with any number of rows.
function valueInfo(name: string, nColumns: number): Uint8Array {
  const rows = bytes(1, message(bytes(2, "rows")));
  const columns = bytes(1, message(whole(1, nColumns)));
  const tensor = message(whole(1, float32), bytes(2, message(rows, columns)));
  return message(bytes(1, name), bytes(2, message(bytes(1, tensor))));
}
