import type { CellSums, Step, StepRules } from "./gam-step.ts";

/** The best tree of a pair's cells: one cut of an axis, then a cut of the other axis on each side. */
export interface GridTree {
  /** Loss that it takes away, as G²/(H+λ) of its leaves minus that of the whole. */
  readonly gain: number;
  /** Whether the first cut is across the first axis. */
  readonly firstAxis: boolean;
  /** Cells of that axis before the cut. */
  readonly cut: number;
  /** Cells of the other axis before its cuts, on both sides; all of them where that side is not cut. */
  readonly cuts: readonly [before: number, after: number];
}

/** Sums along one axis. */
interface Line {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly rows: Float64Array;
}

const lineOf = (n: number): Line => ({
  gradient: new Float64Array(n),
  hessian: new Float64Array(n),
  rows: new Float64Array(n),
});

/** G²/(H+λ) of the two sides of the best cut, or of the whole line where no cut is better. */
function bestCut({ gradient, hessian, rows }: Line, { lambda, minSamplesLeaf }: StepRules) {
  const end = rows.length;
  let [g, h, n] = [0, 0, 0];
  for (let k = 0; k < end; k++) {
    g += gradient[k]!;
    h += hessian[k]!;
    n += rows[k]!;
  }
  let [gLeft, hLeft, nLeft, cut] = [0, 0, 0, end];
  let value = h + lambda > 0 ? (g * g) / (h + lambda) : 0;
  for (let k = 0; k + 1 < end; k++) {
    gLeft += gradient[k]!;
    hLeft += hessian[k]!;
    nLeft += rows[k]!;
    if (nLeft < minSamplesLeaf) continue;
    if (n - nLeft < minSamplesLeaf) break;
    const hRight = h - hLeft + lambda;
    if (!(hLeft + lambda > 0 && hRight > 0)) continue;
    const sides = (gLeft * gLeft) / (hLeft + lambda) + ((g - gLeft) * (g - gLeft)) / hRight;
    if (sides > value) {
      value = sides;
      cut = k + 1;
    }
  }
  return { value, cut, gradient: g, hessian: h, nRows: n };
}

/** The best tree on cells that are row-major over two axes; null where no cut is possible. */
export function gridTree(sums: CellSums, nFirst: number, nSecond: number, rules: StepRules): GridTree | null {
  const across = treeAcross(sums, nFirst, nSecond, nSecond, 1, rules);
  const along = treeAcross(sums, nSecond, nFirst, 1, nSecond, rules);
  if (across === null && along === null) return null;
  const firstAxis = along === null || (across !== null && across.gain >= along.gain);
  return { ...(firstAxis ? across! : along!), firstAxis };
}

// `outer` is the axis that is cut first; strides say how far apart its cells, and those of the other axis, lie.
function treeAcross(
  { gradient, hessian, rows }: CellSums,
  nOuter: number,
  nInner: number,
  outerStride: number,
  innerStride: number,
  rules: StepRules,
): Omit<GridTree, "firstAxis"> | null {
  const before = lineOf(nInner);
  const after = lineOf(nInner);
  const move = (outer: number, to: Line, sign: number) => {
    for (let inner = 0, at = outer * outerStride; inner < nInner; inner++, at += innerStride) {
      to.gradient[inner]! += sign * gradient[at]!;
      to.hessian[inner]! += sign * hessian[at]!;
      to.rows[inner]! += sign * rows[at]!;
    }
  };
  for (let outer = 0; outer < nOuter; outer++) move(outer, after, 1);
  const all = bestCut(after, rules);
  const whole = all.hessian + rules.lambda > 0 ? (all.gradient * all.gradient) / (all.hessian + rules.lambda) : 0;
  let best = whole * (1 + 1e-9);
  let found: Omit<GridTree, "firstAxis"> | null = null;
  for (let outer = 0; outer + 1 < nOuter; outer++) {
    move(outer, before, 1);
    move(outer, after, -1);
    const one = bestCut(before, rules);
    const other = bestCut(after, rules);
    if (one.nRows < rules.minSamplesLeaf || other.nRows < rules.minSamplesLeaf) continue;
    if (one.value + other.value > best) {
      best = one.value + other.value;
      found = { gain: best - whole, cut: outer + 1, cuts: [one.cut, other.cut] };
    }
  }
  return found;
}

/** Steps of a pair of features. */
export function gridStep(nFirst: number, nSecond: number): Step {
  return (sums, rules, step) => {
    const tree = gridTree(sums, nFirst, nSecond, rules);
    if (tree === null) {
      step.fill(0);
      return 0;
    }
    const leaf = (cell: number) => leafOfCell(tree, Math.floor(cell / nSecond), cell % nSecond);
    const g = new Float64Array(4);
    const h = new Float64Array(4);
    for (let cell = 0; cell < step.length; cell++) {
      g[leaf(cell)]! += sums.gradient[cell]!;
      h[leaf(cell)]! += sums.hessian[cell]!;
    }
    for (let cell = 0; cell < step.length; cell++) {
      const at = leaf(cell);
      step[cell] = h[at]! + rules.lambda > 0 ? (-rules.learningRate * g[at]!) / (h[at]! + rules.lambda) : 0;
    }
    return tree.gain;
  };
}

function leafOfCell({ firstAxis, cut, cuts }: GridTree, first: number, second: number): number {
  const [outer, inner] = firstAxis ? [first, second] : [second, first];
  return outer < cut ? (inner < cuts[0] ? 0 : 1) : inner < cuts[1] ? 2 : 3;
}
