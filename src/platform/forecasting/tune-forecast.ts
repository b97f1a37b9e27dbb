import { FettleError } from "../../lib/index.ts";
import { globalTrees } from "../../ml/forecasters/index.ts";
import { gbdt, stopCheck } from "../../ml/learners/index.ts";
import type { ForecastMethod } from "../capsule/index.ts";
import {
  modelBytes,
  type SearchFamily,
  type TaskTuneInput,
  type TrainHooks,
  type TrialBench,
  type TrialOutcome,
  type TrialRequest,
} from "../training/index.ts";
import { type BlockLosses, blocksOf, isFoldRung, meanLoss, passes, type RungLoss, sumBlocks } from "../tuning/index.ts";
import { backtest, originGroups } from "./backtest.ts";
import { type ForecastCase, pointMetric } from "./forecast-case.ts";
import { type ForecastDefinition, type ForecastFamily, familiesTried } from "./forecast-definition.ts";
import { unitOf, valuesOf } from "./measure-cases.ts";
import { type OriginPlan, planOrigins } from "./plan-origins.ts";
import { readSeries, type SeriesSet } from "./read-series.ts";
import { methodOf } from "./search-methods.ts";
import type { FittedSeries } from "./series-method.ts";

/** What a tuning sets of each family. Exponential smoothing finds its form by AICc within each fit, and the others have nothing to set. */
const spaces: Partial<Record<ForecastFamily, SearchFamily["space"]>> = {
  "holt-winters": [
    { name: "trend", kind: "choice", values: ["none", "additive", "damped"] },
    { name: "season", kind: "choice", values: ["none", "additive", "multiplicative"] },
  ],
  gbdt: [
    { name: "nSeasons", kind: "integer", low: 1, high: 28, scale: "log" },
    { name: "nTrees", kind: "integer", low: 50, high: 500, scale: "log" },
    { name: "learningRate", kind: "real", low: 0.02, high: 0.3, scale: "log" },
    { name: "maxLeaves", kind: "integer", low: 4, high: 64, scale: "log" },
    { name: "minSamplesLeaf", kind: "integer", low: 5, high: 200, scale: "log" },
  ],
};

/**
 * The data of a forecast's tuning: a trial forecasts from every validation origin, as a candidate of a training does, the latest group of origins first, and may
 * end early after one, three, … groups. Its loss is the metric, a mean over series. The last horizon, the test, is never looked at. Throws what a training throws for
 * such series.
 */
export function openForecastTrials({ definition, table }: TaskTuneInput<ForecastDefinition>): TrialBench {
  const set = readSeries(definition, table);
  const plan = planOrigins(set, definition);
  const metric = definition.evaluation?.metric ?? "mase";
  return {
    subject: {
      task: "forecast",
      metric,
      lossName: metric === "smape" ? "sMAPE" : metric.toUpperCase(),
      nRows: plan.series.reduce((sum, { test }) => sum + (test ?? 0), 0),
      says: `from ${plan.nOrigins} ${plan.nOrigins === 1 ? "origin" : "origins"} in the past`,
    },
    families: familiesTried(definition.search, set.period).map(
      (name): SearchFamily => ({ name, complexity: name === "gbdt" ? 3 : 2, space: spaces[name] ?? [] }),
    ),
    runTrial: (request, hooks) => runTrial(definition, set, plan, request, hooks),
  };
}

function runTrial(
  { horizon, range = {}, seed = 1, evaluation }: ForecastDefinition,
  set: SeriesSet,
  plan: OriginPlan,
  { configuration, cutoffs }: TrialRequest,
  hooks: TrainHooks,
): TrialOutcome {
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const metric = evaluation?.metric ?? "mase";
  const method = methodOf(configuration);
  // The latest first: there the series are about as long as they will be when the model is used.
  const groups = originGroups(plan).reverse();
  const input = { set, plan, horizon, range, seed, hooks, check: stopCheck(hooks) };
  const rungs: RungLoss[] = [];
  const foldLosses: number[] = [];
  const done: ForecastCase[] = [];
  const groupOf = new Map(groups.flatMap((group, g) => group.map((origin) => [origin, g] as const)));
  let isPruned = false;
  let bytes: number | null = null;
  for (const [g, group] of groups.entries()) {
    const { cases, fitted } = backtest(input, method, group);
    done.push(...cases);
    foldLosses.push(meanLoss(lossesOf(cases, metric, groupOf)));
    bytes ??= bytesOf(fitted, set, plan, group);
    if (!isFoldRung(g + 1, groups.length)) continue;
    const rung = { rung: `fold ${g + 1}`, loss: meanLoss(lossesOf(done, metric, groupOf)) };
    if (Number.isNaN(rung.loss)) continue;
    rungs.push(rung);
    isPruned = !passes(rung, cutoffs);
    if (isPruned) break;
  }
  const blocks = lossesOf(done, metric, groupOf);
  const value = meanLoss(blocks);
  if (Number.isNaN(value)) throw unmeasured(metric);
  return {
    status: isPruned ? "pruned" : "complete",
    params: paramsOf(method, horizon),
    loss: isPruned ? null : value,
    value,
    foldLosses,
    rungs,
    blocks: isPruned ? null : blocks,
    rounds: null,
    latencyMicros: null,
    bytes,
    seconds: now() - startedAt,
  };
}

// Each series counts once. Blocks are what may be taken as independent: series, where there are enough, else groups of successive origins.
function lossesOf(cases: readonly ForecastCase[], metric: string, groupOf: ReadonlyMap<number, number>): BlockLosses {
  const losses = valuesOf(cases, pointMetric(metric));
  const counts = new Map<number, number>();
  losses.forEach((loss, k) => {
    if (loss === loss) counts.set(cases[k]!.series, (counts.get(cases[k]!.series) ?? 0) + 1);
  });
  const bySeries = unitOf(cases) === "series";
  const clusters = Int32Array.from(cases, ({ series, origin }) => (bySeries ? series : groupOf.get(origin)!));
  return sumBlocks(
    losses.map((loss) => (loss === loss ? loss : 0)),
    losses.map((loss, k) => (loss === loss ? 1 / counts.get(cases[k]!.series)! : 0)),
    blocksOf(
      clusters,
      clusters.reduce((most, one) => Math.max(most, one + 1), 0),
      !bySeries,
    ),
  );
}

// The parameters of a method with their defaults.
function paramsOf({ family, params }: ForecastMethod, horizon: number): TrialOutcome["params"] {
  if (family !== "gbdt") return params;
  const { nSeasons: asked, ...own } = params as { readonly nSeasons?: number };
  const { nSeasons, trees } = globalTrees({
    horizon,
    trees: own,
    ...(asked === undefined ? {} : { nSeasons: asked }),
  }).params;
  const { nTrees, learningRate, maxLeaves, minSamplesLeaf } = gbdt(trees).params;
  return { nSeasons, nTrees, learningRate, maxLeaves, minSamplesLeaf };
}

function bytesOf({ at, global }: FittedSeries, { series }: SeriesSet, plan: OriginPlan, group: readonly number[]) {
  const states = series.flatMap((_, i) => {
    const origin = plan.series[i]!.validation.at(-1 - group.at(-1)!);
    return origin === undefined ? [] : [at(i, origin).toJSON()];
  });
  return modelBytes({ global, states });
}

function unmeasured(metric: string): FettleError {
  return new FettleError(
    "invalid-input",
    "FORECAST_METRIC_UNDEFINED",
    `Cannot measure the trial: ${metric} is undefined for every series, one that it is defined for is needed`,
    { hint: 'Choose by another metric: evaluation: { metric: "mae" }' },
  );
}
