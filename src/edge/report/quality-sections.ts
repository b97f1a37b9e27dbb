import {
  forecastMetricFacts,
  listMetricFacts,
  type MetricValue,
  metricAtCount,
  metricFacts,
  metrics,
} from "../../ml/metrics/index.ts";
import type { Evaluation } from "../../platform/evaluation/index.ts";
import type { Candidate, RunReport } from "../../platform/training/index.ts";
import { axis, type Scale, scaleOf, valueOrReason, whisker } from "./cells.ts";
import { badge, type Html, html, type Section, table } from "./html.ts";
import { prevalence } from "./prediction-sections.ts";
import {
  count,
  decimalsOf,
  duration,
  isGreaterBetter,
  measuredCount,
  measuredNoun,
  metricName,
  number,
  percent,
  plural,
  shorten,
  withMetricName,
} from "./words.ts";

/** Everything that was tried, with its validation score. */
export function candidatesSection({ candidates, task }: RunReport): Section | null {
  const metric = candidates[0]?.metric;
  if (metric === undefined) return null;
  const tried = candidates.filter(({ role }) => role === "candidate");
  const scale = scaleOf((tried.length > 0 ? tried : candidates).map(({ validation }) => validation));
  const decimals = decimalsOf(candidates.map(({ validation }) => validation));
  const notes = candidates.flatMap(({ name, note }) =>
    note === undefined
      ? []
      : [html`<p>${withMetricName(note.startsWith(name) ? note : `${name}: ${note}`, metric)}</p>`],
  );
  return {
    id: "candidates",
    title: "Candidates",
    lead: `Everything that was tried, in this order, by ${metricName(metric)} on validation ${plural(measuredNoun(task))}; ${direction(metric)}.`,
    body: html`${notes}
      ${table(
        "Candidates",
        ["Candidate", [axis(scale), "plot"], [`Validation ${metricName(metric)}`, "n"], ["Time", "n"]],
        candidates.map((candidate) => candidateRow(candidate, scale, decimals)),
      )}`,
  };
}

function direction(metric: string): string {
  return isGreaterBetter(metric) ? "higher is better" : "lower is better";
}

function candidateRow(candidate: Candidate, scale: Scale, decimals: number): Html {
  const { name, role, chosen, validation, seconds, params } = candidate;
  const tone = chosen ? "strong" : role === "baseline" ? "faint" : "plain";
  return html`<tr${chosen && html` class="chosen"`}>
    <th scope="row">${name} ${chosen && badge("plain", "chosen")}${role === "baseline" && html`<span class="dim">baseline</span>`}
      <span class="params">${paramsInWords(params)}</span></th>
    <td class="plot">${whisker(validation, scale, { tone })}</td>
    <td class="n">${valueOrReason(validation, decimals)}</td>
    <td class="n dim">${duration(seconds)}</td></tr>`;
}

function paramsInWords(params: Candidate["params"]): string {
  const simple = Object.entries(params).flatMap(([name, value]) => {
    if (typeof value === "number") return [`${name} ${number(value)}`];
    return typeof value === "string" || typeof value === "boolean" ? [`${name} ${value}`] : [];
  });
  return shorten(simple.join(" · "), 160);
}

/** Every metric on the test part with its interval, beside the baseline's. */
export function metricsSection({ evaluation, champion }: RunReport): Section {
  const { primary, metrics: values, baseline, task } = evaluation;
  const nouns = plural(measuredNoun(task));
  const ofTable = (name: string) => metrics[name] ?? metricAtCount(name);
  const factsOf = { recommendation: listMetricFacts, forecast: forecastMetricFacts }[task as string] ?? ofTable;
  const names = [primary, ...Object.keys(values).filter((name) => name !== primary)].filter(
    (name) => values[name] && !(task === "forecast" && name.startsWith("coverage@")), // which has a section of its own
  );
  return {
    id: "metrics",
    title: "Metrics",
    lead: html`On ${count(measuredCount(evaluation), `test ${measuredNoun(task)}`)}, which neither the model nor a choice of this run has seen. In brackets the 95\u00a0% bootstrap interval.`,
    body: html`
      ${evaluation.comparisons.map(comparison)}
      ${champion === null && html`<p class="dim">There was no earlier version to compare with.</p>`}
      ${table(
        `Metrics on test ${nouns}`,
        [
          "Metric",
          [
            html`<span class="legend"><span><span class="key dot"></span>model</span> <span><span class="key ring"></span>baseline</span></span>`,
            "plot",
          ],
          ["Model", "n"],
          [`Baseline: ${baseline.name}`, "n"],
        ],
        names.map((name) =>
          metricRow(
            name,
            values[name]!,
            baseline.metrics[name],
            name === primary,
            name === "prAuc" ? prevalence(evaluation) : null,
          ),
        ),
      )}
      <details><summary>What the metrics mean</summary><dl class="terms">${names.map((name) => {
        const facts = factsOf(name);
        return (
          facts && html`<dt>${metricName(name)}</dt><dd>${sentence(facts.definition)} ${sentence(direction(name))}</dd>`
        );
      })}</dl></details>`,
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

const verdicts = {
  better: ["good", "better"],
  worse: ["bad", "worse"],
  "no-evidence": ["warn", "no evidence"],
} as const;

function comparison({ verdict, sentence, metric }: Evaluation["comparisons"][number]): Html {
  return html`<p>${badge(verdicts[verdict][0], verdicts[verdict][1])} ${withMetricName(sentence, metric)}</p>`;
}

// Average precision means little without the share of positive rows, which is what chance reaches.
function metricRow(
  name: string,
  value: MetricValue,
  baseline: MetricValue | undefined,
  isPrimary: boolean,
  baseRate: number | null,
): Html {
  const scale = metricScale(name, value, baseline);
  const drawn =
    value.value === null && !baseline
      ? null
      : whisker(value, scale, { tone: "strong", other: baseline?.value ?? null });
  return html`<tr${isPrimary && html` class="chosen"`}>
    <th scope="row">${metricName(name)} <span class="dim">${isGreaterBetter(name) ? "↑" : "↓"}</span></th>
    <td class="plot">${drawn}</td>
    <td class="n">${valueOrReason(value)}${baseRate !== null && html`<small>chance ${percent(baseRate)}</small>`}</td>
    <td class="n dim">${baseline ? valueOrReason(baseline) : "—"}</td></tr>`;
}

// Metrics that are shares lie on 0 … 1; losses on a scale from 0 to what the worse of the two reaches.
function metricScale(name: string, value: MetricValue, baseline: MetricValue | undefined): Scale {
  const [least, most] = metricFacts(name)?.range ?? [0, Number.POSITIVE_INFINITY];
  if (least === 0 && most === 1 && isGreaterBetter(name)) return { low: 0, high: 1, step: 0.25 };
  return scaleOf(baseline ? [value, baseline] : [value], [0]);
}
