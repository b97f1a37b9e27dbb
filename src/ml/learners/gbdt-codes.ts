/*
 * Rows as one byte per question. A number's rank among the thresholds that some tree asks of its feature says all that the trees want to
 * know of it: x ≤ threshold k exactly where at most k thresholds lie below x. So a row is coded once, and every node then compares two
 * signed bytes: it goes left where the code is at most the node's.
 *
 * A plane is one such byte per row. A feature has a plane for each 253 of its thresholds (in those of the others every value is below or
 * above them all) and for each side to which its nodes send what is missing: there the code of missing is the least or the greatest one.
 * Planes that differ in that side alone are equal in rows without missing numbers; the first ones of such pairs are numbered before all others.
 * A category's symbol is 0 for missing, 1 for codes that are in no node's set, then one each: two planes hold the byte of a set of 256
 * bits in which the symbol's bit lies, and that bit.
 */
import type { Forest } from "./gbdt-flat.ts";

/** Thresholds that one plane can tell apart. */
const planeThresholds = 253;

/** Symbols besides missing and "in no set" that two planes can tell apart. */
const mostSymbols = 254;

/** A plane of a number: the rank where it begins, and the code of what is missing. */
interface NumberPlane {
  readonly from: number;
  readonly missing: number;
  readonly plane: number;
}

/** How one feature is coded. */
export type CodedColumn =
  | {
      readonly kind: "number";
      readonly feature: number;
      /** Ascending, finite, distinct. */
      readonly thresholds: Float32Array;
      readonly planes: readonly NumberPlane[];
    }
  | {
      readonly kind: "category";
      readonly feature: number;
      /** The first of its two planes. */
      readonly plane: number;
      /** Symbol per code; codes beyond have symbol 1. */
      readonly symbols: Uint8Array;
    };

/** What a node asks: is the code of a plane at most `code`, or (where `set` is given) is the symbol in it. */
export interface Question {
  readonly plane: number;
  /** A plane that is equal in rows without missing numbers, one of the first `nFirstPlanes`; of a category the plane itself. */
  readonly firstPlane: number;
  readonly code: number;
  readonly set: Uint8Array | null;
}

/** How rows are coded for a forest. */
export interface Coding {
  readonly columns: readonly CodedColumn[];
  readonly nPlanes: number;
  /** Planes that rows without missing numbers need for their number nodes. */
  readonly nFirstPlanes: number;
  /** What each node asks. */
  readonly questions: readonly Question[];
}

/** The coding of a forest's rows; null where a feature has more than 254 categories that some node tells apart. */
export function codingOf(forest: Forest): Coding | null {
  const groups = nodesByColumn(forest);
  const numbers = groups.filter(([isCategory]) => !isCategory).map(([, nodes]) => numberPlanes(forest, nodes));
  const nFirstPlanes = numbers.reduce((sum, { planes }) => sum + planes.filter(isFirst).length, 0);
  let first = 0;
  let plane = nFirstPlanes;
  const columns: CodedColumn[] = numbers.map(({ planes, ...column }) => ({
    ...column,
    planes: planes.map((one, k) => ({ ...one, plane: isFirst(one, k, planes) ? first++ : plane++ })),
  }));
  for (const [isCategory, nodes] of groups) {
    if (!isCategory) continue;
    const symbols = symbolsOf(forest, nodes);
    if (symbols === null) return null;
    columns.push({ kind: "category", feature: forest.feature[nodes[0]!]!, plane, symbols });
    plane += 2;
  }
  const columnOf = new Map(columns.map((column) => [columnKey(column.feature, column.kind === "category"), column]));
  const questions = Array.from(forest.feature, (feature, node) => {
    const column = columnOf.get(columnKey(feature, forest.bitsFrom[node]! >= 0))!;
    return column.kind === "number" ? numberQuestion(forest, node, column) : setQuestion(forest, node, column);
  });
  return { columns, nPlanes: plane, nFirstPlanes, questions };
}

const columnKey = (feature: number, isCategory: boolean): number => 2 * feature + (isCategory ? 1 : 0);

// Nodes by feature, those that ask for a number and those that ask for a category apart.
function nodesByColumn({ feature, bitsFrom }: Forest): [isCategory: boolean, nodes: number[]][] {
  const groups = new Map<number, number[]>();
  for (let node = 0; node < feature.length; node++) {
    const key = columnKey(feature[node]!, bitsFrom[node]! >= 0);
    const nodes = groups.get(key);
    if (nodes === undefined) groups.set(key, [node]);
    else nodes.push(node);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([key, nodes]) => [key % 2 === 1, nodes]);
}

type NumberColumn = Extract<CodedColumn, { kind: "number" }>;
type CategoryColumn = Extract<CodedColumn, { kind: "category" }>;

type Segment = Pick<NumberPlane, "from" | "missing">;

function numberPlanes(
  forest: Forest,
  nodes: readonly number[],
): Omit<NumberColumn, "planes"> & { readonly planes: readonly Segment[] } {
  const finite = Float32Array.from(nodes, (node) => forest.threshold[node]!)
    .filter((threshold) => threshold < Number.POSITIVE_INFINITY)
    .sort();
  const thresholds = finite.filter((threshold, k) => k === 0 || threshold !== finite[k - 1]);
  const planes = new Map<number, Segment>();
  for (const node of nodes) {
    const segment = segmentOf(forest, node, thresholds);
    planes.set(segment.from + (segment.missing < 0 ? 1 : 0), segment);
  }
  return { kind: "number", feature: forest.feature[nodes[0]!]!, thresholds, planes: [...planes.values()] };
}

const isFirst = ({ from }: Segment, k: number, planes: readonly Segment[]): boolean =>
  planes.findIndex((one) => one.from === from) === k;

function segmentOf(forest: Forest, node: number, thresholds: Float32Array): Segment {
  const last = Math.max(0, Math.ceil(thresholds.length / planeThresholds) - 1);
  const segment = Math.min(last, Math.floor(rankOf(thresholds, forest.threshold[node]!) / planeThresholds));
  return { from: segment * planeThresholds, missing: forest.missingLeft[node] === 1 ? -128 : 127 };
}

function numberQuestion(forest: Forest, node: number, { thresholds, planes }: NumberColumn): Question {
  const { from, missing } = segmentOf(forest, node, thresholds);
  const first = planes.find((one) => one.from === from)!;
  const { plane } = planes.find((one) => one.from === from && one.missing === missing)!;
  const code = rankOf(thresholds, forest.threshold[node]!) - from - 127;
  return { plane, firstPlane: first.plane, code, set: null };
}

// How many thresholds lie below x.
function rankOf(thresholds: Float32Array, x: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Null where there are too many.
function symbolsOf({ nCodes, bits, bitsFrom }: Forest, nodes: readonly number[]): Uint8Array | null {
  const symbols = new Uint8Array(nodes.reduce((most, node) => Math.max(most, nCodes[node]!), 0)).fill(1);
  let nSymbols = 0;
  for (const node of nodes)
    for (let code = 0; code < nCodes[node]!; code++)
      if (bits[bitsFrom[node]! + code] === 1 && symbols[code] === 1) {
        if (nSymbols === mostSymbols) return null;
        symbols[code] = 2 + nSymbols++;
      }
  return symbols;
}

function setQuestion(forest: Forest, node: number, { plane, symbols }: CategoryColumn): Question {
  const set = new Uint8Array(32);
  const add = (symbol: number) => {
    set[symbol >> 3]! |= 1 << (symbol & 7);
  };
  if (forest.missingLeft[node] === 1) add(0);
  for (let code = 0; code < forest.nCodes[node]!; code++)
    if (forest.bits[forest.bitsFrom[node]! + code] === 1) add(symbols[code]!);
  return { plane, firstPlane: plane, code: 0, set };
}
