/*
 * One step of a term: a shallow tree on its cells. The tree is found from sums per cell alone, so its cost does not depend on the number of rows.
 */

/** Sums over the rows of each cell of one term. */
export interface CellSums {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** Rows, weights not counted. */
  readonly rows: Float64Array;
}

/** What holds for every step. */
export interface StepRules {
  readonly learningRate: number;
  readonly maxLeaves: number;
  /** Rows in a leaf. */
  readonly minSamplesLeaf: number;
  /** Added to the hessian of each leaf. */
  readonly lambda: number;
  /** Added to a level's hessian where levels are put in order. */
  readonly categorySmoothing: number;
}

/** Writes what is added to each cell to `step`, and returns the loss that a whole step would take away, as Σ G²/(H+λ); 0 where nothing changes. */
export type Step = (sums: CellSums, rules: StepRules, step: Float64Array) => number;

/** A run of neighbouring cells that take the same step. */
interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly gradient: number;
  readonly hessian: number;
  /** Where it is best cut, and what that gains; `cut` is `to` where no cut is possible. */
  readonly cut: number;
  readonly gain: number;
}

// The best of the cuts of cells `from` … `to`.
function leafOf({ gradient, hessian, rows }: CellSums, from: number, to: number, rules: StepRules): Leaf {
  const { lambda, minSamplesLeaf } = rules;
  let g = 0;
  let h = 0;
  let n = 0;
  for (let k = from; k < to; k++) {
    g += gradient[k]!;
    h += hessian[k]!;
    n += rows[k]!;
  }
  let [gLeft, hLeft, nLeft, cut] = [0, 0, 0, to];
  const whole = h + lambda > 0 ? (g * g) / (h + lambda) : 0;
  let best = whole * (1 + 1e-9);
  for (let k = from; k + 1 < to; k++) {
    gLeft += gradient[k]!;
    hLeft += hessian[k]!;
    nLeft += rows[k]!;
    if (nLeft < minSamplesLeaf || rows[k] === 0) continue;
    if (n - nLeft < minSamplesLeaf) break;
    const hRight = h - hLeft + lambda;
    if (!(hLeft + lambda > 0 && hRight > 0)) continue;
    const gRight = g - gLeft;
    const sides = (gLeft * gLeft) / (hLeft + lambda) + (gRight * gRight) / hRight;
    if (sides > best) {
      best = sides;
      cut = k + 1;
    }
  }
  return { from, to, gradient: g, hessian: h, cut, gain: cut < to ? best - whole : 0 };
}

// Cuts the leaf that gains most until there are enough; writes the Newton step of each.
function stepInOrder(sums: CellSums, n: number, rules: StepRules, step: Float64Array): number {
  const leaves = [leafOf(sums, 0, n, rules)];
  let total = 0;
  while (leaves.length < rules.maxLeaves) {
    const at = leaves.reduce((best, leaf, k) => (leaf.gain > leaves[best]!.gain ? k : best), 0);
    const { from, to, cut, gain } = leaves[at]!;
    if (gain <= 0) break;
    total += gain;
    leaves.splice(at, 1, leafOf(sums, from, cut, rules), leafOf(sums, cut, to, rules));
  }
  if (leaves.length === 1) return 0;
  for (const { from, to, gradient, hessian } of leaves)
    step.fill((-rules.learningRate * gradient) / (hessian + rules.lambda), from, to);
  return total;
}

/** Steps of a number: leaves are runs of its cells; what is missing, the last cell, is a leaf of its own. */
export const numberStep: Step = (sums, rules, step) => {
  const last = step.length - 1;
  step.fill(0);
  const gain = stepInOrder(sums, last, rules, step);
  const { gradient, hessian, rows } = sums;
  const h = hessian[last]! + rules.lambda;
  if (rows[last]! < rules.minSamplesLeaf || !(h > 0) || gradient[last] === 0) return gain;
  step[last] = (-rules.learningRate * gradient[last]!) / h;
  return gain + (gradient[last]! * gradient[last]!) / h;
};

/** Steps of a category: levels, missing among them, in the order of their smoothed mean gradient (Fisher 1958). */
export const categoryStep: Step = ({ gradient, hessian, rows }, rules, step) => {
  const slope = (k: number) => gradient[k]! / (hessian[k]! + rules.categorySmoothing);
  const order: number[] = [];
  for (let k = 0; k < step.length; k++) if (rows[k]! > 0) order.push(k);
  order.sort((a, b) => slope(a) - slope(b) || a - b);
  const ordered = {
    gradient: Float64Array.from(order, (k) => gradient[k]!),
    hessian: Float64Array.from(order, (k) => hessian[k]!),
    rows: Float64Array.from(order, (k) => rows[k]!),
  };
  const steps = new Float64Array(order.length);
  step.fill(0);
  const gain = stepInOrder(ordered, order.length, rules, steps);
  order.forEach((k, place) => {
    step[k] = steps[place]!;
  });
  return gain;
};
