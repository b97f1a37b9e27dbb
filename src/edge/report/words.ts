import { type MetricValue, metricFacts } from "../../ml/metrics/index.ts";
import type { AnyTask, Evaluation } from "../../platform/evaluation/index.ts";

const noValue = "—";

/** A number with `decimals` decimals (at least `atLeast` of them), grouped thousands and a true minus sign. */
export function fixed(value: number, decimals: number, atLeast = decimals): string {
  const digits = { minimumFractionDigits: atLeast, maximumFractionDigits: decimals, signDisplay: "negative" } as const;
  return value.toLocaleString("en-US", digits).replace("-", "−");
}

/** A number for a reader: about 4 significant digits, no zeros at the end; an em dash where there is none. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  const size = Math.abs(value);
  if (size > 0 && size < 0.001) return value.toPrecision(2).replaceAll("-", "−");
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return fixed(value, decimals, 0);
}

/**
 * A measured value as `0.912 (0.905–0.919)`, with the digits that the width of its interval supports unless `decimals` says
 * otherwise; the value alone where the interval is that point; the reason where it is undefined.
 */
export function measured(metric: MetricValue, decimals = decimalsOf([metric])): string {
  const { value, low, high, reason } = metric;
  if (value === null) return `undefined: ${reason ?? "no reason was recorded"}`;
  if (low === null && reason !== undefined) return `${fixed(value, decimals)} (no interval)`;
  const range = low === high ? "" : interval(metric, decimals);
  return range === "" ? fixed(value, decimals) : `${fixed(value, decimals)} (${range})`;
}

/** The interval of a metric alone, `0.905–0.919`; empty where there is none. */
export function interval(metric: MetricValue, decimals = decimalsOf([metric])): string {
  const { low, high } = metric;
  if (low === null || high === null) return "";
  return `${fixed(low, decimals)}${low < 0 || high < 0 ? " to " : "–"}${fixed(high, decimals)}`;
}

/** A difference as `+0.021 (0.013–0.029)`. */
export function signed(metric: MetricValue, decimals = decimalsOf([metric])): string {
  return `${(metric.value ?? 0) > 0 ? "+" : ""}${measured(metric, decimals)}`;
}

/**
 * Decimals that the intervals of a column of values support, the median over the column: one digit of the half width, two where the first would
 * be 1 or 2.
 */
export function decimalsOf(column: readonly MetricValue[]): number {
  const decimals = column.flatMap(({ value, low, high }) => {
    const half = low === null || high === null ? 0 : (high - low) / 2;
    if (value === null || (half === 0 && column.length > 1)) return [];
    const unit = half > 0 ? half / 3 : Math.max(Math.abs(value), 1) / 1000;
    return [Math.min(6, Math.max(0, -Math.floor(Math.log10(unit) + 1e-9)))];
  });
  return decimals.sort((a, b) => a - b)[Math.floor(decimals.length / 2)] ?? 3;
}

/** A share as a percentage; a share that rounds to 0 but is not reads `< 0.1 %`. */
export function percent(share: number, digits = 1): string {
  const least = 10 ** -digits;
  if (share > 0 && 100 * share < least / 2) return `<\u00a0${least}\u00a0%`;
  return `${fixed(100 * share, share === 0 || share === 1 ? 0 : digits)}\u00a0%`;
}

/** A count with its noun: `1 row`, `2,000 rows`, `50 queries`. */
export function count(n: number, noun: string): string {
  return `${fixed(n, 0)} ${n === 1 ? noun : plural(noun)}`;
}

/** More than one: `rows`, `queries`, `series`. */
export function plural(noun: string): string {
  if (noun.endsWith("series")) return noun;
  return noun.endsWith("query") ? noun.replace(/y$/, "ies") : `${noun}s`;
}

/** Seconds for a reader, from milliseconds to minutes. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 60) return `${fixed(seconds, 1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Bytes for a reader. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  return n < 1_000_000 ? `${fixed(n / 1000, 1)} kB` : `${fixed(n / 1_000_000, 1)} MB`;
}

/** An instant as `24 November 2026, 11:58 UTC`; a text that is no instant stays as it is. */
export function instant(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return `${day}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** Names in a sentence: `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A text of at most `most` characters. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

const metricNames: Readonly<Record<string, string>> = {
  rocAuc: "ROC AUC",
  prAuc: "PR AUC",
  brier: "Brier score",
  ece: "Calibration error (ECE)",
  mcc: "MCC",
  topK: "Top-k accuracy",
  rmse: "RMSE",
  mae: "MAE",
  mape: "MAPE",
  r2: "R²",
  pinball: "Pinball loss",
  huber: "Huber loss",
  customLoss: "Loss of the definition",
  map: "MAP",
  mrr: "MRR",
  ndcg: "NDCG",
  "hit-rate": "Hit rate",
  mase: "MASE",
  rmsse: "RMSSE",
  smape: "sMAPE",
  wape: "WAPE",
  wql: "WQL",
  msis: "MSIS",
};

/** A metric's name as people write it: `rocAuc` is `ROC AUC`, `truePositiveRate` is `True positive rate`, `ndcg@10` is `NDCG@10`. */
export function metricName(name: string): string {
  const [base = "", places] = name.split("@");
  const words = base.replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  const written = metricNames[base] ?? words.replace(/^./, (letter) => letter.toUpperCase());
  return places === undefined ? written : `${written}@${places}`;
}

/** A sentence in which the metric's identifier is replaced by its name, and no percentage breaks over two lines. */
export function withMetricName(sentence: string, metric: string): string {
  return sentence
    .replaceAll(` ${metric} `, ` ${metricName(metric)} `)
    .replaceAll(`(${metric} `, `(${metricName(metric)} `)
    .replace(/(\d) %/g, "$1\u00a0%");
}

/** Whether a larger value of a metric is better. */
export function isGreaterBetter(metric: string): boolean {
  return metricFacts(metric)?.direction === "maximise";
}

/** What is measured of a task one by one. */
export function measuredNoun(task: AnyTask): string {
  if (task === "ranking") return "query";
  return task === "recommendation" ? "user" : task === "forecast" ? "forecast" : "row";
}

/** How many of them the test part has. */
export function measuredCount({ nTest, ranking }: Evaluation): number {
  return ranking === undefined ? nTest : ranking.queries.n - ranking.queries.nEmpty;
}
