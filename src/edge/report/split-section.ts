import type { RunReport } from "../../platform/training/index.ts";
import { shareBar } from "./cells.ts";
import { type Html, type HtmlPart, html, type Section, sentences, table } from "./html.ts";
import { count, fixed, number, percent } from "./words.ts";

/** How rows were parted, and what was made of the columns. */
export function splitSection(report: RunReport): Section {
  const { parts, says, notes, testEvaluations } = report.split;
  const total = parts.reduce((sum, { n }) => sum + n, 0);
  const shares = parts.map(({ n }) => n / Math.max(1, total));
  const hasLevel = report.task !== "multiclass" && report.evaluation.anomaly?.isLabelled !== false;
  const rows = parts.map(
    ({ name, n, targetMean }, i) => html`<tr>
      <th scope="row"><span class="key part${i % 4}"></span>${name}</th>
      <td class="n">${fixed(n, 0)}</td>
      <td class="n">${percent(shares[i]!)}</td>
      ${hasLevel && html`<td class="n">${targetLevel(report, targetMean)}</td>`}</tr>`,
  );
  const target: [string, string][] = !hasLevel
    ? []
    : [
        [
          report.task === "binary"
            ? `Share of “${positive(report)}”`
            : report.task === "ranking"
              ? "Mean grade"
              : report.task === "anomaly"
                ? "Share of known anomalies"
                : "Mean of the target",
          "n",
        ],
      ];
  return {
    id: "split",
    title: "Split",
    lead: `How rows were parted: ${says}.`,
    body: html`
      ${shareBar(shares, parts.map(({ name }, i) => `${name} ${percent(shares[i]!)}`).join(", "))}
      ${table("Parts", ["Part", ["Rows", "n"], ["Share", "n"], ...target], rows)}
      <p>${
        report.evaluation.anomaly?.isLabelled === false
          ? "Nothing is measured on the test rows, which have no labels; what is shown of them was not fitted on."
          : testEvaluations > 1
            ? html`These test rows have been evaluated <strong>${fixed(testEvaluations, 0)} times</strong>, this run included. Each look makes the test result a little more flattering.`
            : "These test rows were evaluated once, by this run."
      }</p>
      ${sentences(notes)}
      ${featureList(report)}`,
  };
}

function positive({ problem }: RunReport): string {
  return problem.classes[1] ?? "positive";
}

function targetLevel({ task }: RunReport, mean: number | null): HtmlPart {
  if (mean === null) return "—";
  return task === "binary" || task === "anomaly" ? percent(mean) : number(mean);
}

const mostFeatures = 300;

function featureList({ features }: RunReport): Html | null {
  if (features.length === 0) return null;
  const sources = new Set(features.map(({ from }) => from)).size;
  const rows = features
    .slice(0, mostFeatures)
    .map(
      ({ name, from, says }) =>
        html`<tr><th scope="row"><code>${name}</code></th><td><code>${from}</code></td><td>${says}</td></tr>`,
    );
  return html`<details><summary>${count(features.length, "feature")} from ${count(sources, "column")}</summary>
    ${table("Features", ["Feature", "From", "How it is made"], rows)}
    ${features.length > mostFeatures && html`<p class="dim">The first ${mostFeatures} are shown.</p>`}</details>`;
}
