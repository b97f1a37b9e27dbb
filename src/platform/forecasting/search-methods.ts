import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ForecastMethod } from "../capsule/index.ts";
import type { Candidate, TaskTrial, TrainHooks } from "../training/index.ts";
import { type ForecastCase, pointMetric } from "./forecast-case.ts";
import { meanOf, measureCases, perSeries, valuesOf } from "./measure-cases.ts";
import type { OriginPlan } from "./plan-origins.ts";
import type { SeriesSet } from "./read-series.ts";
import { fitSeries } from "./series-method.ts";

/** What {@link searchMethods} works on. */
export interface SearchInput {
  readonly set: SeriesSet;
  readonly plan: OriginPlan;
  readonly horizon: number;
  readonly baseline: ForecastMethod;
  readonly trials: readonly TaskTrial[];
  /** The metric that chooses. */
  readonly metric: string;
  readonly seed: number;
  /** Seconds after which no further family is begun. */
  readonly maxSeconds: number;
  readonly hooks: TrainHooks;
  readonly check: () => void;
}

/** A method with its forecasts from all validation origins. */
export interface TriedMethod {
  readonly name: string;
  readonly trial: TaskTrial;
  readonly cases: readonly ForecastCase[];
  readonly value: MetricValue;
  readonly seconds: number;
}

/** What a search found. */
export interface FoundMethods {
  readonly baseline: TriedMethod;
  readonly tried: readonly TriedMethod[];
  readonly chosen: TriedMethod;
  readonly candidates: readonly Candidate[];
}

/**
 * Forecasts from every validation origin by the baseline and by each method in turn, fitted anew at each; chooses the least mean of the metric over series. The
 * baseline may be chosen where it is among the trials.
 */
export function searchMethods(input: SearchInput): FoundMethods {
  const { baseline, trials, hooks, maxSeconds } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const simple = tryMethod(input, { family: baseline.family, params: {} }, () => {});
  const tried: TriedMethod[] = [];
  for (const [n, trial] of trials.entries()) {
    if (n > 0 && now() - startedAt > maxSeconds) break;
    const onShare = (share: number) =>
      hooks.onProgress?.({ stage: "search", share: (n + share) / trials.length, says: nameOf(trial) });
    tried.push(trial.family === baseline.family ? { ...simple, seconds: 0 } : tryMethod(input, trial, onShare));
  }
  const value = ({ value }: TriedMethod) => value.value ?? Number.POSITIVE_INFINITY;
  const chosen = tried.reduce((best, one) => (value(one) < value(best) ? one : best));
  const candidates = [
    shown(input, simple, "baseline", chosen.trial.family === baseline.family),
    ...tried.flatMap((one) =>
      one.trial.family === baseline.family ? [] : [shown(input, one, "candidate", one === chosen)],
    ),
  ];
  return {
    baseline: simple,
    tried,
    chosen,
    candidates: candidates.map((one) => (one.chosen ? { ...one, note: choiceInWords(input, tried, chosen) } : one)),
  };
}

/** The method of a trial. */
export function methodOf({ family, params }: TaskTrial): ForecastMethod {
  return { family, params: params as ForecastMethod["params"] };
}

function nameOf({ family, params }: TaskTrial): string {
  const said = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return said.length === 0 ? family : `${family} (${said.join(", ")})`;
}

function tryMethod(input: SearchInput, trial: TaskTrial, onShare: (share: number) => void): TriedMethod {
  const { hooks, metric, seed, check } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const cases = validationCases(input, trial, onShare);
  const metrics = new Map([[metric, pointMetric(metric)]]);
  const value = measureCases(cases, metrics, { seed, nResamples: 200, check })[metric]!;
  return { name: nameOf(trial), trial, cases, value: value, seconds: now() - startedAt };
}

// All series are fitted together from their k-th origin before the test, so that a method which learns from all of them sees nothing later of any.
function validationCases(
  { set, plan, horizon, check }: SearchInput,
  trial: TaskTrial,
  onShare: (share: number) => void,
): ForecastCase[] {
  const { period } = set;
  const cases: ForecastCase[] = [];
  for (let k = 0; k < plan.nOrigins; k++) {
    const origins = plan.series.map(({ validation }) => validation.at(-1 - k) ?? null);
    const known = set.series.map(({ values }, i) => (origins[i] === null ? null : values.subarray(0, origins[i]!)));
    const fitted = fitSeries(methodOf(trial), known, period, (share) => {
      check();
      onShare((k + share) / plan.nOrigins);
    });
    set.series.forEach(({ values }, series) => {
      const origin = origins[series]!;
      if (origin === null) return;
      const yTrue = values.slice(origin, origin + horizon);
      cases.push({
        series,
        origin: k,
        history: known[series]!,
        period,
        yTrue,
        yPred: fitted.forecast(series, horizon),
        bands: [],
      });
    });
  }
  return cases.sort((a, b) => a.series - b.series || b.origin - a.origin);
}

function shown({ metric }: SearchInput, tried: TriedMethod, role: Candidate["role"], chosen: boolean): Candidate {
  const { name, trial, value, seconds } = tried;
  return { name, family: trial.family, role, params: trial.params, metric, validation: value, seconds, chosen };
}

function choiceInWords({ metric }: SearchInput, tried: readonly TriedMethod[], chosen: TriedMethod): string {
  const n = new Set(chosen.cases.map(({ series }) => series)).size;
  const over = `${chosen.cases.length} forecasts of ${n} series`;
  if (tried.length === 1) return `${chosen.name} alone was tried, over ${over}.`;
  return `${chosen.name} has the least ${metric} of ${tried.length} methods over ${over}.`;
}

/** Mean of a metric over series, per origin: the latest first; null where no series has one. */
export function byOrigin(cases: readonly ForecastCase[], metric: string, nOrigins: number): (number | null)[] {
  return Array.from({ length: nOrigins }, (_, k) => {
    const own = cases.filter(({ origin }) => origin === k);
    const value = meanOf(perSeries(own, valuesOf(own, pointMetric(metric))));
    return Number.isNaN(value) ? null : value;
  });
}
