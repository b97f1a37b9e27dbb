import { cancelled } from "./learner-errors.ts";
import type { Design } from "./linear-design.ts";
import type { Objective } from "./linear-objective.ts";
import { passOver } from "./linear-pass.ts";

/** A convex loss of a design's margins plus ridge/2 · ‖w‖² + lasso · ‖w‖₁; intercepts are free. */
export interface Problem {
  readonly design: Design;
  readonly objective: Objective;
  readonly nOutputs: number;
  readonly ridge: number;
  readonly lasso: number;
}

/** When a fit ends, and how it talks to its host. */
export interface Course {
  /** The fit ends where no component of the gradient misses its condition by more than this share of the greatest at zero. */
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly onProgress?: (share: number) => void;
  readonly shouldStop?: () => boolean;
}

/** Where a fit stands. The loss's second derivative is that of this point. Lengths: see linear-pass.ts. */
export interface Point {
  readonly weights: Float64Array;
  /** Of the loss and the ridge. */
  readonly gradient: Float64Array;
  /** Gradient of the loss by margin. */
  readonly residual: Float64Array;
}

/** A change of the weights, and of the margins that goes with it. */
export interface Step {
  readonly weights: Float64Array;
  readonly margins: Float64Array;
}

/** Fills a step that minimises the second-order model around a point until what is left of the gradient is `wanted` of what it is there. */
export type StepSolver = (point: Point, wanted: number, step: Step) => void;

/** Intercept and weights of every output, and how the fit ended. */
export interface Solution {
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Asks the host whether to go on; throws FIT_CANCELLED. */
export function heed({ shouldStop }: Pick<Course, "shouldStop">): void {
  if (shouldStop?.()) throw cancelled();
}

/**
 * Minimises step by step, each only as exact as it is worth, and halved until the loss falls. Margins follow the step, so a halving reads
 * no column.
 */
export function solve(problem: Problem, start: Float64Array, course: Course, solveStep: StepSolver): Solution {
  const { design, objective, nOutputs, ridge, lasso } = problem;
  const { maxIterations } = course;
  const nMargins = nOutputs * design.n;
  let margins = new Float64Array(nMargins);
  let triedMargins = new Float64Array(nMargins);
  const point: Point = {
    weights: new Float64Array(start.length),
    gradient: new Float64Array(start.length),
    residual: new Float64Array(nMargins),
  };
  const { weights, gradient, residual } = point;
  const tried = new Float64Array(start.length);
  const step: Step = { weights: new Float64Array(start.length), margins: new Float64Array(nMargins) };
  const valueAt = (m: Float64Array, at: Float64Array) => objective.evaluate(m, residual) + penaltyOf(problem, at);
  const missed = () => {
    passOver(design, nOutputs, { back: { rows: residual, out: gradient } });
    for (let j = 0; j < weights.length; j++) if (isPenalised(problem, j)) gradient[j]! += ridge * weights[j]!;
    return mostMissed(problem, point);
  };
  let value = valueAt(margins, weights);
  let size = missed();
  const goal = course.tolerance * Math.max(maxAbs(gradient), 1e-300);
  if (start.some((w) => w !== 0)) {
    passOver(design, nOutputs, { forward: { weights: start, margins: triedMargins } });
    const started = valueAt(triedMargins, start);
    if (started < value) {
      value = started;
      weights.set(start);
      [margins, triedMargins] = [triedMargins, margins];
      size = missed();
    } else objective.evaluate(margins, residual);
  }
  const first = size;
  let iterations = 0;
  while (size > goal && iterations < maxIterations) {
    heed(course);
    solveStep(point, wantedOf(size / first, goal / size), step);
    let slope = penaltyOf({ ...problem, ridge: 0 }, sumOf(weights, step.weights)) - lasso * sizeOf(problem, weights);
    for (let j = 0; j < weights.length; j++) slope += gradient[j]! * step.weights[j]!;
    let next = Number.NaN;
    for (let share = 1; share > 1e-12; share /= 2) {
      for (let j = 0; j < tried.length; j++) tried[j] = weights[j]! + share * step.weights[j]!;
      for (let i = 0; i < nMargins; i++) triedMargins[i] = margins[i]! + share * step.margins[i]!;
      next = valueAt(triedMargins, tried);
      // A loss that is flat to its last digits neither proves nor refutes a step: the gradient decides.
      if (next <= value + 1e-4 * share * slope + 1e-14 * Math.abs(value)) break;
    }
    const before = size;
    weights.set(tried);
    [margins, triedMargins] = [triedMargins, margins];
    size = missed();
    iterations++;
    course.onProgress?.(iterations / maxIterations);
    if (!(next < value) && !(size < before)) break;
    value = next;
  }
  return { weights, iterations, converged: size <= goal };
}

// Share of the gradient that a step may leave: a tenth and less as the minimum nears; what ends the fit where one step can reach that.
function wantedOf(left: number, end: number): number {
  return end > 0.01 ? Math.min(0.1, 0.3 * end) : Math.max(Math.min(0.1, Math.sqrt(left)), 0.3 * end);
}

/** Whether the weight at an index is penalised: all but intercepts. */
export const isPenalised = ({ design }: Problem, j: number): boolean => j % (design.nWeights + 1) !== 0;

/**
 * By how much a weight misses the condition of the minimum, given the gradient of everything but the lasso: |g + lasso · sign(w)|, at a
 * weight of 0 what |g| has beyond the lasso.
 */
export function missOf(gradient: number, weight: number, lasso: number): number {
  if (weight === 0) return Math.max(0, Math.abs(gradient) - lasso);
  return Math.abs(gradient + (weight > 0 ? lasso : -lasso));
}

function mostMissed(problem: Problem, { weights, gradient }: Point): number {
  let most = 0;
  for (let j = 0; j < weights.length; j++)
    most = Math.max(most, missOf(gradient[j]!, weights[j]!, isPenalised(problem, j) ? problem.lasso : 0));
  return most;
}

/** The penalty of weights. */
export function penaltyOf(problem: Problem, weights: Float64Array): number {
  let squares = 0;
  for (let j = 0; j < weights.length; j++) if (isPenalised(problem, j)) squares += weights[j]! * weights[j]!;
  return (problem.ridge / 2) * squares + problem.lasso * sizeOf(problem, weights);
}

function sizeOf(problem: Problem, weights: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) if (isPenalised(problem, j)) sum += Math.abs(weights[j]!);
  return sum;
}

/** The sum of two vectors. */
export const sumOf = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, j) => value + b[j]!);

/** The greatest absolute value; 0 of none. */
export function maxAbs(values: Float64Array): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max;
}
