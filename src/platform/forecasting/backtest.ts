import { type ForecastMethod, type ValueRange, within } from "../capsule/index.ts";
import type { TrainHooks } from "../training/index.ts";
import { caseOf, type ForecastCase } from "./forecast-case.ts";
import type { OriginPlan } from "./plan-origins.ts";
import type { SeriesSet } from "./read-series.ts";
import { columnsBetween, type FittedSeries, fitSeries } from "./series-method.ts";

/** What a method is backtested on. */
export interface BacktestInput {
  readonly set: SeriesSet;
  readonly plan: OriginPlan;
  readonly horizon: number;
  readonly range: ValueRange;
  readonly seed: number;
  readonly hooks: TrainHooks;
  readonly check: () => void;
}

/** Most times that a model of many series is fitted in a backtest. */
const mostFitsTogether = 8;

/**
 * Validation origins in successive groups, the earliest first; each is a number of origins before the test, 0 for the last. A model of many series is
 * fitted at the first origin of each group, where there are many.
 */
export function originGroups({ nOrigins }: Pick<OriginPlan, "nOrigins">): number[][] {
  const size = Math.ceil(nOrigins / mostFitsTogether);
  return Array.from({ length: Math.ceil(nOrigins / size) }, (_, g) =>
    Array.from({ length: Math.min(size, nOrigins - g * size) }, (_, n) => nOrigins - 1 - g * size - n),
  );
}

/**
 * Forecasts from the origins of one group, and what was fitted last. All series are fitted together from their k-th origin before the test, so that a method
 * which learns from all of them sees nothing later of any; the earlier fit of such a method goes on to the later origins of its group.
 */
export function backtest(
  { set, plan, horizon, range, seed, hooks, check }: BacktestInput,
  method: ForecastMethod,
  group: readonly number[],
  onShare: (share: number) => void = () => {},
): { readonly cases: ForecastCase[]; readonly fitted: FittedSeries } {
  const { period } = set;
  const cases: ForecastCase[] = [];
  let fitted: FittedSeries | null = null;
  for (const [n, k] of group.entries()) {
    const origins = plan.series.map(({ validation }) => validation.at(-1 - k) ?? null);
    if (fitted === null || method.family !== "gbdt")
      fitted = fitSeries(method, set, origins, {
        horizon,
        seed,
        hooks,
        check(share) {
          check();
          onShare((n + share) / group.length);
        },
      });
    const { at } = fitted;
    set.series.forEach(({ values }, series) => {
      const origin = origins[series]!;
      if (origin === null) return;
      const history = values.subarray(0, origin);
      const yTrue = values.slice(origin, origin + horizon);
      const yPred = at(series, origin)
        .forecast(horizon, columnsBetween(set.series[series]!, origin, origin + horizon))
        .map((value) => within(range, value));
      cases.push(caseOf({ series, origin: k, history, period, yTrue, yPred }));
    });
  }
  return { cases, fitted: fitted! };
}
