import type { MetricValue } from "../../ml/metrics/index.ts";
import type { BootstrapOptions } from "./bootstrap-sums.ts";
import type { Comparison } from "./evaluation.ts";
import type { ReferenceModel } from "./evaluation-input.ts";
import { isGreaterBetter, type MeasuredRows, pairedDifference, type Scoring } from "./model-metrics.ts";

/** Two models on the same rows. */
export interface ComparisonInput {
  readonly metric: string;
  readonly scoring: Scoring;
  readonly rows: MeasuredRows;
  /** Predictions of the candidate, row-major. */
  readonly prediction: Float64Array;
  readonly reference: ReferenceModel;
  readonly bootstrap: BootstrapOptions;
}

/** Compares a candidate with a reference by a paired bootstrap: see {@link verdictOf}. */
export function compareModels({
  metric,
  scoring,
  rows,
  prediction,
  reference,
  bootstrap,
}: ComparisonInput): Comparison {
  const difference = pairedDifference(metric, scoring, rows, prediction, reference.prediction, bootstrap);
  return comparisonOf(reference.name, metric, difference, isGreaterBetter(metric), unitOf(rows, bootstrap));
}

/**
 * A comparison in words from a paired difference, candidate minus reference.
 * @param unit what the difference is over, for its sentence
 */
export function comparisonOf(
  reference: string,
  metric: string,
  difference: MetricValue,
  greaterIsBetter: boolean,
  unit = "rows",
): Comparison {
  const verdict = verdictOf(difference, greaterIsBetter);
  return {
    reference,
    metric,
    difference,
    verdict,
    sentence: verdictInWords(reference, metric, verdict, difference, unit),
  };
}

// Rows that are drawn together are no evidence of their own: how many groups there are is said.
function unitOf({ ranked }: MeasuredRows, { resample }: BootstrapOptions): string {
  if (resample.unit !== "group") return "rows";
  const n = new Set(resample.groups).size;
  const areQueries = ranked !== undefined && new Set(ranked.queries).size === n;
  return `rows in ${n} ${areQueries ? "queries" : "groups"}`;
}

/**
 * The verdict on a difference (candidate minus reference): `better` or `worse` only where its 95 % interval leaves out 0;
 * `no-evidence` where the interval holds 0 or could not be given.
 */
export function verdictOf({ low, high }: MetricValue, greaterIsBetter: boolean): Comparison["verdict"] {
  if (low === null || high === null || (low <= 0 && high >= 0)) return "no-evidence";
  return low > 0 === greaterIsBetter ? "better" : "worse";
}

function verdictInWords(
  reference: string,
  metric: string,
  verdict: Comparison["verdict"],
  { value, low, high, n, reason }: MetricValue,
  unit: string,
): string {
  const rows = `${String(n).replace(/\B(?=(\d{3})+$)/g, ",")} ${unit}`;
  if (value === null || low === null || high === null)
    return `No evidence of a difference to ${reference}: the difference in ${metric} has no interval on ${rows} (${reason ?? "undefined"}).`;
  const interval = `95 % interval ${signed(low)} to ${signed(high)}, ${rows}`;
  if (verdict === "no-evidence")
    return `No evidence of a difference to ${reference}: ${metric} differs by ${signed(value)} (${interval}), and the interval holds 0.`;
  return `${verdict === "better" ? "Better" : "Worse"} than ${reference}: ${metric} is ${value > 0 ? "higher" : "lower"} by ${plain(Math.abs(value))} (${interval}).`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function signed(value: number): string {
  return value > 0 ? `+${plain(value)}` : plain(value).replace("-", "−");
}
