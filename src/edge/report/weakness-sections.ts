import type { MetricValue } from "../../ml/metrics/index.ts";
import type { Evaluation, Slice } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { axis, type Scale, scaleOf, valueOrReason, whisker } from "./cells.ts";
import { badge, type Head, type Html, type HtmlPart, html, type Section, table } from "./html.ts";
import {
  count,
  decimalsOf,
  fixed,
  interval,
  isGreaterBetter,
  listed,
  measuredNoun,
  metricName,
  number,
  percent,
  plural,
  shorten,
} from "./words.ts";

/** Segments of the test rows with a quality of their own; null for a ranking, which is judged by whole queries. */
export function slicesSection({ evaluation }: RunReport): Section | null {
  if (evaluation.task === "ranking") return null;
  const { slices } = evaluation;
  const weak = slices.filter((slice) => slice.weak).length;
  const base = { id: "slices", title: "Slices" };
  const metric = slices[0]?.metric;
  if (metric === undefined)
    return {
      ...base,
      lead: "No slice was named in the definition, and the search on validation rows found no weak one.",
      body: null,
    };
  const scale = scaleOf(slices.map(({ value }) => value));
  const decimals = decimalsOf(slices.map(({ value }) => value));
  const noun = plural(measuredNoun(evaluation.task));
  return {
    ...base,
    lead: `${weak === 0 ? "No slice is" : `${count(weak, "slice")} ${weak === 1 ? "is" : "are"}`} weaker than the rest beyond chance, by ${metricName(metric)}; ${isGreaterBetter(metric) ? "higher is better" : "lower is better"}.`,
    body: html`
      ${table(
        "Slices",
        [
          "Slice",
          [noun.replace(/^./, (letter) => letter.toUpperCase()), "n"],
          [axis(scale), "plot"],
          [metricName(metric), "n"],
          ["Against the rest", "n"],
        ],
        slices.map((slice) => sliceRow(slice, evaluation, scale, decimals)),
      )}
      <p class="dim">The dashed line is the quality on all ${noun}. ${evaluation.task !== "forecast" && "Found slices were searched on validation rows and are confirmed here on test rows; the"}
      ${evaluation.task === "forecast" && "The"} false-discovery rate is held at 5\u00a0%.</p>`,
  };
}

function sliceRow(slice: Slice, { metrics, nTest }: Evaluation, scale: Scale, decimals: number): Html {
  const { name, origin, n, metric, value, difference, weak } = slice;
  const found = origin === "discovered" ? "found on validation rows" : "named in the definition";
  return html`<tr>
    <th scope="row">${name} ${weak && badge("bad", "weak")}<span class="params">${found}</span></th>
    <td class="n">${fixed(n, 0)} <span class="dim">${percent(n / Math.max(1, nTest), 0)}</span></td>
    <td class="plot">${whisker(value, scale, { tone: weak ? "bad" : "plain", reference: metrics[metric]?.value ?? null })}</td>
    <td class="n">${valueOrReason(value, decimals)}</td>
    <td class="n">${(difference.value ?? 0) > 0 && "+"}${valueOrReason(difference, decimals)}</td></tr>`;
}

const mostCells = 6;

/** The worst rows, and what the worst tenth has in common; null for a ranking. */
export function errorsSection(report: RunReport): Section | null {
  const { task } = report;
  if (task === "ranking" || task === "recommendation" || task === "forecast" || task === "anomaly") return null; // no row is right or wrong by itself
  const { worst, shared } = report.evaluation.errors;
  const columns = cellColumns(report);
  const isRegression = task === "regression";
  const predicted = {
    binary: `Probability of “${report.problem.classes[1] ?? "positive"}”`,
    multiclass: "Probability of the true class",
    regression: "Predicted",
  }[task];
  const lossDecimals = decimalsFor(worst.map(({ loss }) => loss));
  const rows = worst.map((error) => {
    const actual = isRegression ? number(Number(error.actual)) : shorten(error.actual, 40);
    return html`<tr><td class="n">${fixed(error.row, 0)}</td>
      <td class="n">${isRegression ? number(error.predicted) : fixed(error.predicted, 3)}</td>
      <td${isRegression && html` class="n"`}>${actual}</td>
      <td class="n">${fixed(error.loss, lossDecimals)}</td>
      ${columns.map((name) => html`<td class="dim">${shorten(error.cells[name] ?? "", 24)}</td>`)}</tr>`;
  });
  const actual: Head = isRegression ? ["True", "n"] : "True";
  const list = (label: string, part: readonly Html[]) =>
    table(label, [["Test row", "n"], [predicted, "n"], actual, ["Loss", "n"], ...columns], part);
  return {
    id: "errors",
    title: "Errors",
    lead:
      shared.length === 0
        ? "Nothing that can be said in one condition is more common among the worst tenth of the rows."
        : "What the worst tenth of the rows have in common, and the worst rows themselves.",
    body: html`
      ${shared.length > 0 && html`<h3>Shared by the worst tenth</h3>${sharedTable(shared)}`}
      ${
        worst.length > 0 &&
        html`<h3>Worst rows</h3>
        ${list("Worst rows", rows.slice(0, 10))}
        ${rows.length > 10 && html`<details><summary>${count(rows.length - 10, "more row")}</summary>${list("More of the worst rows", rows.slice(10))}</details>`}
        ${columns.length > 0 && html`<p class="dim">Shown are the columns the model leans on most. Columns that may hold personal data are left out.</p>`}`
      }`,
  };
}

// About three significant digits of the greatest.
function decimalsFor(values: readonly number[]): number {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return most >= 100 ? 0 : most >= 10 ? 1 : most >= 1 ? 2 : 3;
}

function sharedTable(shared: Evaluation["errors"]["shared"]): Html {
  const rows = shared.map(
    ({ says, shareWorst, shareRest, lift }) =>
      html`<tr><th scope="row">${says}</th><td class="n">${percent(shareWorst)}</td><td class="n">${percent(shareRest)}</td><td class="n">${fixed(lift, 1)}×</td></tr>`,
  );
  return table("Shared conditions", ["Condition", ["Worst tenth", "n"], ["Other rows", "n"], ["Lift", "n"]], rows);
}

// The most important columns, without those that may be personal.
function cellColumns({ data, evaluation, problem }: RunReport): string[] {
  const hidden = new Set(data.columns.filter(({ personalData }) => personalData !== null).map(({ name }) => name));
  const given = Object.keys(evaluation.errors.worst[0]?.cells ?? {});
  const order = [...evaluation.importance.map(({ column }) => column), ...given];
  return [...new Set(order)]
    .filter((name) => given.includes(name) && !hidden.has(name) && name !== problem.column)
    .slice(0, mostCells);
}

const mostImportant = 20;

/** How much the model leans on each source column; null where it was not measured. */
export function importanceSection({ evaluation }: RunReport): Section | null {
  const { importance, primary } = evaluation;
  if (importance.length === 0) return null;
  const scale = scaleOf(
    importance.map(({ drop }) => drop),
    [0],
  );
  const decimals = decimalsOf(importance.map(({ drop }) => drop));
  const rows = importance.map(
    ({ column, drop }) => html`<tr><th scope="row"><code>${column}</code></th>
      <td class="plot">${whisker(drop, scale, { tone: (drop.low ?? 0) > 0 ? "strong" : "faint", reference: 0 })}</td>
      <td class="n">${valueOrReason(drop, decimals)}</td></tr>`,
  );
  const part = (label: string, from: number, to: number) =>
    table(label, ["Column", [axis(scale), "plot"], [`Loss of ${metricName(primary)}`, "n"]], rows.slice(from, to));
  return {
    id: "importance",
    title: "Importance",
    lead: `How much worse ${metricName(primary)} becomes when one column is shuffled over the test rows. Columns that carry the same information share their importance.`,
    body: html`${part("Permutation importance", 0, mostImportant)}
      ${rows.length > mostImportant && html`<details><summary>${count(rows.length - mostImportant, "more column")}</summary>${part("More columns", mostImportant, 200)}</details>`}`,
  };
}

/** Quality per protected group, and the widest gaps; null where no protected column is named. */
export function fairnessSection({ evaluation }: RunReport): Section | null {
  const { fairness, disparities } = evaluation;
  if (fairness.length === 0) return null;
  const byColumn = [...Map.groupBy(fairness, ({ column }) => column)];
  return {
    id: "fairness",
    title: "Fairness",
    lead: `Quality by group of ${listed(byColumn.map(([column]) => `“${column}”`))}. A gap of 0 is parity; which gap matters is a decision about the use, not about the numbers.`,
    body: byColumn.map(([column, groups]) => {
      const gaps = disparities.filter((disparity) => disparity.column === column);
      const names = Object.keys(groups[0]!.metrics);
      const scale = scaleOf(
        gaps.map(({ difference }) => difference),
        [0],
      );
      return html`<h3><code>${column}</code></h3>
        ${table(
          `Groups of ${column}`,
          ["Group", ["Rows", "n"], ...names.map((name): [string, string] => [metricName(name), "n"])],
          groups.map(
            ({ group, n, metrics }) =>
              html`<tr><th scope="row">${group}</th><td class="n">${fixed(n, 0)}</td>${names.map((name) => html`<td class="n">${metrics[name] ? stacked(metrics[name]) : "—"}</td>`)}</tr>`,
          ),
        )}
        ${
          gaps.length > 0 &&
          table(
            `Gaps of ${column}`,
            ["Widest gap between groups", [axis(scale), "plot"], ["Gap", "n"]],
            gaps.map(
              ({ metric, difference }) =>
                html`<tr><th scope="row">${metricName(metric).replace(/ difference$/, "")}</th><td class="plot">${whisker(difference, scale, { tone: "strong", reference: 0 })}</td><td class="n">${valueOrReason(difference)}</td></tr>`,
            ),
          )
        }`;
    }),
  };
}

// The interval under the value: a column of it is half as wide.
function stacked(value: MetricValue): HtmlPart {
  if (value.value === null) return valueOrReason(value);
  const decimals = decimalsOf([value]);
  return html`${fixed(value.value, decimals)}<small>${interval(value, decimals)}</small>`;
}
