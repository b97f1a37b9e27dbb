import { type MetricValue, metrics } from "../../ml/metrics/index.ts";
import { type ResampledMean, resampledMean } from "../../ml/stats/index.ts";
import { verdictOf } from "./compare-models.ts";
import type { RepeatedComparison, RepeatedEstimate } from "./evaluation.ts";
import { isGreaterBetter } from "./model-metrics.ts";

/** What one resample gave; NaN where a metric is undefined on its rows. */
export interface Resampled {
  readonly nTrain: number;
  readonly nTest: number;
  readonly value: number;
  /** Of the references by name, on the same rows. */
  readonly references: Readonly<Record<string, number>>;
  /** Name of the configuration that was chosen, and the mean validation loss of each. */
  readonly chosen: string;
  readonly losses: Readonly<Record<string, number>>;
  /** Rows that losses are measured on, by rows that they are trained on. */
  readonly validationToTrain: number;
  /** The same on parts of the training rows, fewest first; absent where it was not done. */
  readonly smaller?: readonly { readonly nRows: number; readonly value: number }[];
}

/** What {@link repeatedEstimate} reads beside the resamples. */
export interface RepeatedInput extends Pick<RepeatedEstimate, "because" | "says" | "nPlanned" | "metric"> {
  /** Name of the configuration that the run chose. */
  readonly chosen: string;
  /** Different rows in all. */
  readonly nRows: number;
  readonly resamples: readonly Resampled[];
}

/** Sums up resamples with the variance that is right for rows that they share (Nadeau & Bengio 2003). */
export function repeatedEstimate(input: RepeatedInput): RepeatedEstimate {
  const { metric, resamples, nRows, because, says, nPlanned } = input;
  const ratio = meanOf(resamples.map(({ nTest, nTrain }) => nTest / nTrain));
  const mean = (values: readonly number[]) => resampledMean(Float64Array.from(values), ratio);
  const names = Object.keys(resamples[0]!.references);
  return {
    because,
    says,
    nResamples: resamples.length,
    nPlanned,
    nTrain: Math.round(meanOf(resamples.map(({ nTrain }) => nTrain))),
    nTest: Math.round(meanOf(resamples.map(({ nTest }) => nTest))),
    metric,
    value: withinRange(metric, measured(mean(resamples.map(({ value }) => value)), nRows)),
    comparisons: names.map((reference) => {
      const of = ({ references }: Resampled) => references[reference]!;
      const difference = mean(resamples.map((one) => one.value - of(one)));
      return comparisonOf(
        reference,
        metric,
        withinRange(metric, measured(mean(resamples.map(of)), nRows)),
        difference,
        nRows,
      );
    }),
    choice: choiceOf(input),
    curve: curveOf(input, ratio),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function measured(found: ResampledMean | null, n: number): MetricValue {
  if (found === null) return { value: null, low: null, high: null, n, reason: "fewer than two resamples have a value" };
  return { value: found.mean, low: found.low, high: found.high, n };
}

// Student's interval knows no bounds: what lies beyond the least or greatest value of the metric is cut off, which loses no coverage.
function withinRange(metric: string, value: MetricValue): MetricValue {
  const range = metrics[metric]?.range;
  if (range === undefined || value.low === null || value.high === null) return value;
  return { ...value, low: Math.max(range[0], value.low), high: Math.min(range[1], value.high) };
}

function comparisonOf(
  reference: string,
  metric: string,
  value: MetricValue,
  found: ResampledMean | null,
  n: number,
): RepeatedComparison {
  const difference = measured(found, n);
  const verdict = verdictOf(difference, isGreaterBetter(metric));
  const { pValue = null, detectable = 0 } = found ?? {};
  return {
    reference,
    value,
    difference,
    pValue,
    detectable,
    verdict,
    sentence: comparisonInWords(reference, metric, verdict, difference, detectable),
  };
}

function comparisonInWords(
  reference: string,
  metric: string,
  verdict: RepeatedComparison["verdict"],
  { value, low, high, reason }: MetricValue,
  detectable: number,
): string {
  if (value === null || low === null || high === null)
    return `Nothing can be said of a difference to ${reference}: ${reason ?? "undefined"}.`;
  if (value === 0 && low === 0 && high === 0) return `No difference to ${reference}: it is the same in every resample.`;
  const interval = `corrected 95 % interval ${signed(low)} to ${signed(high)}`;
  if (verdict === "no-evidence")
    return `No evidence of a difference to ${reference}: over the resamples ${metric} differs by ${signed(value)} (${interval}). A true difference below ${short(detectable)} would be missed in more than one of five such tables.`;
  return `${verdict === "better" ? "Better" : "Worse"} than ${reference}: over the resamples ${metric} is ${value > 0 ? "higher" : "lower"} by ${short(Math.abs(value))} (${interval}).`;
}

function choiceOf({ chosen, resamples, nRows }: RepeatedInput): RepeatedEstimate["choice"] {
  const counts = new Map<string, number>();
  for (const one of resamples) counts.set(one.chosen, (counts.get(one.chosen) ?? 0) + 1);
  const frequencies = [...counts]
    .map(([name, n]) => ({ name, n }))
    .sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1));
  const rival = rivalOf(chosen, resamples, nRows);
  return { chosen, frequencies, rival, sentence: choiceInWords(chosen, frequencies, rival, resamples.length) };
}

// Every configuration that was tried in all resamples has a loss in each, on the same rows as the chosen one.
function rivalOf(chosen: string, resamples: readonly Resampled[], n: number): RepeatedEstimate["choice"]["rival"] {
  const others = Object.keys(resamples[0]!.losses).filter(
    (name) => name !== chosen && resamples.every(({ losses }) => losses[name] !== undefined),
  );
  if (others.length === 0 || resamples.some(({ losses }) => losses[chosen] === undefined)) return null;
  const loss = (name: string) => meanOf(resamples.map(({ losses }) => losses[name]!));
  const name = others.reduce((best, other) => (loss(other) < loss(best) ? other : best));
  const differences = Float64Array.from(resamples, ({ losses }) => losses[name]! - losses[chosen]!);
  const found = resampledMean(differences, meanOf(resamples.map(({ validationToTrain }) => validationToTrain)));
  return { name, difference: measured(found, n), pValue: found?.pValue ?? null };
}

function choiceInWords(
  chosen: string,
  frequencies: RepeatedEstimate["choice"]["frequencies"],
  rival: RepeatedEstimate["choice"]["rival"],
  nResamples: number,
): string {
  const own = frequencies.find(({ name }) => name === chosen)?.n ?? 0;
  const often = `On other parts of the rows the same search chooses ${chosen} in ${own} of ${nResamples} cases`;
  if (rival === null) return `${often}; there was no other configuration.`;
  const { value, low, high } = rival.difference;
  const p = rival.pValue === null ? "" : `, p ${rival.pValue < 0.001 ? "< 0.001" : `= ${short(rival.pValue)}`}`;
  const by = value === null ? "unknown" : `${signed(value)}${p}`;
  const isNoise = low === null || high === null || (low <= 0 && high >= 0);
  return isNoise
    ? `${often}. Its loss is not told from that of ${rival.name} (${by}): nothing shows that it is the better one.`
    : `${often}. ${value! > 0 ? `${rival.name}, the best of the others, has a greater loss (${by})` : `${rival.name} has a smaller loss (${by})`}, beyond chance.`;
}

function curveOf({ metric, resamples, nRows }: RepeatedInput, ratio: number): RepeatedEstimate["curve"] {
  const done = resamples.filter(({ smaller }) => smaller !== undefined && smaller.length > 0);
  if (done.length < 2) return null;
  const nPoints = done[0]!.smaller!.length;
  const full = done.map(({ value }) => value);
  const points = Array.from({ length: nPoints }, (_, k) => {
    const sizes = done.map(({ smaller }) => smaller![k]!.nRows);
    const own = meanOf(done.map(({ nTest }, i) => nTest / sizes[i]!));
    const found = resampledMean(
      Float64Array.from(done, ({ smaller }) => smaller![k]!.value),
      own,
    );
    return { nRows: Math.round(meanOf(sizes)), value: measured(found, nRows) };
  });
  const all = {
    nRows: Math.round(meanOf(done.map(({ nTrain }) => nTrain))),
    value: measured(resampledMean(Float64Array.from(full), ratio), nRows),
  };
  const gains = Float64Array.from(done, ({ value, smaller }) => value - smaller!.at(-1)!.value);
  const difference = measured(resampledMean(gains, ratio), nRows);
  return { points: [...points, all], difference, sentence: curveInWords(metric, difference) };
}

function curveInWords(metric: string, difference: MetricValue): string {
  const verdict = verdictOf(difference, isGreaterBetter(metric));
  const by = difference.value === null ? "" : ` (${signed(difference.value)} in ${metric})`;
  if (verdict === "better")
    return `Twice the rows made it better, beyond chance${by}: more rows are likely to help further.`;
  return verdict === "worse"
    ? `Twice the rows made it worse${by}, which says that rows differ in kind: look at how they were collected.`
    : `Whether more rows would help is not told: from half of the rows to all of them the change${by} is within chance.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function signed(value: number): string {
  const text = String(Number(value.toPrecision(2)));
  return value > 0 ? `+${text}` : text.replace("-", "−");
}
