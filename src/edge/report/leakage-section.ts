import type { LeakageFinding } from "../../platform/leakage/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { badge, type Html, html, type Section } from "./html.ts";
import { count, metricName, number, withMetricName } from "./words.ts";

/** Columns that seem to know the target, with the evidence in words. */
export function leakageSection(report: RunReport): Section {
  const { findings, excluded, pretended } = report.leakage;
  const lead =
    findings.length === 0
      ? nothingFound(report)
      : `${count(findings.length, "finding")}; ${excluded.length === 0 ? "no column was excluded" : `${count(excluded.length, "column")} excluded from the model`}.`;
  return {
    id: "leakage",
    title: "Leakage",
    lead,
    body: html`
      ${
        pretended &&
        html`<p class="note">With the excluded columns, validation ${metricName(pretended.metric)} would have pretended
        <strong>${number(pretended.withLeak)}</strong>; without them it is <strong>${number(pretended.without)}</strong>.
        That difference would not have survived in production.</p>`
      }
      ${findings.map(findingInWords)}`,
  };
}

function nothingFound({ evaluation: { recommendation } }: RunReport): string {
  if (recommendation === undefined)
    return "No column and no pair of rows showed signs of knowing the target in advance.";
  return recommendation.timeline === null
    ? "Without times it cannot be said whether the training holds events that are later than those of the test."
    : "No event of the training is later than the first one of the test.";
}

const decisions = {
  excluded: ["bad", "excluded"],
  kept: ["warn", "kept by the definition"],
  named: ["plain", "named, still used"],
} as const;

function findingInWords(finding: LeakageFinding): Html {
  const [tone, decision] = decisions[finding.decision];
  const names = finding.columns.map((name) => html`<code>${name}</code> `);
  return html`<article class="finding">
    <h3>${finding.columns.length === 0 ? "Rows" : names}${badge(tone, decision)} <span class="dim">${strength(finding)}</span></h3>
    <p>${withMetricName(finding.message, finding.metric)}</p>
    ${
      finding.scoreWith !== null &&
      finding.scoreWithout !== null &&
      html`<p>A quick model reaches ${metricName(finding.metric)} ${number(finding.scoreWith)} with it and ${number(finding.scoreWithout)} without it.</p>`
    }</article>`;
}

function strength({ strength, evidence }: LeakageFinding): string {
  return strength === "strong"
    ? `strong: ${evidence.length} kinds of evidence that do not depend on each other`
    : "suspect: one kind of evidence";
}
