import { exp, log } from "../stats/index.ts";
import type { Target } from "./learner.ts";
import { stackColumns } from "./stack-model.ts";

/** How much each model of a stack counts. */
export interface StackWeights {
  /** Per model, ≥ 0. */
  readonly weights: readonly number[];
  /** Added to the log-odds of two classes, or to a number; 0 for several classes. */
  readonly intercept: number;
}

/** Share of the loss's curvature that pulls the weights towards equal ones: models that say the same share their weight. */
const pull = 1e-3;

/** Loss, gradient and second derivative (row-major) at some weights. */
interface Derivatives {
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/**
 * Weights of a stack of least loss (Wolpert 1992; non-negative as in Breiman 1996): squared for numbers, log loss of the weighted log-odds, or of the weighted
 * logarithms of all probabilities, for classes. A ridge pulls them towards 1 / (number of models).
 * @param predictions of each model, row-major, for rows that it was not fitted on
 */
export function fitStack(
  target: Target,
  predictions: readonly Float64Array[],
  sampleWeight: Float64Array | null,
): StackWeights {
  const nModels = predictions.length;
  const hasIntercept = target.task !== "multiclass";
  const columns = predictions.map((prediction) => stackColumns(target.task, prediction));
  if (hasIntercept) columns.push(new Float64Array(target.values.length).fill(1));
  const weights = sampleWeight ?? new Float64Array(target.values.length).fill(1);
  const derive = target.task === "regression" ? squaredLoss : logLoss;
  const size = columns.length;
  let theta: Float64Array = Float64Array.from({ length: size }, (_, j) => (j < nModels ? 1 / nModels : 0));
  let at = derive(target, columns, weights, theta);
  let curvature = 0;
  for (let j = 0; j < nModels; j++) curvature += at.hessian[j * size + j]! / nModels;
  const ridge = Math.max(pull * curvature, 1e-300);
  const withRidge = ({ loss, gradient, hessian }: Derivatives, point: Float64Array): Derivatives => {
    let total = loss;
    for (let j = 0; j < nModels; j++) {
      const off = point[j]! - 1 / nModels;
      total += (ridge / 2) * off * off;
      gradient[j]! += ridge * off;
      hessian[j * size + j]! += ridge;
    }
    return { loss: total, gradient, hessian };
  };
  at = withRidge(at, theta);
  for (let iteration = 0; iteration < 50; iteration++) {
    const step = boundedStep(at, theta, nModels);
    if (step.every((move) => Math.abs(move) < 1e-10)) break;
    let share = 1;
    let next = theta.map((value, j) => value + step[j]!);
    let there = withRidge(derive(target, columns, weights, next), next);
    while (!(there.loss <= at.loss) && share > 1e-6) {
      share /= 2;
      next = theta.map((value, j) => value + share * step[j]!);
      there = withRidge(derive(target, columns, weights, next), next);
    }
    if (!(there.loss <= at.loss)) break;
    theta = next;
    at = there;
  }
  return { weights: Array.from(theta.subarray(0, nModels)), intercept: hasIntercept ? theta[nModels]! : 0 };
}

// The step to the least of the quadratic model with no weight below 0, one coordinate after another.
function boundedStep({ gradient, hessian }: Derivatives, theta: Float64Array, nModels: number): Float64Array {
  const size = theta.length;
  const step = new Float64Array(size);
  for (let sweep = 0; sweep < 20_000; sweep++) {
    let moved = 0;
    for (let j = 0; j < size; j++) {
      let slope = gradient[j]!;
      for (let k = 0; k < size; k++) slope += hessian[j * size + k]! * step[k]!;
      const wanted = step[j]! - slope / Math.max(hessian[j * size + j]!, 1e-300);
      const allowed = j < nModels ? Math.max(-theta[j]!, wanted) : wanted;
      moved = Math.max(moved, Math.abs(allowed - step[j]!));
      step[j] = allowed;
    }
    if (moved < 1e-13) break;
  }
  return step;
}

function squaredLoss(
  { values }: Target,
  columns: readonly Float64Array[],
  weights: Float64Array,
  theta: Float64Array,
): Derivatives {
  const size = columns.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  let loss = 0;
  for (let i = 0; i < values.length; i++) {
    let residual = -values[i]!;
    for (let j = 0; j < size; j++) residual += theta[j]! * columns[j]![i]!;
    loss += 0.5 * weights[i]! * residual * residual;
    for (let j = 0; j < size; j++) {
      const x = weights[i]! * columns[j]![i]!;
      gradient[j]! += x * residual;
      for (let k = 0; k < size; k++) hessian[j * size + k]! += x * columns[k]![i]!;
    }
  }
  return { loss, gradient, hessian };
}

// Two classes are scored (0, log-odds), several by the logarithms of their probabilities; a column holds a number per row, or per row and class.
function logLoss(
  { values, task, nClasses }: Target,
  columns: readonly Float64Array[],
  weights: Float64Array,
  theta: Float64Array,
): Derivatives {
  const size = columns.length;
  const isBinary = task === "binary";
  const column = (j: number, i: number, k: number) =>
    isBinary ? (k === 0 ? 0 : columns[j]![i]!) : columns[j]![i * nClasses + k]!;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const shares = new Float64Array(nClasses);
  const means = new Float64Array(size);
  let loss = 0;
  for (let i = 0; i < values.length; i++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < nClasses; k++) {
      let score = 0;
      for (let j = 0; j < size; j++) score += theta[j]! * column(j, i, k);
      shares[k] = score;
      top = Math.max(top, score);
    }
    const own = shares[values[i]!]!;
    let total = 0;
    for (let k = 0; k < nClasses; k++) {
      shares[k] = exp(shares[k]! - top);
      total += shares[k]!;
    }
    const w = weights[i]!;
    loss += w * (top + log(total) - own);
    means.fill(0);
    for (let k = 0; k < nClasses; k++)
      for (let j = 0; j < size; j++) means[j]! += (shares[k]! / total) * column(j, i, k);
    for (let j = 0; j < size; j++) {
      gradient[j]! += w * (means[j]! - column(j, i, values[i]!));
      for (let other = 0; other < size; other++) {
        let both = 0;
        for (let k = 0; k < nClasses; k++) both += (shares[k]! / total) * column(j, i, k) * column(other, i, k);
        hessian[j * size + other]! += w * (both - means[j]! * means[other]!);
      }
    }
  }
  return { loss, gradient, hessian };
}
