import type { ScoreScale } from "../../ml/learners/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ExplanationSummary, RunReport } from "../../platform/training/index.ts";
import { axis, scaleOf, valueOrReason, whisker } from "./cells.ts";
import { dependencePlot, swarmPlot, waterfallPlot } from "./explanation-plots.ts";
import { type Html, html, type Section, table } from "./html.ts";
import { count, decimalsOf, fixed, interval, metricName, number, percent, shorten } from "./words.ts";

const scaleNames = {
  value: "the target's unit",
  "log-odds": "log-odds",
  "class-score": "the class's score before it becomes a probability",
  "log-value": "the logarithm of the value",
  share: "shares",
} as const satisfies Record<ScoreScale, string>;

const mostColumns = 20;
const mostDependences = 3;

/** What the columns contribute to single scores (SHAP values), beside the other importances; or why that is not known. */
export function explanationSection(report: RunReport): Section {
  const { explanations } = report;
  const base = { id: "explanations", title: "Explanations" };
  if ("reason" in explanations)
    return { ...base, lead: `This model is not explained: ${explanations.reason}.`, body: null };
  const { scale, nRows, columns, swarm } = explanations;
  const dependences = (swarm?.columns ?? [])
    .filter(({ points }) => new Set(points.flatMap(([, value]) => (value === null ? [] : [value]))).size > 2)
    .slice(0, mostDependences);
  return {
    ...base,
    lead: `What each column adds to a score, over ${count(nRows, "test row")}, in ${scaleNames[scale]}: SHAP values, which sum to the difference between a row's score and the expected one. They say what the model does, not what causes the target.`,
    body: html`
      ${importanceTable(columns, report)}
      ${
        swarm &&
        html`<h3>Row by row</h3><figure class="wide">${swarmPlot(swarm.columns, `Contribution to the score of ${shorten(swarm.of, 30)}`)}
        <figcaption>Each dot is a row: <span class="low">blue</span> where the column's value is low, <span class="high">red</span> where it is high, grey where it is no number.</figcaption></figure>`
      }
      ${
        dependences.length > 0 &&
        html`<div class="figures">${dependences.map(
          (column) =>
            html`<figure>${dependencePlot(column)}<figcaption>Contribution by the value of <code>${column.column}</code>.</figcaption></figure>`,
        )}</div>`
      }
      ${pairsTable(explanations)}
      ${examplesOf(explanations)}`,
  };
}

function importanceTable(columns: ExplanationSummary["columns"], { evaluation }: RunReport): Html {
  const drops = new Map(evaluation.importance.map(({ column, drop }) => [column, drop]));
  const sizes = columns.map(({ meanAbsolute }) => meanAbsolute);
  const scale = scaleOf(sizes, [0]);
  const decimals = decimalsOf(sizes);
  const dropDecimals = decimalsOf([...drops.values()]);
  const hasGain = columns.some(({ gain }) => gain !== null);
  const rows = columns.map(({ column, meanAbsolute, gain }) => {
    const drop = drops.get(column);
    return html`<tr><th scope="row"><code>${column}</code></th>
      <td class="plot">${whisker(meanAbsolute, scale, { tone: "strong" })}</td>
      <td class="n">${withInterval(meanAbsolute, decimals)}</td>
      <td class="n">${drop ? withInterval(drop, dropDecimals) : "not shuffled"}</td>
      ${hasGain && html`<td class="n">${gain === null ? "—" : percent(gain)}</td>`}</tr>`;
  });
  const heads = (label: string, part: readonly Html[]) =>
    table(
      label,
      [
        "Column",
        [axis(scale), "plot"],
        ["Mean size of the contribution", "n"],
        [`Loss of ${metricName(evaluation.primary)} when shuffled`, "n"],
        ...(hasGain ? [["Share of the gain", "n"] as const] : []),
      ],
      part,
    );
  return html`${heads("Importance in three ways", rows.slice(0, mostColumns))}
    ${rows.length > mostColumns && html`<details><summary>${count(rows.length - mostColumns, "more column")}</summary>${heads("More columns", rows.slice(mostColumns))}</details>`}`;
}

// The interval on a line of its own: three importances stand side by side.
function withInterval(metric: MetricValue, decimals: number): Html {
  if (metric.value === null) return valueOrReason(metric);
  return html`${fixed(metric.value, decimals)}<small>${interval(metric, decimals)}</small>`;
}

function pairsTable({ pairs }: ExplanationSummary): Html | null {
  if (pairs.length === 0) return null;
  return html`<h3>Together</h3>
    <p class="dim">Pairs of columns by what they add only together: neither column adds it where the other is unknown.</p>
    ${table(
      "Pairs of columns",
      ["Columns", ["Mean size", "n"]],
      pairs.map(
        ({ columns: [a, b], meanAbsolute }) =>
          html`<tr><th scope="row"><code>${a}</code> × <code>${b}</code></th><td class="n">${number(meanAbsolute)}</td></tr>`,
      ),
    )}`;
}

function examplesOf({ examples }: ExplanationSummary): Html | null {
  if (examples.length === 0) return null;
  return html`<h3>${examples.length === 1 ? "The worst row" : "The worst rows"}, explained</h3>
    <div class="figures">${examples.map(
      ({ row, explanation }) =>
        html`<figure>${waterfallPlot(explanation)}<figcaption>Test row ${fixed(row, 0)}: from the expected score ${number(explanation.base)} (dashed) to ${number(explanation.score)} for “${shorten(explanation.of, 40)}”.</figcaption></figure>`,
    )}</div>`;
}
