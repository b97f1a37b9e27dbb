import { passOver } from "./linear-pass.ts";
import { type Preconditioner, preconditionerOf } from "./linear-precondition.ts";
import {
  type Course,
  heed,
  isPenalised,
  type Point,
  type Problem,
  type Step,
  type StepSolver,
} from "./linear-solve.ts";

// Conjugate gradients that took more steps than this ask for a fresh preconditioner.
const slowSteps = 8;

/** Newton's step without a lasso, by preconditioned conjugate gradients (Nash 2000). The residual is judged in the preconditioner's norm. */
export function newtonSteps(problem: Problem, course: Course): StepSolver {
  const { design, objective, nOutputs, ridge } = problem;
  const along = new Float64Array(nOutputs * design.n);
  const curved = new Float64Array(nOutputs * design.n);
  const apply = (direction: Float64Array, out: Float64Array) => {
    heed(course);
    passOver(design, nOutputs, {
      forward: { weights: direction, margins: along },
      between: (from, to) => objective.curve(along, curved, from, to),
      back: { rows: curved, out },
    });
    for (let j = 0; j < out.length; j++) if (isPenalised(problem, j)) out[j]! += ridge * direction[j]!;
  };
  let preconditioner: Preconditioner | null = null;
  return (point, wanted, step) => {
    const diagonals = () => Array.from({ length: nOutputs }, (_, k) => objective.diagonal(k));
    preconditioner ??= preconditionerOf(design, diagonals(), ridge);
    const nSteps = conjugateGradients(apply, along, preconditioner, point, wanted, step);
    if (nSteps > slowSteps) preconditioner = null;
  };
}

// Solves Hessian · step = −gradient; `along` holds the margins of the direction last applied. Gives the number of steps.
function conjugateGradients(
  apply: (direction: Float64Array, out: Float64Array) => void,
  along: Float64Array,
  precondition: Preconditioner,
  { gradient }: Point,
  wanted: number,
  { weights, margins }: Step,
): number {
  const size = gradient.length;
  weights.fill(0);
  margins.fill(0);
  const r = gradient.map((g) => -g);
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
    for (let i = 0; i < along.length; i++) margins[i]! += alpha * along[i]!;
    for (let j = 0; j < size; j++) {
      weights[j]! += alpha * d[j]!;
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
