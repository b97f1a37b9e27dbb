import { FettleError } from "../../lib/index.ts";
import {
  type FitOptions,
  type GbdtData,
  type GbdtParams,
  gbdt,
  loadModel,
  type PredictKernels,
} from "../learners/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import {
  type Frame,
  featureNames,
  type GlobalLayout,
  type GlobalSeries,
  type SeriesColumns,
  writeRows,
} from "./global-features.ts";
import { checkFinite, checkHorizon, checkPeriod } from "./series-errors.ts";

/** Parameters of {@link globalTrees}. */
export interface GlobalTreesParams {
  /** Most steps that can be forecast. */
  readonly horizon: number;
  /** Seasons that are looked back on. Default 14: of hours of days, two weeks. */
  readonly nSeasons?: number;
  /** Most rows that are learned from; of more, origins are left out evenly. Default 200,000. */
  readonly maxRows?: number;
  /** Parameters of the trees. Default: absolute loss, 200 trees, 50 rows in a leaf. */
  readonly trees?: GbdtParams;
}

/** Options of {@link GlobalTrees.fit}. */
export interface GlobalOptions
  extends Pick<FitOptions, "seed" | "kernels" | "predictKernels" | "shouldStop" | "onProgress"> {
  /** Steps of a season, 1 for none. */
  readonly period: number;
}

/** A fitted global model as plain data. */
export interface GlobalTreesData {
  readonly kind: "global-trees";
  readonly layout: GlobalLayout;
  readonly model: GbdtData;
  /** Rows learned from. */
  readonly nRows: number;
  /** Series that gave at least one. */
  readonly nSeries: number;
}

/** A model of many series, which also forecasts series that it has not seen. */
export interface FittedGlobalTrees {
  readonly layout: GlobalLayout;
  /**
   * Forecasts of the steps after each series' last value. NaN throughout where a series has no value. Throws FORECAST_HORIZON beyond the fit's
   * horizon, FORECAST_KNOWN where what is known in advance does not reach so far.
   */
  forecast(series: readonly GlobalSeries[], horizon: number): Float64Array[];
  /** `loadGlobalTrees(fitted.toJSON())` forecasts the same bytes. */
  toJSON(): GlobalTreesData;
}

/** A global method with its parameters. */
export interface GlobalTrees {
  readonly kind: "global-trees";
  readonly params: Required<GlobalTreesParams>;
  fit(series: readonly GlobalSeries[], options: GlobalOptions): FittedGlobalTrees;
}

const defaultTrees: GbdtParams = { loss: "absolute", nTrees: 200, minSamplesLeaf: 50 };

/**
 * Boosted trees over the lags of many series together. Direct: one model forecasts every step of the horizon, the step being one of its
 * features; forecasts are not fed back, so that errors do not build up and training is for what is asked. Each row is relative to a seasonal naive forecast and
 * in units of the series' own scale.
 */
export function globalTrees({ horizon, nSeasons = 14, maxRows = 200_000, trees = {} }: GlobalTreesParams): GlobalTrees {
  checkHorizon(horizon);
  const params = { horizon, nSeasons, maxRows, trees: { ...defaultTrees, ...trees } };
  return {
    kind: "global-trees",
    params,
    fit(series, { period, ...options }) {
      checkPeriod(period);
      for (const { values } of series) checkFinite(values);
      const namesOf = (columns: SeriesColumns = {}) => Object.keys(columns).sort();
      const covariates = namesOf(series[0]?.covariates);
      const observed = namesOf(series[0]?.observed);
      const layout: GlobalLayout = {
        period,
        horizon,
        nSeasons,
        nRecent: period === 1 ? 12 : Math.min(period, 4),
        known: namesOf(series[0]?.known),
        ...(covariates.length === 0 ? {} : { covariates }),
        ...(observed.length === 0 ? {} : { observed }),
      };
      for (const one of series) checkColumns(one, layout, 0);
      const { columns, answers, nSeries } = trainingRows(series, layout, maxRows);
      if (answers.length === 0)
        throw new FettleError(
          "invalid-input",
          "GLOBAL_TOO_SHORT",
          `Cannot learn from the series: none of ${series.length} has more than ${leastHistory(layout)} values, some must for a first row`,
          { hint: "Shorten the horizon, or use a method for single series" },
        );
      const features = tableOf(layout, columns);
      const model = gbdt(params.trees).fit(features, { task: "regression", values: answers, nClasses: 0 }, options);
      const data = model.toJSON() as GbdtData;
      return globalTreesModel(
        { kind: "global-trees", layout, model: data, nRows: answers.length, nSeries },
        options.predictKernels,
      );
    },
  };
}

/** A fitted global model from its data: what {@link FittedGlobalTrees.toJSON} gave. */
export function loadGlobalTrees(data: GlobalTreesData, kernels?: PredictKernels): FittedGlobalTrees {
  return globalTreesModel(data, kernels);
}

function globalTreesModel(data: GlobalTreesData, kernels?: PredictKernels): FittedGlobalTrees {
  const { layout } = data;
  const model = loadModel(data.model, kernels);
  return {
    layout,
    forecast(series, horizon) {
      checkHorizon(horizon, layout.horizon);
      for (const { values } of series) checkFinite(values);
      for (const one of series) checkColumns(one, layout, horizon);
      const asked = { ...layout, horizon };
      const columns = emptyColumns(layout, series.length * horizon);
      const frames = series.map((one, i) => writeRows(one, one.values.length, asked, columns, i * horizon));
      const answers = model.predict(tableOf(layout, columns));
      return frames.map(({ scale, base }, i) => base.map((value, h) => value + scale * answers[i * horizon + h]!));
    },
    toJSON: () => data,
  };
}

const emptyColumns = (layout: GlobalLayout, nRows: number) => featureNames(layout).map(() => new Float64Array(nRows));

const tableOf = (layout: GlobalLayout, columns: readonly Float64Array[]) =>
  Table.of(featureNames(layout).map((name, j) => [name, numberColumn(columns[j]!)] as const));

// Values before the first origin: those that give every step of the horizon a base.
const leastHistory = ({ period, horizon }: GlobalLayout) => Math.max(period * Math.ceil(horizon / period), 2 * period);

// Rows of all origins of all series, or of every n-th, counted back from the last whose horizon is known; a row without answer or base is left out.
function trainingRows(series: readonly GlobalSeries[], layout: GlobalLayout, maxRows: number) {
  const { horizon, period } = layout;
  const least = leastHistory(layout);
  const countOrigins = (stride: number) =>
    series.reduce(
      (sum, { values }) => sum + Math.max(0, Math.floor((values.length - horizon - least) / stride) + 1),
      0,
    );
  let stride = 1;
  while (countOrigins(stride) * horizon > maxRows || (stride > 1 && gcd(stride, period) > 1)) stride++;
  const total = countOrigins(stride) * horizon;
  const columns = emptyColumns(layout, total);
  const answers = new Float64Array(total);
  let n = 0;
  let nSeries = 0;
  for (const one of series) {
    const before = n;
    for (let origin = one.values.length - horizon; origin >= least; origin -= stride) {
      const frame = writeRows(one, origin, layout, columns, n);
      n = keepAnswered(one.values, origin, frame, columns, answers, n);
    }
    if (n > before) nSeries++;
  }
  return { columns: columns.map((column) => column.subarray(0, n)), answers: answers.subarray(0, n), nSeries };
}

function keepAnswered(
  values: Float64Array,
  origin: number,
  { scale, base }: Frame,
  columns: readonly Float64Array[],
  answers: Float64Array,
  from: number,
): number {
  let n = from;
  for (let h = 0; h < base.length; h++) {
    const answer = (values[origin + h]! - base[h]!) / scale;
    if (answer !== answer) continue;
    if (n !== from + h) for (const column of columns) column[n] = column[from + h]!;
    answers[n++] = answer;
  }
  return n;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function checkColumns(
  { values, known = {}, covariates = {}, observed = {} }: GlobalSeries,
  layout: GlobalLayout,
  beyond: number,
): void {
  const check = (columns: SeriesColumns, names: readonly string[], needed: number) => {
    for (const name of names) {
      const length = columns[name]?.length ?? 0;
      if (length >= needed) continue;
      throw new FettleError(
        "invalid-input",
        "FORECAST_KNOWN",
        `Cannot use "${name}" of a series: ${length} steps of it are known, ${needed} are needed`,
      );
    }
  };
  check(known, layout.known, values.length + beyond);
  check(covariates, layout.covariates ?? [], values.length + beyond);
  check(observed, layout.observed ?? [], values.length);
}
