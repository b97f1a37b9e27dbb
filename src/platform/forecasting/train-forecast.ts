import { hashOf } from "../../lib/index.ts";
import type { HalfWidths } from "../../ml/forecasters/index.ts";
import { stopCheck } from "../../ml/learners/index.ts";
import {
  type ForecastMethod,
  type ForecastModelData,
  type TaskCapsule,
  type TaskPredictorData,
  type ValueRange,
  within,
} from "../capsule/index.ts";
import { detectPersonalData, profileTable } from "../data/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import {
  type AnyConfiguration,
  definitionHash,
  gatesOf,
  stageClock,
  type TaskInput,
  type TrainHooks,
  type TrainOutcome,
} from "../training/index.ts";
import { bandsOf, widthsOf } from "./conformal-bands.ts";
import { findCovariateLeakage } from "./covariate-leakage.ts";
import { measureTest, pictureOfTest } from "./evaluate-test.ts";
import type { TestCases } from "./forecast-account.ts";
import { caseOf, type ForecastCase, scaleOf } from "./forecast-case.ts";
import { type ForecastDefinition, familiesTried } from "./forecast-definition.ts";
import { goldenOf, modelOf } from "./forecast-package.ts";
import { forecastSignature } from "./forecast-signature.ts";
import type { MeasureOptions } from "./measure-cases.ts";
import { type OriginPlan, planOrigins } from "./plan-origins.ts";
import { readSeries, type SeriesSet } from "./read-series.ts";
import { fitNotes, partsOf, problemInWords, splitInWords } from "./run-account.ts";
import { searchMethods } from "./search-methods.ts";
import { findSeriesLeakage } from "./series-leakage.ts";
import { columnsBetween, type FitContext, type FittedSeries, fitEach, fitSeries } from "./series-method.ts";
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
  const { horizon, range = {}, levels = defaultLevels, seed = 1 } = definition;
  const { metric = "mase", slices = [], resamples } = definition.evaluation ?? {};

  stages.enter("contract");
  const personalData = detectPersonalData(table, snapshot.schema);
  const set = readSeries(definition, table);

  stages.enter("split");
  const plan = planOrigins(set, definition);

  stages.enter("leakage");
  const findings = [...findSeriesLeakage(set, plan, definition, metric), ...findCovariateLeakage(set, horizon, metric)];

  stages.enter("search");
  const baseline: ForecastMethod = { family: set.period > 1 ? "seasonal-naive" : "naive", params: {} };
  const { seconds = 600 } = definition.search ?? {};
  const found = searchMethods({
    set,
    plan,
    horizon,
    range,
    baseline,
    trials: input.trials ?? trialsOf(definition, set.period),
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
    model: testCases(fitted, set, plan, horizon, range, intervals),
    baseline: testCases(
      fitSeries(baseline, set, known, context),
      set,
      plan,
      horizon,
      range,
      widthsOf(found.baseline.cases, horizon, levels),
    ),
  };
  const champion =
    input.champion === null
      ? null
      : {
          name: input.champion.name,
          cases: testCases(championOf(input.champion.data, set, known, context), set, plan, horizon, range, null),
        };
  const isHidden = definition.series !== undefined && personalData.has(definition.series);
  const options: MeasureOptions = { seed, check, ...(resamples === undefined ? {} : { nResamples: resamples }) };
  const evaluation: Evaluation = {
    ...measureTest(test, champion, metric, levels, baseline.family, options),
    slices: seriesSlices(
      slices.filter((name) => !personalData.has(name)),
      table,
      set.series,
      test.model,
      metric,
      options,
    ),
    forecast: pictureOfTest(set, test, found, plan, definition, levels, intervals, isHidden),
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
    explanations: {
      reason:
        data.covariates === undefined
          ? "a forecast has no columns whose part in it could be said"
          : "what covariates add to a forecast is not measured",
    },
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

function trialsOf({ search = {} }: ForecastDefinition, period: number): AnyConfiguration[] {
  const { configurations } = search;
  if (configurations !== undefined)
    return configurations.map(({ family, params = {} }) => ({ family, params: { ...params } }));
  return familiesTried(search, period).map((family) => ({ family, params: {} }));
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
  range: ValueRange,
  intervals: HalfWidths | null,
): ForecastCase[] {
  return series.flatMap((one, i): ForecastCase[] => {
    const { values } = one;
    const origin = plan.series[i]!.test;
    if (origin === null) return [];
    const history = values.subarray(0, origin);
    const yPred = fitted
      .at(i)
      .forecast(horizon, columnsBetween(one, origin))
      .map((value) => within(range, value));
    const tested = caseOf({ series: i, origin: 0, history, period, yTrue: values.slice(origin), yPred });
    return [intervals === null ? tested : { ...tested, bands: bandsOf(intervals, yPred, scaleOf(tested), range) }];
  });
}
