import { gaussLegendre } from "../stats/index.ts";
import type { ShapForest } from "./tree-shap-forest.ts";

/** Where one model's TreeSHAP runs: memory of its own, and the kernel over it. */
export interface ShapRuntime {
  readonly buffer: ArrayBufferLike;
  /** First byte that is free, a multiple of 16. */
  readonly start: number;
  /** Adds one row's SHAP values: see `addShapValues`. Arguments are addresses in bytes, or counts. */
  readonly addShapValues: (
    trees: number,
    nTrees: number,
    row: number,
    out: number,
    carried: number,
    gathered: number,
    forms: number,
    kept: number,
    spare: number,
  ) => void;
}

/** Gives a runtime whose memory has room for `nBytes` from its start on. */
export type ShapKernels = (nBytes: number) => ShapRuntime;

/** Encoding of a node, 80 bytes: five f64, then ten i32 (the threshold an f32). `slot`s are byte offsets into `carried` and `gathered`. */
export const nodeBytes = 80;
export const nodeF64 = { zeroLeft: 0, zeroRight: 1, shareLeft: 2, shareRight: 3, excess: 4 } as const;
export const nodeI32 = {
  feature: 10,
  threshold: 11,
  missingLeft: 12,
  /** Address of the codes that go left, a byte each; 0 for a number node. */
  codes: 13,
  nCodes: 14,
  leftSlot: 15,
  rightSlot: 16,
  /** Edge above with the same feature, −1 for none. */
  above: 17,
  /** Address of 1/p'(t); of ones where no edge above has the feature. */
  inverse: 18,
  /** Address of ones. */
  ones: 19,
} as const;

/** Encoding of a tree: five i32. `rule` is the address of its points, then of their weights; `out` a byte offset. */
export const treeBytes = 20;
export const treeI32 = { nodes: 0, size: 1, nPoints: 2, rule: 3, out: 4 } as const;

/** Scratch of a node: p(t) = start + slope · t to either side, what was given too much above, and (an i32) the address of 1/p'. */
export const formBytes = 48;
export const formF64 = { startLeft: 0, slopeLeft: 1, startRight: 2, slopeRight: 3, excess: 4 } as const;
export const formInverse = 10;

/** A forest in memory. */
export interface ShapMemory {
  readonly row: Float32Array;
  readonly out: Float64Array;
  /** Adds the SHAP values of `row` to `out`. */
  add(): void;
}

/** Writes a forest into a runtime's memory. `out` has `stride` numbers per output; each round has one tree of each output. */
export function shapMemory(
  forest: ShapForest,
  kernels: ShapKernels,
  sizes: { readonly nFeatures: number; readonly nOutputs: number; readonly stride: number },
): ShapMemory {
  const { nTrees, nodeFrom, nPoints, mostNodes, mostPoints } = forest;
  const nNodes = forest.feature.length;
  const rules = [...new Set(nPoints)].filter((n) => n > 0);
  const plan = planOf({
    trees: nTrees * treeBytes,
    nodes: nNodes * nodeBytes,
    codes: forest.bits.length + 1,
    rules: 16 * rules.reduce((sum, n) => sum + n, 0),
    ones: 8 * mostPoints,
    inverse: 8 * countInverse(forest),
    gathered: 8 * (mostNodes * mostPoints + countLeafNumbers(forest)),
    carried: 8 * (mostNodes + 1) * mostPoints,
    forms: formBytes * mostNodes,
    kept: 2 * mostNodes,
    row: 4 * sizes.nFeatures,
    out: 8 * sizes.nOutputs * sizes.stride,
  });
  const runtime = kernels(plan.bytes);
  const at = plan.from(runtime.start);
  const f64 = new Float64Array(runtime.buffer, 0, runtime.buffer.byteLength >> 3);
  const f32 = new Float32Array(runtime.buffer, 0, runtime.buffer.byteLength >> 2);
  const i32 = new Int32Array(runtime.buffer, 0, runtime.buffer.byteLength >> 2);
  new Uint8Array(runtime.buffer).set(forest.bits, at.codes + 1);
  f64.fill(1, at.ones >> 3, (at.ones >> 3) + mostPoints);

  const ruleAt = new Map<number, number>();
  let nextRule = at.rules;
  for (const n of rules) {
    const { points, weights } = gaussLegendre(n);
    ruleAt.set(n, nextRule);
    f64.set(points, nextRule >> 3);
    f64.set(weights, (nextRule >> 3) + n);
    nextRule += 16 * n;
  }
  const spare = 8 * mostNodes * mostPoints;
  let nextLeaf = spare;
  let nextInverse = at.inverse;
  for (let t = 0; t < nTrees; t++) {
    const n = nPoints[t]!;
    const from = nodeFrom[t]!;
    const size = nodeFrom[t + 1]! - from;
    const tree = (at.trees + t * treeBytes) >> 2;
    i32[tree + treeI32.nodes] = at.nodes + from * nodeBytes;
    i32[tree + treeI32.size] = size;
    i32[tree + treeI32.nPoints] = n;
    i32[tree + treeI32.rule] = ruleAt.get(n) ?? 0;
    i32[tree + treeI32.out] = 8 * sizes.stride * (t % sizes.nOutputs);
    const slotOf = (child: number): number => {
      if (child >= 0) return 8 * n * child;
      const slot = nextLeaf;
      f64.fill(forest.value[~child]!, (at.gathered + slot) >> 3, ((at.gathered + slot) >> 3) + n);
      nextLeaf += 8 * n;
      return slot;
    };
    for (let k = from; k < from + size; k++) {
      const d = (at.nodes + k * nodeBytes) >> 3;
      f64[d + nodeF64.zeroLeft] = forest.zeroLeft[k]!;
      f64[d + nodeF64.zeroRight] = forest.zeroRight[k]!;
      f64[d + nodeF64.shareLeft] = forest.shareLeft[k]!;
      f64[d + nodeF64.shareRight] = forest.shareRight[k]!;
      f64[d + nodeF64.excess] = 1 - forest.zeroAbove[k]!;
      const w = (at.nodes + k * nodeBytes) >> 2;
      i32[w + nodeI32.feature] = forest.feature[k]!;
      f32[w + nodeI32.threshold] = forest.threshold[k]!;
      i32[w + nodeI32.missingLeft] = forest.missingLeft[k]!;
      i32[w + nodeI32.codes] = forest.bitsFrom[k]! < 0 ? 0 : at.codes + 1 + forest.bitsFrom[k]!;
      i32[w + nodeI32.nCodes] = forest.nCodes[k]!;
      i32[w + nodeI32.leftSlot] = slotOf(forest.left[k]!);
      i32[w + nodeI32.rightSlot] = slotOf(forest.right[k]!);
      i32[w + nodeI32.above] = forest.above[k]!;
      i32[w + nodeI32.ones] = at.ones;
      if (forest.above[k]! < 0) i32[w + nodeI32.inverse] = at.ones;
      else {
        i32[w + nodeI32.inverse] = nextInverse;
        const zero = forest.zeroAbove[k]!;
        const rule = ruleAt.get(n)! >> 3;
        for (let q = 0; q < n; q++) f64[(nextInverse >> 3) + q] = 1 / (zero + (1 - zero) * f64[rule + q]!);
        nextInverse += 8 * n;
      }
    }
  }
  return {
    row: new Float32Array(runtime.buffer, at.row, sizes.nFeatures),
    out: new Float64Array(runtime.buffer, at.out, sizes.nOutputs * sizes.stride),
    add: () =>
      runtime.addShapValues(at.trees, nTrees, at.row, at.out, at.carried, at.gathered, at.forms, at.kept, spare),
  };
}

/** Places parts of given sizes one after another, each at a multiple of 16. */
function planOf<Name extends string>(sizes: Readonly<Record<Name, number>>) {
  const offsets = {} as Record<Name, number>;
  let bytes = 0;
  for (const name of Object.keys(sizes) as Name[]) {
    offsets[name] = bytes;
    bytes += 16 * Math.ceil(sizes[name] / 16);
  }
  const from = (start: number) =>
    Object.fromEntries(Object.entries<number>(offsets).map(([name, at]) => [name, start + at])) as Record<Name, number>;
  return { bytes, from };
}

function countInverse({ nTrees, nodeFrom, nPoints, above }: ShapForest): number {
  let count = 0;
  for (let t = 0; t < nTrees; t++)
    for (let k = nodeFrom[t]!; k < nodeFrom[t + 1]!; k++) if (above[k]! >= 0) count += nPoints[t]!;
  return count;
}

function countLeafNumbers({ nTrees, nodeFrom, nPoints }: ShapForest): number {
  let count = 0;
  for (let t = 0; t < nTrees; t++) count += (nodeFrom[t + 1]! - nodeFrom[t]! + 1) * nPoints[t]!;
  return count;
}
