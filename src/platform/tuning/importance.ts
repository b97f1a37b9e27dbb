import { createRng } from "../../lib/index.ts";
import { type FittedModel, gbdt, type Target } from "../../ml/learners/index.ts";
import { quantileSorted } from "../../ml/stats/index.ts";
import { type Column, categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type Dimension, isActive, type Point, pointAt, type SearchSpace, unitOf } from "./space.ts";
import { startPlace } from "./start-points.ts";

/** A point with its loss. */
export interface LossAt {
  readonly point: Point;
  readonly loss: number;
}

/** How much of the variation in loss over the space a parameter explains. */
export interface ParameterImportance {
  readonly name: string;
  /** Share that it explains by itself, 0 … 1. */
  readonly own: number;
  /** Share that it has a part in, alone or together with others, 0 … 1; at least about `own`. */
  readonly total: number;
}

/** Importances, greatest total first; or null with the reason. */
export type Importance =
  | { readonly parameters: readonly ParameterImportance[]; readonly fit: number; readonly reason?: undefined }
  | { readonly parameters: null; readonly fit: number | null; readonly reason: string };

const fewestTrials = 20;

/** Least cross-validated R² of a surrogate whose importances are given. */
const leastFit = 0.2;

const nDraws = 2048;

/**
 * Functional analysis of variance (Hutter, Hoos & Leyton-Brown 2014; Sobol' 2001): boosted trees learn the loss from the parameters, and the
 * variance of what they predict over evenly spread points is divided among the parameters, by the estimators of Saltelli et al. (2010)
 * for the own and Jansen (1999) for the total share. Losses above their upper quartile count as that quartile, so that a few bad
 * corners do not explain everything. `fit` is the cross-validated R² of the trees; importances of a surrogate that explains
 * less than a fifth would be noise and are not given.
 * @param space dimensions without conditions
 */
export function parameterImportance(space: SearchSpace, trials: readonly LossAt[], seed: number): Importance {
  const varied = space.filter((dimension) => new Set(trials.map(({ point }) => point[dimension.name])).size > 1);
  if (trials.length < fewestTrials)
    return {
      parameters: null,
      fit: null,
      reason: `only ${trials.length} trials have a loss, ${fewestTrials} are needed`,
    };
  if (varied.length === 0) return { parameters: null, fit: null, reason: "no parameter varied" };
  const losses = Float64Array.from(trials, ({ loss }) => loss);
  const most = quantileSorted(losses.slice().sort(), 0.75);
  const target = targetOf(losses.map((loss) => Math.min(loss, most)));
  const table = tableOf(
    varied,
    trials.map(({ point }) => point),
  );
  const fit = crossValidatedR2(table, target, seed);
  if (fit === null || fit < leastFit)
    return { parameters: null, fit, reason: "the loss could not be predicted from the parameters" };
  const model = surrogate.fit(table, target, { seed });
  const parameters = sobolShares(varied, model, seed);
  if (parameters === null) return { parameters: null, fit, reason: "the predicted loss is the same everywhere" };
  return { parameters: parameters.toSorted((a, b) => b.total - a.total), fit };
}

const surrogate = gbdt({ nTrees: 200, learningRate: 0.05, maxLeaves: 6, minSamplesLeaf: 3, lambda: 0.1 });

function targetOf(values: Float64Array): Target {
  return { task: "regression", values, nClasses: 0 };
}

function tableOf(space: SearchSpace, points: readonly Point[]): Table {
  return Table.of(
    space.map((dimension) => [dimension.name, columnOf(dimension, points)] as const),
    points.length,
  );
}

function columnOf(dimension: Dimension, points: readonly Point[]): Column {
  const values = points.map((point) => (isActive(dimension, point) ? point[dimension.name] : undefined) ?? null);
  if (dimension.kind !== "choice")
    return numberColumn(values.map((value) => (value === null ? null : unitOf(dimension, value as number))));
  const levels = dimension.values.map(String);
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : levels.indexOf(String(value))));
  return { ...categoryColumn(levels), codes };
}

// R² over 5 folds, trials dealt in turn; null where all losses are equal.
function crossValidatedR2(table: Table, target: Target, seed: number): number | null {
  const { values } = target;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let residual = 0;
  let variation = 0;
  for (let fold = 0; fold < 5; fold++) {
    const rows = Int32Array.from(values, (_, i) => i);
    const inside = rows.filter((i) => i % 5 !== fold);
    const outside = rows.filter((i) => i % 5 === fold);
    const model = surrogate.fit(table.take(inside), targetOf(Float64Array.from(inside, (i) => values[i]!)), { seed });
    const predicted = model.predict(table.take(outside));
    outside.forEach((i, k) => {
      residual += square(values[i]! - predicted[k]!);
      variation += square(values[i]! - mean);
    });
  }
  return variation > 0 ? 1 - residual / variation : null;
}

function sobolShares(space: SearchSpace, model: FittedModel, seed: number): ParameterImportance[] | null {
  const [a, b] = drawPair(space.length, seed);
  const predict = (places: readonly Float64Array[]) =>
    model.predict(
      tableOf(
        space,
        places.map((place) => pointAt(space, place)),
      ),
    );
  const atA = predict(a);
  const atB = predict(b);
  const mean = atA.reduce((sum, value, i) => sum + value + atB[i]!, 0) / (2 * nDraws);
  const variance = atA.reduce((sum, value, i) => sum + square(value - mean) + square(atB[i]! - mean), 0) / (2 * nDraws);
  if (!(variance > 0)) return null;
  return space.map(({ name }, j) => {
    // Points of a with coordinate j taken from b.
    const mixed = predict(a.map((place, i) => place.with(j, b[i]![j]!)));
    let own = 0;
    let total = 0;
    for (let i = 0; i < nDraws; i++) {
      own += (atB[i]! - mean) * (mixed[i]! - atA[i]!);
      total += square(atA[i]! - mixed[i]!);
    }
    return { name, own: clip(own / nDraws / variance), total: clip(total / (2 * nDraws) / variance) };
  });
}

// Two independent sets of evenly spread places: halves of one sequence in twice the dimensions.
function drawPair(nDimensions: number, seed: number): [Float64Array[], Float64Array[]] {
  const rng = createRng(seed).fork("importance");
  const shift = rng.below(1 << 30);
  const places = Array.from({ length: nDraws }, (_, i) => startPlace(i, 2 * nDimensions, shift));
  return [places.map((place) => place.slice(0, nDimensions)), places.map((place) => place.slice(nDimensions))];
}

function square(x: number): number {
  return x * x;
}

function clip(share: number): number {
  return Math.min(1, Math.max(0, share));
}
