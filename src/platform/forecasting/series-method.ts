import { globalTrees, type SeriesColumns } from "../../ml/forecasters/index.ts";
import {
  calendarAt,
  calendarNames,
  type ForecastMethod,
  type ForecastModelData,
  forecasterOf,
  type SeriesState,
  windowForecaster,
} from "../capsule/index.ts";
import type { TrainHooks } from "../training/index.ts";
import type { Series, SeriesSet } from "./read-series.ts";

/** Methods fitted to the series of a set, as far as they were known. */
export interface FittedSeries {
  /** The series at `i` after so many steps; default what was known at the fit. */
  at(i: number, steps?: number): SeriesState;
  /** The model of many series, where there is one. */
  readonly global: ForecastModelData["global"];
}

/** What a fit takes beside the series. */
export interface FitContext {
  /** Most steps that will be forecast. */
  readonly horizon: number;
  readonly seed: number;
  readonly hooks: TrainHooks;
  /** Told the share that is done; may throw to end the work. */
  readonly check: (share: number) => void;
}

/**
 * Fits a method to what is known of each series: by itself, or to all of them together. Throws what the method refuses.
 * @param known steps that are known, per series; null for one that takes no part
 */
export function fitSeries(
  method: ForecastMethod,
  set: SeriesSet,
  known: readonly (number | null)[],
  context: FitContext,
): FittedSeries {
  if (method.family === "gbdt") return fitTogether(method, set, known, context);
  const forecaster = forecasterOf(method);
  const states = set.series.map(({ values }, i) => {
    context.check(i / set.series.length);
    return known[i] === null ? null : forecaster.fit(values.subarray(0, known[i]!), { period: set.period });
  });
  return {
    at(i, steps = known[i]!) {
      const state = states[i]!;
      return steps === known[i] ? state : state.update(set.series[i]!.values.subarray(known[i]!, steps));
    },
    global: null,
  };
}

/** Rows that a model of many series learns from: every step is in a row of each step ahead, and more than some of them teach little. */
const rowsPerStep = 10;
const fewestRows = 20_000;
const mostRows = 400_000;

function fitTogether(
  { params }: ForecastMethod,
  { series, calendar, period, covariates }: SeriesSet,
  known: readonly (number | null)[],
  { horizon, seed, hooks, check }: FitContext,
): FittedSeries {
  const { kernels, predictKernels, shouldStop } = hooks;
  const from = Math.min(...series.map(({ first }) => first));
  const to = Math.max(...series.map(({ first, values }) => first + values.length));
  const names = calendarNames(calendar, from, to - from);
  const pick = (columns: SeriesColumns, own: readonly string[]): SeriesColumns =>
    Object.fromEntries(own.map((name) => [name, columns[name]!]));
  const taken = series.flatMap((one, i) => {
    const steps = known[i];
    if (steps === null || steps === undefined) return [];
    const columns = columnsBetween(one, 0, steps);
    return [
      {
        values: one.values.subarray(0, steps),
        known: calendarAt(calendar, names, one.first, steps),
        covariates: pick(columns, covariates.known),
        observed: pick(columns, covariates.observed),
      },
    ];
  });
  const { nSeasons, ...trees } = params as { readonly nSeasons?: number };
  const nSteps = series.reduce((sum, { values }) => sum + values.length, 0);
  const maxRows = Math.min(mostRows, Math.max(fewestRows, rowsPerStep * nSteps));
  const model = globalTrees({ horizon, maxRows, ...(nSeasons === undefined ? {} : { nSeasons }), trees }).fit(taken, {
    period,
    seed,
    ...(kernels && { kernels }),
    ...(predictKernels && { predictKernels }),
    ...(shouldStop && { shouldStop }),
    onProgress: check,
  });
  return {
    at(i, steps = known[i]!) {
      const { values, first } = series[i]!;
      const columns = columnsBetween(series[i]!, 0, steps);
      return windowForecaster(model, calendar, first + steps - 1, values.subarray(0, steps), columns);
    },
    global: model.toJSON(),
  };
}

/** Columns of some steps of a series. */
export function columnsBetween({ columns }: Series, from: number, to?: number): SeriesColumns {
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.subarray(from, to)]));
}

/** Fits to each series its own of several methods; one that learns from all series learns from all of them, whichever use it. */
export function fitEach(
  methods: readonly ForecastMethod[],
  set: SeriesSet,
  known: readonly number[],
  methodOf: (i: number) => number,
  context: FitContext,
): FittedSeries {
  const uses = new Set(known.map((_, i) => methodOf(i)));
  const fits = methods.map((method, m) => {
    if (method.family === "gbdt") return uses.has(m) || m === 0 ? fitSeries(method, set, known, context) : null;
    const own = known.map((steps, i) => (methodOf(i) === m ? steps : null));
    return uses.has(m) ? fitSeries(method, set, own, context) : null;
  });
  return {
    at: (i, steps) => fits[methodOf(i)]!.at(i, steps),
    global: fits.find((fit) => fit !== null && fit.global !== null)?.global ?? null,
  };
}
