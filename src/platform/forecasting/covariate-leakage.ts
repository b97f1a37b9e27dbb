import type { LeakageEvidence, LeakageFinding } from "../leakage/index.ts";
import type { Series, SeriesSet } from "./read-series.ts";

/** Fewest changes of a series that are told from chance. */
const fewestChanges = 8;
/** Steps apart that are looked at, at most. */
const mostApart = 64;
/** Correlation of changes from which one column is a copy of another, or a line through it. */
const leastCorrelation = 0.99;
/** Steps of all series that are compared, at most: of more, every few series. */
const mostSteps = 500_000;
/** Share of values that are equal in a copy. */
const leastEqual = 0.99;
/** Share of the series in which it must be so. */
const leastSeries = 0.5;

/**
 * Covariates that hold what is to be forecast: the value of the same step, of a later one, or of one so few steps before that it is not known at the horizon.
 * The changes of a column from step to step are compared with those of the values, shifted against each other; equal values besides make the evidence strong.
 */
export function findCovariateLeakage(
  { series, covariates }: SeriesSet,
  horizon: number,
  metric: string,
): LeakageFinding[] {
  const furthest = Math.min(horizon, mostApart);
  const every = Math.ceil(series.reduce((sum, { values }) => sum + values.length, 0) / mostSteps);
  const some = series.filter((_, i) => i % every === 0);
  const found = (name: string, least: number): LeakageFinding[] => {
    const candidates = shifts(least, furthest).flatMap((apart): Shifted[] => {
      const compared = some.flatMap((one) => compare(one, name, apart));
      const copies = compared.filter(({ correlation }) => Math.abs(correlation) >= leastCorrelation);
      if (copies.length === 0 || copies.length < leastSeries * compared.length) return [];
      const nEqual = copies.filter(({ equal }) => equal >= leastEqual).length;
      return [{ apart, nEqual, nSeries: compared.length, copies }];
    });
    // Of neighbours that resemble each other, the one that is equal, or else the most alike.
    const alike = ({ copies }: Shifted) => copies.reduce((sum, { correlation }) => sum + Math.abs(correlation), 0);
    const [best] = candidates.sort((a, b) => b.nEqual - a.nEqual || alike(b) - alike(a));
    return best === undefined ? [] : [findingOf(name, best, metric, horizon)];
  };
  return [
    ...covariates.known.flatMap((name) => found(name, 1 - furthest)),
    ...covariates.observed.flatMap((name) => found(name, 1)), // of past steps: a later value alone is a leak
  ];
}

/** Whole numbers, the nearest to 0 first. */
function shifts(least: number, most: number): number[] {
  const all = Array.from({ length: most - least + 1 }, (_, k) => least + k);
  return all.sort((a, b) => Math.abs(a) - Math.abs(b) || b - a);
}

interface Shifted {
  /** How many steps later the value is than the column. */
  readonly apart: number;
  readonly nEqual: number;
  /** Series in which both change. */
  readonly nSeries: number;
  readonly copies: readonly Compared[];
}

interface Compared {
  readonly correlation: number;
  /** Share of steps whose column and shifted value are equal. */
  readonly equal: number;
}

// Pearson's correlation of changes; none where one of both hardly changes.
function compare({ values, columns }: Series, name: string, apart: number): Compared[] {
  const column = columns[name]!;
  let n = 0;
  let nEqual = 0;
  let nChanges = 0;
  let [sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0];
  for (let t = Math.max(1, 1 - apart); t < Math.min(values.length, values.length - apart); t++) {
    const x = column[t]! - column[t - 1]!;
    const y = values[t + apart]! - values[t + apart - 1]!;
    if (x !== x || y !== y) continue;
    n++;
    if (column[t] === values[t + apart]) nEqual++;
    if (x !== 0 && y !== 0) nChanges++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
    sumXY += x * y;
  }
  if (nChanges < fewestChanges) return [];
  const spread = Math.sqrt((sumXX - (sumX * sumX) / n) * (sumYY - (sumY * sumY) / n));
  return spread > 0 ? [{ correlation: (sumXY - (sumX * sumY) / n) / spread, equal: nEqual / n }] : [];
}

function findingOf(
  name: string,
  { apart, copies, nEqual, nSeries }: Shifted,
  metric: string,
  horizon: number,
): LeakageFinding {
  const steps = `${Math.abs(apart)} step${Math.abs(apart) === 1 ? "" : "s"}`;
  const of =
    apart === 0
      ? "that step, which is to be forecast"
      : apart > 0
        ? `${steps} later, which is to be forecast`
        : `${steps} before, which is not known ${horizon} steps ahead`;
  const isCopy = nEqual >= leastSeries * nSeries;
  const agreement = Math.min(...copies.map(({ correlation }) => Math.abs(correlation)));
  const evidence: LeakageEvidence[] = [
    { kind: "rewrite", agreement },
    ...(isCopy ? [{ kind: "copied-values" as const, count: nEqual, share: nEqual / nSeries }] : []),
  ];
  const what = isCopy ? "is the value" : "goes up and down with the value";
  return {
    columns: [name],
    strength: isCopy ? "strong" : "suspect",
    evidence,
    decision: isCopy ? "kept" : "named",
    scoreWith: null,
    scoreWithout: null,
    metric,
    message: `"${name}" of a step ${what} of ${of}, in ${copies.length} of ${nSeries} series: leave it out`,
  };
}
