import { FettleError, hashOf, instantOf } from "../../lib/index.ts";
import type { HalfWidths } from "../../ml/forecasters/index.ts";
import {
  type ForecastMethod,
  type ForecastModelData,
  type JsonObject,
  type KnownSeries,
  openTaskModel,
  type RowProblem,
  recordTaskGolden,
  type TaskCapsule,
  type TaskPredictorData,
} from "../capsule/index.ts";
import { detectPersonalData, profileTable } from "../data/index.ts";
import { comparisonOf, type Evaluation } from "../evaluation/index.ts";
import {
  definitionHash,
  gatesOf,
  stageClock,
  type TaskInput,
  type TaskTrial,
  type TrainHooks,
  type TrainOutcome,
} from "../training/index.ts";
import { bandsOf, widthsOf } from "./conformal-bands.ts";
import {
  accountOf,
  coverageOf,
  maseHistogram,
  picturesOf,
  stepsOf,
  type TestCases,
  undefinedOf,
} from "./forecast-account.ts";
import { type ForecastCase, pointMetric, scaleOf, testMetrics } from "./forecast-case.ts";
import { defaultFamilies, type ForecastDefinition } from "./forecast-definition.ts";
import { forecastSignature } from "./forecast-signature.ts";
import { goldenRequests } from "./golden-requests.ts";
import { stepInWords } from "./infer-calendar.ts";
import { type MeasureOptions, measureCases, unitOf } from "./measure-cases.ts";
import { type OriginPlan, planOrigins } from "./plan-origins.ts";
import { readSeries, type SeriesSet } from "./read-series.ts";
import { byOrigin, type FoundMethods, searchMethods } from "./search-methods.ts";
import { findSeriesLeakage } from "./series-leakage.ts";
import { type FitContext, type FittedSeries, fitEach, fitSeries } from "./series-method.ts";
import { seriesSlices } from "./series-slices.ts";

const defaultLevels = [0.8, 0.95];

/**
 * The training of a forecast as one pure function: series → origins → leakage → the seasonal naive and the candidates from every validation origin, the choice,
 * the widths of the intervals → the chosen method fitted before the test and measured on it → its state moved on to the last value → capsule. The same input
 * gives the same capsule, byte for byte. Throws what `readSeries` and `planOrigins` throw, FORECAST_SLICE, FIT_CANCELLED.
 */
export function trainForecast(input: TaskInput<ForecastDefinition>, hooks: TrainHooks = {}): TrainOutcome<TaskCapsule> {
  const stages = stageClock(hooks);
  const check = stopCheck(hooks);
  const { definition, snapshot, table } = input;
  const { horizon, levels = defaultLevels, seed = 1 } = definition;
  const { metric = "mase", slices = [], resamples } = definition.evaluation ?? {};

  stages.enter("contract");
  const personalData = detectPersonalData(table, snapshot.schema);
  const set = readSeries(definition, table);

  stages.enter("split");
  const plan = planOrigins(set, definition);

  stages.enter("leakage");
  const findings = findSeriesLeakage(set, plan, definition, metric);

  stages.enter("search");
  const baseline: ForecastMethod = { family: set.period > 1 ? "seasonal-naive" : "naive", params: {} };
  const { seconds = 600 } = definition.search ?? {};
  const found = searchMethods({
    set,
    plan,
    horizon,
    baseline,
    trials: input.trials ?? trialsOf(definition, baseline),
    isPerSeries: definition.search?.perSeries ?? true,
    metric,
    seed,
    maxSeconds: input.trials ? Number.POSITIVE_INFINITY : seconds,
    hooks,
    check,
  });
  const { methods, methodOf } = found.chosen;
  const intervals = widthsOf(found.chosen.cases, horizon, levels);

  stages.enter("evaluate");
  const known = plan.series.map(({ test: at }, i) => at ?? set.series[i]!.values.length);
  const context: FitContext = { horizon, seed, hooks, check };
  const fitted = fitEach(methods, set, known, methodOf, context);
  const test: TestCases = {
    model: testCases(fitted, set, plan, horizon, intervals),
    baseline: testCases(
      fitSeries(baseline, set, known, context),
      set,
      plan,
      horizon,
      widthsOf(found.baseline.cases, horizon, levels),
    ),
  };
  const champion =
    input.champion === null
      ? null
      : {
          name: input.champion.name,
          cases: testCases(championOf(input.champion.data, set, known, context), set, plan, horizon, null),
        };
  const isHidden = definition.series !== undefined && personalData.has(definition.series);
  const options: MeasureOptions = { seed, check, ...(resamples === undefined ? {} : { nResamples: resamples }) };
  const evaluation: Evaluation = {
    ...measure(test, champion, metric, levels, baseline.family, options),
    slices: seriesSlices(
      slices.filter((name) => !personalData.has(name)),
      table,
      set.series,
      test.model,
      metric,
      options,
    ),
    forecast: picture(set, test, found, plan, definition, levels, intervals, isHidden),
  };

  stages.enter("package");
  const data = modelOf(definition, set, known, fitted, found.chosen, intervals);
  const parts = { features: null, calibrator: null, model: data, signature: forecastSignature(data) };
  const golden = goldenOf(parts, data, set, seed);
  const championName = champion?.name ?? null;
  const report: TrainOutcome<TaskCapsule>["report"] = {
    model: definition.name,
    task: "forecast",
    seed,
    problem: { column: definition.value, says: problemInWords(definition, set), classes: [] },
    data: {
      snapshot,
      nColumns: snapshot.schema.length,
      columns: profileTable(table, snapshot.schema, { personalData }),
      violations: [],
      notes: set.notes,
      testStart: null,
    },
    leakage: { findings, excluded: [], pretended: null },
    split: {
      kind: "rolling-origin",
      says: splitInWords(definition, set, plan),
      parts: partsOf(set, plan),
      notes: [...plan.notes, ...fitNotes(fitted, set)],
    },
    features: [],
    candidates: found.candidates,
    champion: championName,
    evaluation,
    explanations: { reason: "a forecast has no columns whose part in it could be said" },
    gates: gatesOf(evaluation, findings, championName),
    seconds: {},
  };
  return {
    capsule: {
      name: definition.name,
      ...parts,
      evaluation,
      golden,
      lineage: { snapshot: snapshot.id, definition: definitionHash(definition), seed },
    },
    report: { ...report, seconds: stages.finish() },
    trials: found.trials,
    testRows: hashOf([snapshot.id, "forecast", plan.series.map(({ test: at }) => at)]),
  };
}

// Without a season the seasonal naive forecast is the naive one.
function trialsOf({ search = {} }: ForecastDefinition, baseline: ForecastMethod): TaskTrial[] {
  const { configurations, families = defaultFamilies } = search;
  if (configurations !== undefined)
    return configurations.map(({ family, params = {} }) => ({ family, params: { ...params } }));
  const named = families.map((family) => (family === "seasonal-naive" ? baseline.family : family));
  return [...new Set(named)].map((family) => ({ family, params: {} }));
}

function stopCheck({ shouldStop }: TrainHooks): () => void {
  return () => {
    if (shouldStop?.() === true)
      throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
  };
}

/** The methods of an earlier model, fitted to what was known before the test: its own states may have seen it. */
function championOf(
  { model }: TaskPredictorData,
  set: SeriesSet,
  known: readonly number[],
  context: FitContext,
): FittedSeries {
  const { methods, series } = model as ForecastModelData;
  const methodBy = new Map(series.map(({ name, method }) => [name, method]));
  return fitEach(methods, set, known, (i) => methodBy.get(set.series[i]!.name) ?? 0, context);
}

function testCases(
  fitted: FittedSeries,
  { series, period }: SeriesSet,
  plan: OriginPlan,
  horizon: number,
  intervals: HalfWidths | null,
): ForecastCase[] {
  return series.flatMap(({ values }, i): ForecastCase[] => {
    const origin = plan.series[i]!.test;
    if (origin === null) return [];
    const history = values.subarray(0, origin);
    const yPred = fitted.at(i).forecast(horizon);
    const bands = intervals === null ? [] : bandsOf(intervals, yPred, scaleOf(history, period));
    return [{ series: i, origin: 0, history, period, yTrue: values.slice(origin), yPred, bands }];
  });
}

function measure(
  { model, baseline }: TestCases,
  champion: { readonly name: string; readonly cases: readonly ForecastCase[] } | null,
  metric: string,
  levels: readonly number[],
  baselineName: string,
  options: MeasureOptions,
): Omit<Evaluation, "slices"> {
  const metrics = testMetrics(levels, metric);
  const primary = new Map([[metric, pointMetric(metric)]]);
  const unit = unitOf(model);
  const references = [{ name: baselineName, cases: baseline }, ...(champion === null ? [] : [champion])];
  return {
    task: "forecast",
    nTest: model.length,
    classes: [],
    primary: metric,
    metrics: measureCases(model, metrics, options),
    baseline: { name: baselineName, metrics: measureCases(baseline, metrics, options) },
    comparisons: references.map(({ name, cases }) => {
      const difference = measureCases(model, primary, options, cases)[metric]!;
      return comparisonOf(name, metric, difference, false, unit);
    }),
    curves: {},
    confusion: null,
    calibration: null,
    threshold: null,
    errors: { worst: [], shared: [] },
    importance: [],
    fairness: [],
    disparities: [],
  };
}

function picture(
  set: SeriesSet,
  test: TestCases,
  found: FoundMethods,
  plan: OriginPlan,
  { horizon, time, value, series, evaluation: { metric = "mase" } = {} }: ForecastDefinition,
  levels: readonly number[],
  intervals: HalfWidths,
  isHidden: boolean,
): NonNullable<Evaluation["forecast"]> {
  const nameOf = (i: number) => (isHidden ? `series ${i + 1}` : set.series[i]!.name);
  const everywhere = test.model.flatMap((forecast) => Array.from(forecast.yTrue.keys(), (h) => [forecast, h] as const));
  return {
    horizon,
    frequency: stepInWords(set.calendar),
    period: set.period,
    isNumber: set.calendar.unit === "number",
    levels,
    columns: { time, value, series: series ?? null },
    account: accountOf(set, test, nameOf),
    unit: unitOf(test.model) === "series" ? "series" : "steps",
    undefinedSeries: undefinedOf(test.model, testMetrics(levels, metric)),
    byStep: stepsOf(test, horizon, levels.length),
    coverage: levels.map((_, k) => coverageOf(everywhere, k)),
    conformal: { nErrors: Math.min(...intervals.nErrors), reason: intervals.reason ?? null },
    maseBySeries: maseHistogram(test),
    origins: found.shown.map(({ name, cases }) => ({ name, values: byOrigin(cases, metric, plan.nOrigins) })),
    pictures: picturesOf(set, test, nameOf),
  };
}

/** The model with its state after the last value of every series: parameters are those that were measured. */
function modelOf(
  { time, value, series: column, horizon, gaps = "missing" }: ForecastDefinition,
  { series, calendar, period }: SeriesSet,
  known: readonly number[],
  fitted: FittedSeries,
  { methods, methodOf }: FoundMethods["chosen"],
  intervals: HalfWidths,
): ForecastModelData {
  return {
    kind: "forecast",
    columns: { time, value, series: column ?? null },
    calendar,
    period,
    gaps,
    horizon,
    methods,
    global: fitted.global,
    series: series.map(
      ({ name, first, values }, i): KnownSeries => ({
        name,
        last: first + values.length - 1,
        scale: scaleOf(values, period),
        method: methodOf(i),
        forecaster: fitted.at(i).update(values.subarray(known[i]!)).toJSON(),
      }),
    ),
    intervals,
  };
}

function goldenOf(
  parts: Parameters<typeof openTaskModel>[0],
  data: ForecastModelData,
  set: SeriesSet,
  seed: number,
): TaskCapsule["golden"] {
  const model = openTaskModel(parts);
  const startOf = (step: number) => {
    const at = instantOf(data.calendar, step);
    return data.calendar.unit === "number" ? at : new Date(at).toISOString();
  };
  const problems: RowProblem[] = [];
  const requests = goldenRequests(data.series, set, data.horizon, data.intervals.levels, startOf, seed).map(
    (request, row): JsonObject => model.read(request, row, problems),
  );
  return recordTaskGolden(model, requests);
}

function problemInWords({ value, series, horizon }: ForecastDefinition, set: SeriesSet): string {
  const steps = `${horizon} ${horizon === 1 ? "step" : "steps"} of ${stepInWords(set.calendar)}`;
  const each = series === undefined ? "" : `, for each of ${set.series.length} series (${series})`;
  return `forecast ${value}, ${steps} ahead${each}`;
}

function splitInWords({ horizon }: ForecastDefinition, { series }: SeriesSet, { nOrigins }: OriginPlan): string {
  const each = series.length === 1 ? "" : " of every series";
  return `by rolling origin: the last ${horizon} steps${each} are the test, ${nOrigins} earlier origin${nOrigins === 1 ? "" : "s"} choose`;
}

function partsOf({ series }: SeriesSet, plan: OriginPlan): TrainOutcome["report"]["split"]["parts"] {
  const sums = { train: [0, 0, 0], validation: [0, 0, 0], test: [0, 0, 0] };
  series.forEach(({ values }, i) => {
    const { test, validation } = plan.series[i]!;
    const end = test ?? values.length;
    const start = validation[0] ?? end;
    values.forEach((value, t) => {
      const part = sums[t < start ? "train" : t < end ? "validation" : "test"];
      part[0]! += 1;
      if (value !== value) return;
      part[1]! += 1;
      part[2]! += value;
    });
  });
  return Object.entries(sums).map(([name, [n, known, sum]]) => ({
    name,
    n: n!,
    targetMean: known === 0 ? null : sum! / known!,
  }));
}

function fitNotes(fitted: FittedSeries, { series }: SeriesSet): string[] {
  const counts = new Map<string, number>();
  series.forEach((_, i) => {
    for (const note of fitted.at(i).notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  });
  const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
  return most.map(([note, n]) => (series.length === 1 ? note : `${n} of ${series.length} series: ${note}`));
}
