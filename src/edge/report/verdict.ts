import type { MetricValue } from "../../ml/metrics/index.ts";
import type { Comparison, RepeatedEstimate } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { axis, scaleOf, valueOrReason, whisker } from "./cells.ts";
import { badge, type Html, html, type Section, table } from "./html.ts";
import {
  count,
  fixed,
  isGreaterBetter,
  listed,
  measured,
  measuredCount,
  measuredNoun,
  metricName,
  number,
  percent,
  plural,
  signed,
  withMetricName,
} from "./words.ts";

/** The verdict: is the model better than the baseline, by how much, did it pass its gates, what is the biggest caveat. */
export function verdictSection(report: RunReport): Section {
  const { evaluation, gates } = report;
  const { headline, because } = verdictInWords(report);
  const [biggest, ...others] = caveats(report);
  const passed = gates.filter((gate) => gate.passed).length;
  const isPassed = passed === gates.length;
  const toBaseline = evaluation.repeated?.comparisons[0] ?? comparisonWith(report, evaluation.baseline.name);
  return {
    id: "verdict",
    title: "Verdict",
    body: html`
      <p class="badges">${toBaseline && badge(...toneOf(toBaseline))} ${gates.length > 0 && badge(isPassed ? "good" : "bad", isPassed ? "passed its gates" : `failed ${count(gates.length - passed, "gate")}`)}</p>
      <p class="statement"><strong>${headline}</strong> ${because} ${gates.length > 0 && gatesInWords(passed, gates.length)}</p>
      ${biggest !== undefined && html`<p class="note"><strong>Biggest caveat.</strong> ${biggest}</p>`}
      ${standings(report)}
      <div class="columns">
        <div><h3>Gates</h3>${
          gates.length === 0
            ? html`<p>No gate is defined.</p>`
            : html`<ul class="marks">${gates.map(
                (gate) =>
                  html`<li class="${gate.passed ? "good" : "bad"}"><strong>${gate.name}</strong> <span class="sr">${gate.passed ? "passed" : "failed"}</span><br>${withMetricName(gate.message, evaluation.primary)}</li>`,
              )}</ul>`
        }</div>
        <div><h3>Also worth knowing</h3>${
          others.length === 0
            ? html`<p class="dim">Nothing else was found that should hold you back.</p>`
            : html`<ul class="marks">${others.map((caveat) => html`<li class="warn">${caveat}</li>`)}</ul>`
        }</div>
      </div>`,
  };
}

function comparisonWith({ evaluation }: RunReport, reference: string): Comparison | undefined {
  return evaluation.comparisons.find((comparison) => comparison.reference === reference);
}

function toneOf({ verdict }: Pick<Comparison, "verdict">): ["good" | "bad" | "warn", string] {
  if (verdict === "better") return ["good", "better than the baseline"];
  return verdict === "worse" ? ["bad", "worse than the baseline"] : ["warn", "not shown to beat the baseline"];
}

/** What the report says first: a headline, and the numbers behind it. */
export function verdictInWords(report: RunReport): { readonly headline: string; readonly because: string } {
  const { task, primary, baseline, nTest, metrics } = report.evaluation;
  const comparison = comparisonWith(report, baseline.name);
  const name = metricName(primary);
  const value = metrics[primary];
  if (!value || value.value === null)
    return {
      headline: "Nothing can be said about its quality.",
      because: `${name} is ${value ? measured(value) : "not measured"}.`,
    };
  const { repeated } = report.evaluation;
  if (repeated?.comparisons[0] && repeated.value.value !== null) return repeatedVerdict(repeated, value, nTest);
  const reaches = `On ${count(measuredCount(report.evaluation), `test ${measuredNoun(task)}`)} it reaches ${name} ${measured(value)}`;
  const reference = baseline.metrics[primary]?.value ?? null;
  const against = reference === null ? "" : `, against ${number(reference)} of the baseline “${baseline.name}”`;
  if (!comparison || comparison.difference.value === null)
    return { headline: "It could not be compared with the baseline.", because: `${reaches}${against}.` };
  const { verdict, difference } = comparison;
  if (verdict === "no-evidence")
    return {
      headline: "There is no evidence that it beats the baseline.",
      because: `${reaches}${against}; the difference is ${signed(difference)}.`,
    };
  const by = `${difference.value! > 0 ? "higher" : "lower"} by ${measured(unsigned(difference))}`;
  return {
    headline: `${verdict === "better" ? "Better" : "Worse"} than the baseline.`,
    because: `${reaches}${against}: ${by}.`,
  };
}

// The table is small: its resamples say more than its few test rows.
function repeatedVerdict(
  { comparisons, value, nResamples, metric }: RepeatedEstimate,
  onTest: MetricValue,
  nTest: number,
) {
  const { verdict, difference, value: theirs } = comparisons[0]!;
  const name = metricName(metric);
  const reaches = `Over ${count(nResamples, "resample")} of a small table it reaches ${name} ${measured(value)}, against ${number(theirs.value)} of the baseline`;
  const here = `On the ${count(nTest, "test row")} alone: ${measured(onTest)}.`;
  if (verdict === "no-evidence")
    return {
      headline: "There is no evidence that it beats the baseline.",
      because: `${reaches}; the difference is ${signed(difference)}. ${here}`,
    };
  const by = `${difference.value! > 0 ? "higher" : "lower"} by ${measured(unsigned(difference))}`;
  return {
    headline: `${verdict === "better" ? "Better" : "Worse"} than the baseline.`,
    because: `${reaches}: ${by}. ${here}`,
  };
}

// A difference whose interval leaves out 0, read without its sign.
function unsigned(difference: MetricValue): MetricValue {
  const { value, low, high } = difference;
  if (value === null || low === null || high === null || value >= 0) return difference;
  return { ...difference, value: -value, low: -high, high: -low };
}

function gatesInWords(passed: number, total: number): string {
  if (passed === total) return total === 1 ? "It passed its gate." : `It passed all ${total} gates.`;
  return `It failed ${total - passed} of ${count(total, "gate")} and should not be served.`;
}

/** Reasons for doubt, the weightiest first. */
export function caveats({ evaluation, leakage, split, data, champion }: RunReport): string[] {
  const noun = measuredNoun(evaluation.task);
  const nMeasured = measuredCount(evaluation);
  const keptLeaks = leakage.findings.filter(({ decision, strength }) => decision === "kept" && strength === "strong");
  const suspects = leakage.findings.filter(({ decision }) => decision === "named");
  const errors = data.violations.filter(({ severity }) => severity === "error");
  const weak = evaluation.slices.filter((slice) => slice.weak);
  const toChampion = evaluation.comparisons.find(({ reference }) => reference === champion);
  const ece = evaluation.calibration?.ece.low ?? 0;
  const gap = evaluation.disparities.find(({ difference }) => (difference.low ?? 0) > 0.1);
  // A recommender's findings speak of events, a forecast's of series, and copies are rows: not columns that a model uses.
  const ofTable = (findings: RunReport["leakage"]["findings"], sentence: string) =>
    evaluation.task === "recommendation" || evaluation.task === "forecast" || findings[0]!.columns.length === 0
      ? `${findings[0]!.message}.`
      : sentence;
  const all: (string | false | undefined)[] = [
    keptLeaks.length > 0 &&
      ofTable(
        keptLeaks,
        `The model uses ${quoted(keptLeaks)} although strong evidence says that the target is known there.`,
      ),
    errors.length > 0 && `The data breaks its contract: ${errors[0]!.message}`,
    toChampion?.verdict === "worse" && `It is worse than ${champion}, which it would replace.`,
    split.testEvaluations > 1 &&
      evaluation.anomaly?.isLabelled !== false &&
      `These test ${plural(noun)} have been looked at ${split.testEvaluations} times, so the result is somewhat flattering.`,
    suspects.length > 0 &&
      ofTable(
        suspects,
        `The model uses ${quoted(suspects)}, which one kind of evidence suspects of knowing the target.`,
      ),
    weak.length > 0 &&
      `It is weaker where ${weak[0]!.name} (${percent(weak[0]!.n / Math.max(1, evaluation.nTest))} of the ${plural(noun)}): ${metricName(weak[0]!.metric)} ${measured(weak[0]!.value)}.`,
    belowLevel(evaluation),
    worseThanPlain(evaluation),
    choiceIsChance(evaluation),
    nMeasured < 500 && `The test part has only ${count(nMeasured, noun)}, so every interval is wide.`,
    fewAnomalies(evaluation),
    ...intervalCaveats(evaluation),
    ece > 0.05 &&
      `Its probabilities are off by ${percent(evaluation.calibration?.ece.value ?? 0)} on average; do not read them as frequencies.`,
    gap &&
      `Groups of “${gap.column}” are treated differently: ${metricName(gap.metric).toLowerCase()} ${measured(gap.difference)}.`,
    toChampion?.verdict === "no-evidence" && `There is no evidence that it is better than ${champion}.`,
    leakage.excluded.length > 0 && `Excluded as known only afterwards: ${quotedNames(leakage.excluded)}.`,
    data.snapshot.source.nRejected > 0 && `${count(data.snapshot.source.nRejected, "row")} could not be read.`,
  ];
  return all.filter((caveat) => typeof caveat === "string");
}

// A bootstrap of a handful of anomalies that are all found cannot know of one that is not.
function fewAnomalies({ anomaly, confusion }: RunReport["evaluation"]): string | false {
  if (anomaly === undefined || !anomaly.isLabelled || !confusion) return false;
  const n = confusion[1]!.reduce((sum, count) => sum + count, 0);
  if (n >= 30) return false;
  return `The test part has only ${n === 1 ? "1 known anomaly" : `${fixed(n, 0)} known anomalies`}: what so few cannot show is in no interval here.`;
}

// The search looked at few validation rows; the resamples looked at all.
function worseThanPlain({ repeated, task, primary }: RunReport["evaluation"]): string | undefined {
  const found = repeated?.comparisons.find(
    ({ verdict, reference }) => verdict === "worse" && reference !== "the baseline",
  );
  if (found === undefined) return undefined;
  const advice = task === "ranking" ? "" : " Serve that one instead: search: { families: ['linear'], trials: 1 }.";
  return `${withMetricName(found.sentence, primary)}${advice}`;
}

function choiceIsChance({ repeated }: RunReport["evaluation"]): string | undefined {
  if (repeated === undefined) return undefined;
  const { chosen, frequencies, sentence } = repeated.choice;
  const own = frequencies.find(({ name }) => name === chosen)?.n ?? 0;
  return 2 * own < repeated.nResamples ? sentence : undefined;
}

function belowLevel({ conformal, task }: RunReport["evaluation"]): string | undefined {
  if (conformal === undefined) return undefined;
  const things = task === "regression" ? "intervals" : "sets";
  const promised = `not the promised ${percent(conformal.level)}`;
  if (conformal.overall.isBelow)
    return `Its ${things} hold the truth in ${percent(conformal.overall.value.value!)} of the test rows, ${promised}.`;
  const worst = conformal.slices.filter(({ isBelow }) => isBelow).sort((a, b) => a.qValue - b.qValue)[0];
  return (
    worst &&
    `Its ${things} hold the truth in ${percent(worst.value.value!)} of the rows of “${worst.name}”, ${promised}.`
  );
}

// Levels that the share of test values inside leaves on one side, and series that no metric speaks of.
function intervalCaveats({ forecast, metrics }: RunReport["evaluation"]): string[] {
  if (forecast === undefined) return [];
  const { levels, undefinedSeries, account } = forecast;
  const missed = levels.flatMap((level) => {
    const { value = null, low = null, high = null } = metrics[`coverage@${level}`] ?? {};
    if (value === null || low === null || high === null || high >= level) return [];
    return [`Its ${percent(level, 0)} intervals hold only ${percent(value)} of the test values.`];
  });
  const unmeasured = undefinedSeries.find(({ metric }) => metric === "mase");
  const left =
    unmeasured === undefined
      ? []
      : [`${count(unmeasured.n, "series")} of ${account.nTested} have no MASE: ${unmeasured.reason}.`];
  return [...missed, ...left];
}

function quoted(findings: RunReport["leakage"]["findings"]): string {
  return quotedNames(findings.flatMap(({ columns }) => columns));
}

function quotedNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `“${name}”`);
  return listed(names.length > 5 ? [...shown, `${names.length - 5} more`] : shown);
}

// The model beside what it is compared with, on one scale.
function standings(report: RunReport): Html | null {
  const { evaluation, model, version, champion } = report;
  const { primary, baseline } = evaluation;
  const value = evaluation.metrics[primary];
  const reference = baseline.metrics[primary];
  if (!value || !reference) return null;
  const scale = scaleOf([value, reference]);
  const rows = [
    { name: versionName(model, version), value, tone: "strong" as const, note: "this model" },
    { name: baseline.name, value: reference, tone: "faint" as const, note: "baseline" },
  ].map(
    (row) => html`<tr><th scope="row">${row.name} <span class="dim">${row.note}</span></th>
      <td class="plot">${whisker(row.value, scale, { tone: row.tone })}</td><td class="n">${valueOrReason(row.value)}</td></tr>`,
  );
  const toChampion = champion === null ? undefined : comparisonWith(report, champion);
  return html`${table("Model and baseline", [`${metricName(primary)}, ${isGreaterBetter(primary) ? "higher is better" : "lower is better"}`, [axis(scale), "plot"], ["95\u00a0% interval", "n"]], rows)}
    ${toChampion && html`<p>${withMetricName(toChampion.sentence, primary)}</p>`}`;
}

/** A version's name: `model@3`, or the model's name alone before it is registered. */
export function versionName(model: string, version: number | null): string {
  return version === null ? model : `${model}@${fixed(version, 0).replaceAll(",", "")}`;
}
