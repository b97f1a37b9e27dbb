import { FettleError } from "../../lib/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ForecastMethod } from "../capsule/index.ts";
import type { AnyConfiguration, Candidate } from "../training/index.ts";
import { type BacktestInput, backtest, originGroups } from "./backtest.ts";
import { type ForecastCase, pointMetric } from "./forecast-case.ts";
import { meanOf, measureCases, perSeries, valuesOf } from "./measure-cases.ts";
import { pickPerSeries } from "./per-series.ts";

/** What {@link searchMethods} works on. */
export interface SearchInput extends BacktestInput {
  readonly baseline: ForecastMethod;
  readonly trials: readonly AnyConfiguration[];
  /** Whether each series by its own best method is a candidate too. */
  readonly isPerSeries: boolean;
  /** The metric that chooses. */
  readonly metric: string;
  /** Seconds after which no further method is begun. */
  readonly maxSeconds: number;
}

/** Forecasts of a candidate from all validation origins. */
export interface TriedMethod {
  readonly name: string;
  readonly cases: readonly ForecastCase[];
  readonly value: MetricValue;
  readonly seconds: number;
}

/** What a search found. */
export interface FoundMethods {
  readonly baseline: TriedMethod;
  /** The baseline and all candidates that gave forecasts. */
  readonly shown: readonly TriedMethod[];
  readonly trials: readonly AnyConfiguration[];
  readonly candidates: readonly Candidate[];
  readonly chosen: TriedMethod & {
    /** The first is the best over all series. */
    readonly methods: readonly ForecastMethod[];
    /** Index of a series' method. */
    readonly methodOf: (series: number) => number;
  };
}

interface Trial extends TriedMethod {
  readonly trial: AnyConfiguration;
  /** Why there is no forecast; null where there is. */
  readonly refusal: FettleError | null;
}

/**
 * Forecasts from every validation origin by the baseline and by each method in turn, fitted anew at each; the least mean of the metric over series is
 * chosen. The baseline may be chosen where it is among the trials. A method that the series are refused by is no candidate, and says why; where all are, the first
 * refusal is thrown.
 */
export function searchMethods(input: SearchInput): FoundMethods {
  const { baseline, trials, hooks, maxSeconds, metric } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const simple = tryMethod(input, { family: baseline.family, params: {} }, () => {});
  const tried: Trial[] = [];
  for (const [n, trial] of trials.entries()) {
    if (n > 0 && now() - startedAt > maxSeconds) break;
    const onShare = (share: number) =>
      hooks.onProgress?.({ stage: "search", share: (n + share) / trials.length, says: nameOf(trial) });
    tried.push(trial.family === baseline.family ? { ...simple, trial } : tryMethod(input, trial, onShare));
  }
  const usable = tried.filter(({ refusal }) => refusal === null);
  if (usable.length === 0) throw tried[0]!.refusal!;
  const overall = usable[bestOf(usable)]!;
  const single = { ...overall, methods: [methodOf(overall.trial)], methodOf: () => 0 };
  const each = input.isPerSeries ? eachByItsOwn(input, usable, overall) : null;
  const chosen = each !== null && lossOf(each) < lossOf(single) ? each : single;
  const listed = [
    { ...simple, role: "baseline" as const, params: {}, family: baseline.family },
    ...tried.flatMap((one) =>
      one.trial.family === baseline.family
        ? []
        : [
            {
              ...one,
              role: "candidate" as const,
              params: one.trial.params,
              family: one.trial.family,
            },
          ],
    ),
    ...(each === null
      ? []
      : [{ ...each, role: "candidate" as const, params: {}, family: "per-series", refusal: null }]),
  ];
  const candidates = listed.map(({ name, family, role, params, value, seconds, refusal }): Candidate => {
    const isChosen = name === chosen.name;
    const note = refusal?.message ?? (isChosen ? choiceInWords(input, listed.length, chosen) : undefined);
    const base = { name, family, role, params, metric, validation: value, seconds, chosen: isChosen };
    return note === undefined ? base : { ...base, note };
  });
  const shown = listed.filter(({ cases }) => cases.length > 0);
  return { baseline: simple, shown, trials: tried.map(({ trial }) => trial), candidates, chosen };
}

// A capsule holds one model of many series at most: of several, the best one is open to the choice.
function eachByItsOwn(
  { set, metric, seed, check }: SearchInput,
  usable: readonly Trial[],
  overall: Trial,
): FoundMethods["chosen"] | null {
  const trees = usable.filter(({ trial }) => trial.family === "gbdt");
  const ofTrees = trees[bestOf(trees)];
  const others = usable.filter((one) => one !== overall && (one.trial.family !== "gbdt" || one === ofTrees));
  if (others.length === 0 || set.series.length < 2) return null;
  const own = [overall, ...others];
  const { methodOf: pickOf, cases } = pickPerSeries(
    own.map((one) => one.cases),
    metric,
    0,
  );
  const value = measureCases(cases, new Map([[metric, pointMetric(metric)]]), { seed, nResamples: 200, check })[
    metric
  ]!;
  return {
    name: "per-series",
    cases,
    value,
    seconds: 0,
    methods: own.map(({ trial }) => methodOf(trial)),
    methodOf: pickOf,
  };
}

const lossOf = ({ value }: TriedMethod) => value.value ?? Number.POSITIVE_INFINITY;

function bestOf(tried: readonly TriedMethod[]): number {
  return tried.reduce((best, one, k) => (lossOf(one) < lossOf(tried[best]!) ? k : best), 0);
}

/** The method of a trial. */
export function methodOf({ family, params }: AnyConfiguration): ForecastMethod {
  return { family, params: params as ForecastMethod["params"] };
}

// In one order of the parameters: a definition that was stored has another than the one that was written.
function nameOf({ family, params }: AnyConfiguration): string {
  const said = Object.entries(params)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? family : `${family} (${said.join(", ")})`;
}

function tryMethod(input: SearchInput, trial: AnyConfiguration, onShare: (share: number) => void): Trial {
  const { hooks, metric, seed, check } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const name = nameOf(trial);
  try {
    const cases = validationCases(input, trial, onShare);
    const metrics = new Map([[metric, pointMetric(metric)]]);
    const value = measureCases(cases, metrics, { seed, nResamples: 200, check })[metric]!;
    return { name, trial, cases, value, seconds: now() - startedAt, refusal: null };
  } catch (error) {
    if (!(error instanceof FettleError) || error.kind !== "invalid-input") throw error;
    const value = { value: null, low: null, high: null, n: 0, reason: error.message };
    return { name, trial, cases: [], value, seconds: now() - startedAt, refusal: error };
  }
}

function validationCases(
  input: SearchInput,
  trial: AnyConfiguration,
  onShare: (share: number) => void,
): ForecastCase[] {
  const groups = originGroups(input.plan);
  return groups
    .flatMap((group, g) => {
      const onGroup = (share: number) => onShare((g + share) / groups.length);
      return backtest(input, methodOf(trial), group, onGroup).cases;
    })
    .sort((a, b) => a.series - b.series || b.origin - a.origin);
}

function choiceInWords({ metric }: SearchInput, nListed: number, chosen: TriedMethod): string {
  const n = new Set(chosen.cases.map(({ series }) => series)).size;
  const over = `${chosen.cases.length} forecasts of ${n} series`;
  return `${chosen.name} has the least ${metric} of ${nListed} methods over ${over}.`;
}

/** Mean of a metric over series, per origin: the latest first; null where no series has one. */
export function byOrigin(cases: readonly ForecastCase[], metric: string, nOrigins: number): (number | null)[] {
  return Array.from({ length: nOrigins }, (_, k) => {
    const own = cases.filter(({ origin }) => origin === k);
    const value = meanOf(perSeries(own, valuesOf(own, pointMetric(metric))));
    return Number.isNaN(value) ? null : value;
  });
}
