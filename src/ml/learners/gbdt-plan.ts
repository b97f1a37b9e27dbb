/*
 * A forest as the bytes that the compiled kernels read: one block without addresses. Its parts:
 *   columns  per feature used: u32 feature, u32 offset of its thresholds (the last of each block of 16, then the blocks) or symbols, u32
 *            half the number of blocks (0: 16 of them or fewer) or number of symbols, u32 planes (0 for a category), u32 plane of a category; then per plane of a number i32
 *            rank where it begins, i32 code of missing, u32 plane
 *   masks    for trees of few leaves, which are numbered from the left. Each node forbids the leaves on its left to rows that go right; the lowest
 *            leaf that no node forbids is the row's. Per tree: i32 first leaf of its last eight, u32 offset of its leaves' values; then per
 *            eight leaves, the last first: u16 number nodes, u16 category nodes that forbid some of them, and the nodes: u16 plane,
 *            i8 code, u8 leaves forbidden; category nodes: u16 plane, u8 leaves forbidden, a free byte, u32 offset of the set
 *   row masks  the same for one row without missing numbers, 16 trees abreast. Per 16 trees: 16 × u32 offset of a tree's leaves' values, i32 first leaf of the last
 *            eight of the largest one, 12 free bytes; then per eight leaves: u16 steps, u16 tables, 12 free bytes; the steps,
 *            one number node of each tree: 16 × u8 first plane, 16 × i8 code, 16 × u8 leaves forbidden; the tables, one per category
 *            column that a node asks: u16 plane, u16 symbols, 12 free bytes, then per symbol 16 × u8 leaves forbidden by all its nodes
 *   nodes    of 8 bytes: u32 left child (the right one follows it), u16 plane, i8 code, a free byte. A leaf is its own left child
 *            and its code is 127, which nothing is beyond. Beside them f64 values and, where there are categories, u32 offsets of sets
 */

import { type CodedColumn, codingOf, type Question } from "./gbdt-codes.ts";
import type { Forest } from "./gbdt-flat.ts";
import { createBytes, type GrowingBytes } from "./growing-bytes.ts";

/** A forest laid out for the kernels. Offsets count from the first of `bytes`. */
export interface Plan {
  readonly bytes: Uint8Array;
  readonly nTrees: number;
  readonly nPlanes: number;
  readonly nFirstPlanes: number;
  readonly columns: readonly { readonly feature: number; readonly kind: CodedColumn["kind"]; readonly at: number }[];
  /** 0 where a tree has too many leaves. */
  readonly masksAt: number;
  /** 0 where a tree has too many leaves, or there are too many planes or categories. */
  readonly rowMasksAt: number;
  readonly rootsAt: number;
  readonly nodesAt: number;
  /** 0 where no node asks for a category. */
  readonly setsAt: number;
  readonly valuesAt: number;
}

/** Most leaves of a tree for which masks are quicker than walking. */
const mostMaskLeaves = 255;

/** Most leaves of a tree, and most planes, for which one row's masks are quicker than walking. */
const mostRowLeaves = 64;
const mostRowPlanes = 64;

/** Most bytes of the tables by which one row's masks answer category nodes. */
const mostTableBytes = 2 ** 20;

/** Lays a forest out; null where the kernels cannot hold it (see {@link codingOf}). */
export function planOf(forest: Forest): Plan | null {
  const coding = codingOf(forest);
  if (coding === null || coding.nPlanes > 65_535) return null;
  const bytes = createBytes();
  const data = coding.columns.map((column) => writeColumnData(bytes, column));
  bytes.align(8);
  const columns = coding.columns.map((column, j) => writeColumn(bytes, column, data[j]!));
  bytes.align(16);
  const setOf = coding.questions.map(({ set }) => (set === null ? 0 : bytes.put(set)));
  const trees = Array.from(forest.roots, (root) => nodesOf(forest, root));
  const { nPlanes, nFirstPlanes } = coding;
  const mostLeaves = trees.reduce((most, { nLeaves }) => Math.max(most, nLeaves), 0);
  let masksAt = 0;
  let rowMasksAt = 0;
  if (mostLeaves <= mostMaskLeaves) {
    const items = trees.map((tree) => maskItems(tree, coding.questions, setOf));
    const valuesAt = writeLeaves(bytes, forest, trees);
    masksAt = writeMasks(bytes, items, valuesAt);
    const categories = categoriesOf(coding.columns);
    const nGroups = Math.ceil(trees.length / nLanes) * Math.ceil(mostLeaves / 8);
    const tableBytes = nLanes * nGroups * categories.reduce((sum, { nSymbols }) => sum + nSymbols, 0);
    if (mostLeaves <= mostRowLeaves && nFirstPlanes <= mostRowPlanes && tableBytes <= mostTableBytes)
      rowMasksAt = writeRowMasks(bytes, items, valuesAt, categories);
  }
  const walk = writeNodes(bytes, forest, coding.questions, setOf);
  bytes.put(new Uint8Array(256)); // a walk reads a set at offset 0 where it needs none
  return { bytes: bytes.done(), nTrees: trees.length, nPlanes, nFirstPlanes, columns, masksAt, rowMasksAt, ...walk };
}

function writeColumnData(bytes: GrowingBytes, column: CodedColumn): number {
  if (column.kind === "category") return bytes.put(column.symbols);
  const { thresholds } = column;
  const nBlocks = blocksOf(thresholds);
  const half = halfOf(nBlocks);
  const lasts = new Float32Array(half === 0 ? 16 : 2 * half).fill(Number.POSITIVE_INFINITY);
  const blocks = new Float32Array(16 * nBlocks).fill(Number.POSITIVE_INFINITY);
  blocks.set(thresholds);
  for (let k = 0; k < nBlocks; k++) lasts[k] = blocks[16 * k + 15]!;
  bytes.align(16);
  const at = bytes.put(new Uint8Array(lasts.buffer));
  bytes.put(new Uint8Array(blocks.buffer));
  return at;
}

// So many that the last one ends with an infinity: a value beyond all thresholds has its place there.
const blocksOf = ({ length }: Float32Array): number => Math.floor(length / 16) + 1;

// Half of the number of blocks when it is raised to a power of two; 0 where there are at most 16.
function halfOf(nBlocks: number): number {
  if (nBlocks <= 16) return 0;
  let half = 16;
  while (2 * half < nBlocks) half *= 2;
  return half;
}

function writeColumn(bytes: GrowingBytes, column: CodedColumn, dataAt: number): Plan["columns"][number] {
  const { kind, feature } = column;
  const at = bytes.u32(feature);
  bytes.u32(dataAt);
  const words =
    kind === "number"
      ? [halfOf(blocksOf(column.thresholds)), column.planes.length, 0, ...column.planes.flatMap(planeWords)]
      : [column.symbols.length, 0, column.plane];
  for (const word of words) bytes.u32(word);
  return { feature, kind, at };
}

const planeWords = ({ from, missing, plane }: { from: number; missing: number; plane: number }): number[] => [
  from,
  missing,
  plane,
];

interface TreeNodes {
  readonly nLeaves: number;
  /** Inner nodes with the leaves on their left: from … to, as places among the tree's leaves from the left. */
  readonly inner: readonly { readonly node: number; readonly from: number; readonly to: number }[];
  /** Leaves of the forest from the left. */
  readonly leaves: readonly number[];
}

function nodesOf(forest: Forest, root: number): TreeNodes {
  const leaves: number[] = [];
  const inner: { node: number; from: number; to: number }[] = [];
  // A node is met twice: on the way down, and (as `~from`, after its left side) with the leaves counted since.
  const open: { node: number; from: number }[] = [{ node: root, from: -1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, from } = next;
    if (node < 0) leaves.push(~node);
    else if (from < 0) open.push({ node, from: leaves.length }, { node: forest.left[node]!, from: -1 });
    else {
      inner.push({ node, from, to: leaves.length });
      open.push({ node: forest.right[node]!, from: -1 });
    }
  }
  return { nLeaves: leaves.length, inner, leaves };
}

function writeLeaves(bytes: GrowingBytes, forest: Forest, trees: readonly TreeNodes[]): number[] {
  bytes.align(8);
  return trees.map(({ leaves }) => {
    const at = bytes.at;
    for (const leaf of leaves) bytes.f64(forest.value[leaf]!);
    return at;
  });
}

/** A node that forbids some of eight leaves; `set` is the offset of a category node's set. */
interface MaskItem {
  readonly plane: number;
  readonly firstPlane: number;
  readonly code: number;
  readonly mask: number;
  readonly set: number;
  readonly bits: Uint8Array | null;
}

/** The nodes that forbid some of eight leaves: number nodes and category nodes. */
interface EightLeaves {
  readonly numbers: MaskItem[];
  readonly sets: MaskItem[];
}

function maskItems(
  { nLeaves, inner }: TreeNodes,
  questions: readonly Question[],
  setOf: readonly number[],
): EightLeaves[] {
  const eights = Array.from({ length: Math.ceil(nLeaves / 8) }, (): EightLeaves => ({ numbers: [], sets: [] }));
  for (const { node, from, to } of inner)
    for (let k = from >> 3; 8 * k < to; k++) {
      const { plane, firstPlane, code, set } = questions[node]!;
      const item = { plane, firstPlane, code, mask: maskOf(from - 8 * k, to - 8 * k), set: setOf[node]!, bits: set };
      (set === null ? eights[k]!.numbers : eights[k]!.sets).push(item);
    }
  return eights;
}

function writeMasks(bytes: GrowingBytes, trees: readonly EightLeaves[][], valuesAt: readonly number[]): number {
  const start = bytes.at;
  trees.forEach((eights, t) => {
    bytes.u32(8 * eights.length - 8);
    bytes.u32(valuesAt[t]!);
    for (const { numbers, sets } of eights.toReversed()) {
      bytes.u16(numbers.length);
      bytes.u16(sets.length);
      for (const { plane, code, mask } of numbers) {
        bytes.u16(plane);
        bytes.u8(code);
        bytes.u8(mask);
      }
      for (const { plane, mask, set } of sets) {
        bytes.u16(plane);
        bytes.u16(mask);
        bytes.u32(set);
      }
    }
  });
  return start;
}

const nLanes = 16;

function writeRowMasks(
  bytes: GrowingBytes,
  trees: readonly EightLeaves[][],
  valuesAt: readonly number[],
  categories: readonly Categories[],
): number {
  bytes.align(16);
  const start = bytes.at;
  for (let t = 0; t < trees.length; t += nLanes) {
    const group = trees.slice(t, t + nLanes);
    for (let lane = 0; lane < nLanes; lane++) bytes.u32(valuesAt[t + lane] ?? 0);
    const nEights = Math.max(...group.map((eights) => eights.length));
    bytes.u32(8 * nEights - 8);
    bytes.align(16);
    for (let k = nEights - 1; k >= 0; k--)
      writeRowEight(
        bytes,
        group.map((eights) => eights[k] ?? { numbers: [], sets: [] }),
        categories,
      );
  }
  return start;
}

function writeRowEight(bytes: GrowingBytes, trees: readonly EightLeaves[], categories: readonly Categories[]): void {
  const nSteps = Math.max(...trees.map(({ numbers }) => numbers.length));
  const asked = categories.filter(({ plane }) => trees.some(({ sets }) => sets.some((item) => item.plane === plane)));
  bytes.u16(nSteps);
  bytes.u16(asked.length);
  bytes.align(nLanes);
  const steps = new Uint8Array(3 * nLanes * nSteps);
  trees.forEach(({ numbers }, lane) => {
    numbers.forEach(({ firstPlane, code, mask }, step) => {
      const at = 3 * nLanes * step + lane;
      steps[at] = firstPlane;
      steps[at + nLanes] = code;
      steps[at + 2 * nLanes] = mask;
    });
  });
  bytes.put(steps);
  for (const one of asked) {
    bytes.u16(one.plane);
    bytes.u16(one.nSymbols);
    bytes.align(nLanes);
    bytes.put(tableOf(trees, one));
  }
}

/** A category column: its plane and its number of symbols. */
interface Categories {
  readonly plane: number;
  readonly nSymbols: number;
}

function categoriesOf(columns: readonly CodedColumn[]): Categories[] {
  return columns.flatMap((column) => {
    if (column.kind === "number") return [];
    return [{ plane: column.plane, nSymbols: 1 + column.symbols.reduce((most, symbol) => Math.max(most, symbol), 1) }];
  });
}

// Per symbol 16 bytes: the leaves of each tree that its nodes on the column forbid to a row with that symbol.
function tableOf(trees: readonly EightLeaves[], { plane, nSymbols }: Categories): Uint8Array {
  const table = new Uint8Array(nLanes * nSymbols);
  trees.forEach(({ sets }, lane) => {
    for (const item of sets) {
      if (item.plane !== plane) continue;
      for (let symbol = 0; symbol < nSymbols; symbol++)
        if (((item.bits![symbol >> 3]! >> (symbol & 7)) & 1) === 0) table[nLanes * symbol + lane]! |= item.mask;
    }
  });
  return table;
}

// Bits `from` … `to` of a byte; both may lie beyond it.
function maskOf(from: number, to: number): number {
  return (0xff << Math.max(0, from)) & (0xff >> Math.max(0, 8 - to)) & 0xff;
}

function writeNodes(
  bytes: GrowingBytes,
  forest: Forest,
  questions: readonly Question[],
  setOf: readonly number[],
): Pick<Plan, "rootsAt" | "nodesAt" | "setsAt" | "valuesAt"> {
  // Old numbers by new ones: breadth first within a tree, so that children are neighbours.
  const order: number[] = [];
  const childOf: number[] = [];
  const roots = Array.from(forest.roots, (root) => {
    const start = order.length;
    order.push(root);
    for (let k = start; k < order.length; k++) {
      const node = order[k]!;
      childOf[k] = node < 0 ? k : order.length;
      if (node >= 0) order.push(forest.left[node]!, forest.right[node]!);
    }
    return start;
  });
  bytes.align(8);
  const rootsAt = bytes.at;
  for (const root of roots) bytes.u32(root);
  bytes.align(8);
  const nodesAt = bytes.at;
  order.forEach((node, k) => {
    bytes.u32(childOf[k]!);
    bytes.u16(node < 0 ? 0 : questions[node]!.plane);
    bytes.u16(node < 0 ? 127 : questions[node]!.code & 0xff);
  });
  const valuesAt = bytes.at;
  for (const node of order) bytes.f64(node < 0 ? forest.value[~node]! : 0);
  if (setOf.every((at) => at === 0)) return { rootsAt, nodesAt, setsAt: 0, valuesAt };
  const setsAt = bytes.at;
  for (const node of order) bytes.u32(node < 0 ? 0 : setOf[node]!);
  return { rootsAt, nodesAt, setsAt, valuesAt };
}
