import { type Design, listsOfLevels } from "./linear-design.ts";
import type { RowList } from "./linear-objective.ts";
import { passOver } from "./linear-pass.ts";
import { type Course, heed, isPenalised, missOf, type Point, type Problem, type StepSolver } from "./linear-solve.ts";

/*
 * The step of an elastic net: coordinate descent on the second-order model (Friedman, Hastie, Tibshirani 2010, with the full softmax
 * Hessian in place of its diagonal). Only weights that are not 0 or miss their condition take part; the outer loop looks at all of them
 * again. A dense column moves together with its output's intercept, as if it were centred.
 *
 * The model's gradient is followed row by row ("naive"), which a few sweeps cost little. Columns that nearly repeat each other need many:
 * once the sweeps have cost what the products of all pairs of columns would, these are made and the gradient is followed by them alone
 * ("covariance"). So the total is at most twice that of the better way.
 */

const mostSweeps = 20_000;
/** Weights that were 0 and take part in a step: at least so many, and as many as are not 0. */
const leastNew = 100;
/** Above so many weights, products of pairs are not made: 8 MB of them. */
const mostPaired = 1000;

// One weight that takes part.
interface Coordinate {
  readonly index: number;
  readonly output: number;
  /** Where among the coordinates its output's intercept is. */
  readonly intercept: number;
  readonly column: RowList;
  readonly centre: number;
  /** Second derivative of the model, ridge included, along the centred column. */
  readonly curvature: number;
  readonly lasso: number;
  readonly ridge: number;
}

// The model's gradient without penalties: one number per coordinate, kept up to date as they move.
interface Slopes {
  at(position: number): number;
  centredAt(position: number): number;
  move(position: number, by: number): void;
}

/** Steps of coordinate descent. */
export function descentSteps(problem: Problem, course: Course): StepSolver {
  const { design, nOutputs } = problem;
  const columns = columnsOf(design);
  return (point, wanted, step) => {
    const coordinates = coordinatesOf(problem, columns, point);
    step.weights.fill(0);
    const byRows = slopesByRows(problem, coordinates, point.residual.slice());
    const goal = wanted * mostMissed(coordinates, point.weights, step.weights, byRows);
    let slopes = byRows;
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      heed(course);
      if (slopes === byRows && coordinates.length <= mostPaired && 4 * sweep > coordinates.length)
        slopes = slopesByPairs(problem, coordinates, byRows);
      // What a sweep meets on its way is only a hint: later moves disturb earlier ones.
      const met = sweepOver(coordinates, point.weights, step.weights, slopes);
      if (met <= goal && mostMissed(coordinates, point.weights, step.weights, slopes) <= goal) break;
    }
    passOver(design, nOutputs, { forward: { weights: step.weights, margins: step.margins } });
  };
}

function slopesByRows(
  { design, objective }: Problem,
  coordinates: readonly Coordinate[],
  residual: Float64Array,
): Slopes {
  const sumAt = (position: number, isCentred: boolean) => {
    const { column, centre, output } = coordinates[position]!;
    return centredSum(column, isCentred ? centre : 0, residual, output * design.n);
  };
  return {
    at: (position) => sumAt(position, false),
    centredAt: (position) => sumAt(position, true),
    move(position, by) {
      const { output, column, centre } = coordinates[position]!;
      objective.curveColumn(output, column, centre, by, residual);
    },
  };
}

function slopesByPairs(problem: Problem, coordinates: readonly Coordinate[], start: Slopes): Slopes {
  const size = coordinates.length;
  const pairs = pairsOf(problem, coordinates);
  const slopes = Float64Array.from(coordinates, (_, a) => start.at(a));
  const add = (row: number, by: number) => {
    for (let b = 0; b < size; b++) slopes[b]! += by * pairs[row * size + b]!;
  };
  return {
    at: (position) => slopes[position]!,
    centredAt(position) {
      const { centre, intercept } = coordinates[position]!;
      return slopes[position]! - centre * slopes[intercept]!;
    },
    move(position, by) {
      const { centre, intercept } = coordinates[position]!;
      add(position, by);
      if (centre !== 0) add(intercept, -centre * by);
    },
  };
}

// Second derivatives of the loss by all pairs of coordinates, row-major.
function pairsOf({ design, objective, nOutputs }: Problem, coordinates: readonly Coordinate[]): Float64Array {
  const size = coordinates.length;
  const pairs = new Float64Array(size * size);
  const curved = new Float64Array(nOutputs * design.n);
  for (let a = 0; a < size; a++) {
    const { output, column } = coordinates[a]!;
    objective.curveColumn(output, column, 0, 1, curved.fill(0));
    for (let b = a; b < size; b++) {
      const other = coordinates[b]!;
      const product = centredSum(other.column, 0, curved, other.output * design.n);
      pairs[a * size + b] = product;
      pairs[b * size + a] = product;
    }
  }
  return pairs;
}

// Column per weight, the intercept's first.
function columnsOf(design: Design): RowList[] {
  const columns = new Array<RowList>(design.nWeights + 1);
  columns[0] = { rows: null, values: new Float64Array(design.n).fill(1) };
  for (const { values, offset } of design.dense) columns[offset + 1] = { rows: null, values };
  for (const { rows, values, offset } of design.sparse) columns[offset + 1] = { rows, values };
  for (const column of design.levels)
    listsOfLevels(column).forEach((rows, level) => {
      columns[column.offset + 1 + level] = { rows, values: new Float64Array(rows.length).fill(1) };
    });
  return columns;
}

function coordinatesOf(problem: Problem, columns: readonly RowList[], { weights, gradient }: Point): Coordinate[] {
  const width = problem.design.nWeights + 1;
  const isIn = (j: number) => weights[j] !== 0 || !isPenalised(problem, j);
  const miss = (j: number) => missOf(gradient[j]!, weights[j]!, problem.lasso);
  const indexes = [...weights.keys()];
  const inside = indexes.filter(isIn);
  const outside = indexes.filter((j) => !isIn(j) && miss(j) > 0).sort((a, b) => miss(b) - miss(a) || a - b);
  const chosen = [...inside, ...outside.slice(0, Math.max(leastNew, inside.length))].sort((a, b) => a - b);
  const diagonals = Array.from({ length: problem.nOutputs }, (_, k) => problem.objective.diagonal(k));
  const totals = diagonals.map((h) => h.reduce((sum, value) => sum + value, 0));
  const intercepts = Array.from({ length: problem.nOutputs }, (_, k) => chosen.indexOf(k * width));
  return chosen.map((index) => {
    const output = Math.floor(index / width);
    const isWeight = isPenalised(problem, index);
    const column = columns[index - output * width]!;
    const h = diagonals[output]!;
    const centre =
      column.rows === null && isWeight && totals[output]! > 0 ? weightedSum(column, h) / totals[output]! : 0;
    const [ridge, lasso] = isWeight ? [problem.ridge, problem.lasso] : [0, 0];
    const curvature = weightedSquares(column, centre, h) + ridge;
    return { index, output, intercept: intercepts[output]!, column, centre, curvature, lasso, ridge };
  });
}

function mostMissed(
  coordinates: readonly Coordinate[],
  weights: Float64Array,
  step: Float64Array,
  slopes: Slopes,
): number {
  let most = 0;
  coordinates.forEach(({ index, lasso, ridge }, position) => {
    const weight = weights[index]! + step[index]!;
    most = Math.max(most, missOf(slopes.at(position) + ridge * weight, weight, lasso));
  });
  return most;
}

// Moves every coordinate to its minimum, the others held; gives the greatest miss met on the way.
function sweepOver(
  coordinates: readonly Coordinate[],
  weights: Float64Array,
  step: Float64Array,
  slopes: Slopes,
): number {
  let most = 0;
  for (let position = 0; position < coordinates.length; position++) {
    const { index, intercept, centre, curvature, lasso, ridge } = coordinates[position]!;
    const weight = weights[index]! + step[index]!;
    const gradient = slopes.centredAt(position) + ridge * weight;
    const miss = missOf(gradient, weight, lasso);
    most = Math.max(most, miss);
    if (miss === 0 || !(curvature > 0)) continue;
    const next = softThreshold(weight - gradient / curvature, lasso / curvature);
    step[index] = next - weights[index]!;
    if (centre !== 0) step[coordinates[intercept]!.index]! -= centre * (next - weight);
    slopes.move(position, next - weight);
  }
  return most;
}

function softThreshold(x: number, by: number): number {
  if (x > by) return x - by;
  return x < -by ? x + by : 0;
}

function weightedSum({ rows, values }: RowList, h: Float64Array): number {
  let sum = 0;
  if (rows === null) for (let i = 0; i < values.length; i++) sum += h[i]! * values[i]!;
  else for (let i = 0; i < values.length; i++) sum += h[rows[i]!]! * values[i]!;
  return sum;
}

function weightedSquares({ rows, values }: RowList, centre: number, h: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]! - centre;
    sum += h[rows === null ? i : rows[i]!]! * x * x;
  }
  return sum;
}

function centredSum({ rows, values }: RowList, centre: number, numbers: Float64Array, at: number): number {
  let [even, odd] = [0, 0];
  if (rows === null) {
    const pairs = values.length - (values.length % 2);
    for (let i = 0; i < pairs; i += 2) {
      even += (values[i]! - centre) * numbers[at + i]!;
      odd += (values[i + 1]! - centre) * numbers[at + i + 1]!;
    }
    if (pairs < values.length) even += (values[pairs]! - centre) * numbers[at + pairs]!;
  } else for (let i = 0; i < values.length; i++) even += values[i]! * numbers[at + rows[i]!]!;
  return even + odd;
}
