import { cancelled } from "./learner-errors.ts";
import type { Design } from "./linear-design.ts";
import type { Objective } from "./linear-objective.ts";
import { passOver } from "./linear-pass.ts";
import { type Preconditioner, preconditionerOf } from "./linear-precondition.ts";

/** A convex loss of a design's margins plus ridge/2 · ‖w‖²; intercepts are free. */
export interface SmoothProblem {
  readonly design: Design;
  readonly objective: Objective;
  readonly nOutputs: number;
  readonly ridge: number;
}

/** When a fit ends, and how it talks to its host. */
export interface Course {
  /** The fit ends where no component of the gradient exceeds this share of its value at zero. */
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly onProgress?: (share: number) => void;
  readonly shouldStop?: () => boolean;
}

/** Intercept and weights of every output, and how the fit ended. */
export interface Solution {
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Conjugate gradients that took more steps than this ask for a fresh preconditioner. */
const slowSteps = 8;

/**
 * Minimises by truncated Newton (Nash 2000): each step solves with the Hessian by preconditioned conjugate gradients, only as well as
 * the step is worth, then halves it until the loss falls. Margins follow the step, so a halving reads no column.
 */
export function solveNewton(problem: SmoothProblem, start: Float64Array, course: Course): Solution {
  const { design, objective, nOutputs, ridge } = problem;
  const { tolerance, maxIterations } = course;
  const nMargins = nOutputs * design.n;
  const weights = start.slice();
  const isPenalised = (j: number) => j % (design.nWeights + 1) !== 0;
  const penalty = (at: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < at.length; j++) if (isPenalised(j)) sum += at[j]! * at[j]!;
    return (ridge / 2) * sum;
  };
  const addPenalty = (vector: Float64Array, at: Float64Array) => {
    for (let j = 0; j < at.length; j++) if (isPenalised(j)) vector[j]! += ridge * at[j]!;
  };
  let margins = new Float64Array(nMargins);
  let triedMargins = new Float64Array(nMargins);
  const residual = new Float64Array(nMargins);
  const gradient = new Float64Array(weights.length);
  const linearise = () => {
    passOver(design, nOutputs, { back: { rows: residual, out: gradient } });
    addPenalty(gradient, weights);
    return maxAbs(gradient);
  };
  let current = objective.evaluate(margins, residual);
  const zero = maxAbs(gradientAtZero());
  function gradientAtZero() {
    passOver(design, nOutputs, { back: { rows: residual, out: gradient } });
    return gradient;
  }
  let size = zero;
  if (weights.some((w) => w !== 0)) {
    passOver(design, nOutputs, { forward: { weights, margins: triedMargins } });
    const started = objective.evaluate(triedMargins, residual) + penalty(weights);
    if (started < current) {
      current = started;
      [margins, triedMargins] = [triedMargins, margins];
      size = linearise();
    } else {
      weights.fill(0);
      objective.evaluate(margins, residual);
    }
  }
  const curved = new Float64Array(nMargins);
  const along = new Float64Array(nMargins);
  const product = (direction: Float64Array, out: Float64Array) => {
    if (course.shouldStop?.()) throw cancelled();
    passOver(design, nOutputs, {
      forward: { weights: direction, margins: along },
      between: (from, to) => objective.curve(along, curved, from, to),
      back: { rows: curved, out },
    });
    addPenalty(out, direction);
  };
  let preconditioner: Preconditioner | null = null;
  const step = new Float64Array(weights.length);
  const stepMargins = new Float64Array(nMargins);
  const goal = tolerance * Math.max(zero, 1e-300);
  let iterations = 0;
  let converged = size <= goal;
  while (!converged && iterations < maxIterations) {
    if (course.shouldStop?.()) throw cancelled();
    preconditioner ??= preconditionerOf(
      design,
      Array.from({ length: nOutputs }, (_, k) => objective.diagonal(k)),
      ridge,
    );
    const wanted = Math.max(Math.min(0.1, Math.sqrt(size / zero)), (0.5 * goal) / size);
    const nSteps = conjugateGradients(product, along, gradient, preconditioner, wanted, step, stepMargins);
    if (nSteps > slowSteps) preconditioner = null;
    const slope = dot(gradient, step);
    const tried = new Float64Array(weights.length);
    let next = Number.NaN;
    for (let share = 1; share > 1e-12; share /= 2) {
      for (let j = 0; j < tried.length; j++) tried[j] = weights[j]! - share * step[j]!;
      for (let i = 0; i < nMargins; i++) triedMargins[i] = margins[i]! - share * stepMargins[i]!;
      next = objective.evaluate(triedMargins, residual) + penalty(tried);
      // A loss that is flat to the last digits neither proves nor refutes a step: the gradient then decides.
      if (next <= current - 1e-4 * share * slope + 1e-14 * Math.abs(current)) break;
    }
    const before = size;
    weights.set(tried);
    [margins, triedMargins] = [triedMargins, margins];
    size = linearise();
    iterations++;
    course.onProgress?.(iterations / maxIterations);
    converged = size <= goal;
    if (!(next < current) && !(size < before)) break;
    current = next;
  }
  return { weights, iterations, converged };
}

// Solves Hessian · x = right until the residual, in the norm of the preconditioner, is `wanted` of its start; gives the number of steps.
// Writes x and its margins.
function conjugateGradients(
  apply: (direction: Float64Array, out: Float64Array) => void,
  along: Float64Array,
  right: Float64Array,
  precondition: Preconditioner,
  wanted: number,
  x: Float64Array,
  xMargins: Float64Array,
): number {
  const size = right.length;
  x.fill(0);
  xMargins.fill(0);
  const r = right.slice();
  const z = new Float64Array(size);
  precondition(r, z);
  const d = z.slice();
  const product = new Float64Array(size);
  let rz = dot(r, z);
  const goal = wanted * wanted * rz;
  let steps = 0;
  for (; steps < Math.min(10 * size, 1000) && rz > goal; steps++) {
    apply(d, product);
    const curvature = dot(d, product);
    if (!(curvature > 0)) break;
    const alpha = rz / curvature;
    for (let i = 0; i < along.length; i++) xMargins[i]! += alpha * along[i]!;
    for (let j = 0; j < size; j++) {
      x[j]! += alpha * d[j]!;
      r[j]! -= alpha * product[j]!;
    }
    precondition(r, z);
    const next = dot(r, z);
    const beta = next / rz;
    rz = next;
    for (let j = 0; j < size; j++) d[j] = z[j]! + beta * d[j]!;
  }
  return steps;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

/** The greatest absolute value; 0 of none. */
export function maxAbs(values: Float64Array): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max;
}
