import {
  formBytes,
  formF64,
  formInverse,
  nodeBytes,
  nodeF64,
  nodeI32,
  type ShapRuntime,
  treeBytes,
  treeI32,
} from "./tree-shap-memory.ts";

// Path-dependent TreeSHAP (Lundberg et al. 2020, "tree_path_dependent"): exact, nodes × depth / 2 steps a row.
//
// A leaf of value v, seen from one row, is a product game: v(S) = v · Π_{j∈S} o_j · Π_{j∉S} z_j over the features j of its path, where o_j is 1
// if the row keeps all of the path's conditions on j, and z_j is the share of training rows that do (the product of the shares at the
// nodes that ask for j). Its Shapley value is an integral along the diagonal of its multilinear extension (Owen 1972):
//
//   φ_i = v · (o_i − z_i) · ∫₀¹ Π_{j≠i} p_j(t) dt,   p_j(t) = z_j + (o_j − z_j)·t.
//
// The integrand is a polynomial of degree m − 1 for m features, so Gauss–Legendre at m/2 points t gives it exactly, with positive weights
// only: no cancellation grows with depth. All leaves are summed at once. C(t) is carried down from the root: weight · Π p over the path.
// R(t) is gathered up from the leaves: Σ v · Π p over what lies below. A node's feature gets Σ_t C · (β_l·R_l + β_r·R_r), β = o − z.
// Where an edge above asked for the feature already, with p'(t), the factor is replaced and not multiplied: both sides are divided by p',
// and (1 − z')·R, which that edge gave too much, is taken off. Once the row has left the feature's conditions (o' = 0), asking again only
// parts the share: p is constant, and nothing is given.

/** TreeSHAP over plain memory: the specification of the compiled kernel. */
export function plainShap(nBytes: number): ShapRuntime {
  const buffer = new ArrayBuffer(8 * Math.ceil(nBytes / 8) + 16);
  return { buffer, start: 16, addShapValues: addShapValuesOver(buffer) };
}

function addShapValuesOver(buffer: ArrayBufferLike): ShapRuntime["addShapValues"] {
  const f64 = new Float64Array(buffer);
  const f32 = new Float32Array(buffer);
  const i32 = new Int32Array(buffer);
  const u8 = new Uint8Array(buffer);

  const goesLeft = (node: number, row: number): number => {
    const w = node >> 2;
    const x = f32[(row >> 2) + i32[w + nodeI32.feature]!]!;
    const codes = i32[w + nodeI32.codes]!;
    if (codes === 0) {
      if (x !== x) return i32[w + nodeI32.missingLeft]!;
      return x <= f32[w + nodeI32.threshold]! ? 1 : 0;
    }
    if (!(x >= 0)) return i32[w + nodeI32.missingLeft]!;
    return x < i32[w + nodeI32.nCodes]! ? u8[codes + x]! : 0;
  };

  /** Which conditions the row keeps at a node, and so p(t) to either side. */
  const decide = (node: number, row: number, form: number, kept: number, i: number) => {
    const above = i32[(node >> 2) + nodeI32.above]!;
    const isInside = above < 0 ? 1 : u8[kept + above]!;
    const isLeft = goesLeft(node, row);
    u8[kept + 2 * i] = isInside & isLeft;
    u8[kept + 2 * i + 1] = isInside & ~isLeft;
    const d = node >> 3;
    const f = form >> 3;
    const startLeft = f64[d + (isInside ? nodeF64.zeroLeft : nodeF64.shareLeft)]!;
    const startRight = f64[d + (isInside ? nodeF64.zeroRight : nodeF64.shareRight)]!;
    f64[f + formF64.startLeft] = startLeft;
    f64[f + formF64.slopeLeft] = isInside ? isLeft - startLeft : 0;
    f64[f + formF64.startRight] = startRight;
    f64[f + formF64.slopeRight] = isInside ? 1 - isLeft - startRight : 0;
    f64[f + formF64.excess] = isInside ? f64[d + nodeF64.excess]! : 0;
    i32[(form >> 2) + formInverse] = i32[(node >> 2) + (isInside ? nodeI32.inverse : nodeI32.ones)]!;
  };

  /** Carries C(t) from a node to its children. */
  const down = (node: number, form: number, n: number, rule: number, carried: number, slot: number, spare: number) => {
    const f = form >> 3;
    const startLeft = f64[f + formF64.startLeft]!;
    const slopeLeft = f64[f + formF64.slopeLeft]!;
    const startRight = f64[f + formF64.startRight]!;
    const slopeRight = f64[f + formF64.slopeRight]!;
    const inverse = i32[(form >> 2) + formInverse]! >> 3;
    const own = (carried + slot) >> 3;
    const left = (carried + Math.min(i32[(node >> 2) + nodeI32.leftSlot]!, spare)) >> 3;
    const right = (carried + Math.min(i32[(node >> 2) + nodeI32.rightSlot]!, spare)) >> 3;
    for (let q = 0; q < n; q++) {
      const t = f64[(rule >> 3) + q]!;
      const c = f64[own + q]! * f64[inverse + q]!;
      f64[own + q] = c;
      f64[left + q] = c * (startLeft + slopeLeft * t);
      f64[right + q] = c * (startRight + slopeRight * t);
    }
  };

  /** Gathers R(t) from a node's children; returns what its feature gets. */
  const up = (node: number, form: number, n: number, rule: number, carried: number, gathered: number, slot: number) => {
    const f = form >> 3;
    const startLeft = f64[f + formF64.startLeft]!;
    const slopeLeft = f64[f + formF64.slopeLeft]!;
    const startRight = f64[f + formF64.startRight]!;
    const slopeRight = f64[f + formF64.slopeRight]!;
    const excess = f64[f + formF64.excess]!;
    const inverse = i32[(form >> 2) + formInverse]! >> 3;
    const left = (gathered + i32[(node >> 2) + nodeI32.leftSlot]!) >> 3;
    const right = (gathered + i32[(node >> 2) + nodeI32.rightSlot]!) >> 3;
    let even = 0;
    let odd = 0;
    for (let q = 0; q < n; q++) {
      const t = f64[(rule >> 3) + q]!;
      const l = f64[left + q]!;
      const r = f64[right + q]!;
      const sum = ((startLeft + slopeLeft * t) * l + (startRight + slopeRight * t) * r) * f64[inverse + q]!;
      f64[((gathered + slot) >> 3) + q] = sum;
      const term = f64[((carried + slot) >> 3) + q]! * (slopeLeft * l + slopeRight * r - excess * sum);
      if (q % 2 === 0) even += term;
      else odd += term;
    }
    return even + odd;
  };

  return (trees, nTrees, row, out, carried, gathered, forms, kept, spare) => {
    for (let tree = trees >> 2, k = 0; k < nTrees; k++, tree += treeBytes >> 2) {
      const nodes = i32[tree + treeI32.nodes]!;
      const size = i32[tree + treeI32.size]!;
      const n = i32[tree + treeI32.nPoints]!;
      const rule = i32[tree + treeI32.rule]!;
      const weights = (rule >> 3) + n;
      f64.copyWithin(carried >> 3, weights, weights + n);
      for (let i = 0; i < size; i++) {
        const node = nodes + i * nodeBytes;
        decide(node, row, forms + i * formBytes, kept, i);
        down(node, forms + i * formBytes, n, rule, carried, 8 * n * i, spare);
      }
      const values = (out + i32[tree + treeI32.out]!) >> 3;
      for (let i = size - 1; i >= 0; i--) {
        const node = nodes + i * nodeBytes;
        const given = up(node, forms + i * formBytes, n, rule, carried, gathered, 8 * n * i);
        f64[values + i32[(node >> 2) + nodeI32.feature]!]! += given;
      }
    }
  };
}
