import { sha256 } from "../../lib/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { anomaliesSection, kindsSection, scoresSection } from "./anomaly-section.ts";
import { conformalSection } from "./conformal-section.ts";
import { dataSection } from "./data-section.ts";
import { explanationSection } from "./explanation-section.ts";
import {
  forecastCandidatesSection,
  horizonSection,
  intervalsSection,
  originSplitSection,
  picturesSection,
  seriesSection,
} from "./forecast-sections.ts";
import { type Html, html, type Section, trusted } from "./html.ts";
import { leakageSection } from "./leakage-section.ts";
import { calibrationSection, confusionSection, curvesSection } from "./prediction-sections.ts";
import { candidatesSection, metricsSection } from "./quality-sections.ts";
import { listsSection, worstQueriesSection } from "./ranking-sections.ts";
import {
  eventSplitSection,
  eventsSection,
  examplesSection,
  lengthSection,
  userSlicesSection,
} from "./recommendation-sections.ts";
import { repeatedSection } from "./repeated-section.ts";
import { reproductionSection } from "./reproduction-section.ts";
import { reweightingSection } from "./reweighting-section.ts";
import { script } from "./script.ts";
import { splitSection } from "./split-section.ts";
import { style } from "./style.ts";
import { termsSection } from "./terms-section.ts";
import { textsSection } from "./texts-section.ts";
import { thresholdSection } from "./threshold-section.ts";
import { tuningSection } from "./tuning-section.ts";
import { verdictSection, versionName } from "./verdict.ts";
import { errorsSection, fairnessSection, importanceSection, slicesSection } from "./weakness-sections.ts";
import { instant } from "./words.ts";

type DrawSection = (report: RunReport) => Section | null;

const tableSections: readonly DrawSection[] = [
  verdictSection,
  dataSection,
  leakageSection,
  splitSection,
  tuningSection,
  candidatesSection,
  metricsSection,
  listsSection,
  worstQueriesSection,
  repeatedSection,
  curvesSection,
  confusionSection,
  calibrationSection,
  thresholdSection,
  reweightingSection,
  conformalSection,
  slicesSection,
  errorsSection,
  importanceSection,
  explanationSection,
  termsSection,
  textsSection,
  fairnessSection,
  reproductionSection,
];

// Without labels nothing is measured, and nothing can be leaked.
const ifLabelled =
  (draw: DrawSection): DrawSection =>
  (report) =>
    report.evaluation.anomaly?.isLabelled ? draw(report) : null;

const anomalySections: readonly DrawSection[] = [
  verdictSection,
  dataSection,
  ifLabelled(leakageSection),
  splitSection,
  tuningSection,
  candidatesSection,
  ifLabelled(metricsSection),
  scoresSection,
  curvesSection,
  confusionSection,
  kindsSection,
  anomaliesSection,
  (report) => (report.evaluation.slices.length > 0 ? slicesSection(report) : null),
  reproductionSection,
];

const recommendationSections: readonly DrawSection[] = [
  verdictSection,
  dataSection,
  eventsSection,
  leakageSection,
  eventSplitSection,
  tuningSection,
  candidatesSection,
  metricsSection,
  lengthSection,
  userSlicesSection,
  examplesSection,
  reproductionSection,
];

const forecastSections: readonly DrawSection[] = [
  verdictSection,
  picturesSection,
  dataSection,
  seriesSection,
  leakageSection,
  originSplitSection,
  tuningSection,
  forecastCandidatesSection,
  metricsSection,
  horizonSection,
  intervalsSection,
  (report) => (report.evaluation.slices.length === 0 ? null : slicesSection(report)),
  reproductionSection,
];

const sectionsOfTasks: Partial<Record<RunReport["task"], readonly DrawSection[]>> = {
  anomaly: anomalySections,
  recommendation: recommendationSections,
  forecast: forecastSections,
};

/**
 * A training run as one self-contained HTML page: no remote asset, light and dark, for screen and print. Sections without
 * content are left out. Every text from data is escaped, and the page's content policy allows its own style and script only.
 */
export function renderReport(report: RunReport): string {
  const drawn = (sectionsOfTasks[report.task] ?? tableSections)
    .map((section) => section(report))
    .filter((section) => section !== null);
  const name = versionName(report.model, report.version);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${name}: training report</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<header>
<p class="dim">Training report</p>
<h1>${name}</h1>
<p>${report.problem.says}</p>
<p class="dim">${taskNames[report.task]} · ${instant(report.createdAt)} · run ${report.runId.slice(0, 8)}</p>
</header>
<div class="page">
<nav aria-label="Contents"><ol>${drawn.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
<main>${drawn.map(sectionInHtml)}</main>
</div>
<footer>Made by Fettle ${report.fettle}. This file holds everything it shows and loads nothing.</footer>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.text;
}

const taskNames = {
  binary: "Two classes",
  multiclass: "Several classes",
  regression: "Regression",
  ranking: "Ranking",
  recommendation: "Recommendation",
  forecast: "Forecast",
  anomaly: "Anomaly detection",
} as const satisfies Record<RunReport["task"], string>;

const contentPolicy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`;

function digest(text: string): string {
  return `sha256-${Buffer.from(sha256(text), "hex").toString("base64")}`;
}

function sectionInHtml({ id, title, lead, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${lead ? html`<p class="lead">${lead}</p>` : null}
${body}</section>
`;
}
