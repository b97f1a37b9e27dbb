import type { AnomalyEvaluation } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { scaleOf, valueOrReason, whisker } from "./cells.ts";
import { badge, facts, type Html, html, type Section, table } from "./html.ts";
import { scoresPlot } from "./plots.ts";
import { count, fixed, listed, measured, number, percent, shorten } from "./words.ts";

/** The threshold, the distribution of the scores, and whether it would come out again; null for another task. */
export function scoresSection({ evaluation, problem, candidates }: RunReport): Section | null {
  const { anomaly } = evaluation;
  if (anomaly === undefined) return null;
  const { threshold, histogram, fittedRows, knownLeftOut } = anomaly;
  const chosen = candidates.find((candidate) => candidate.chosen)?.name ?? "unnamed";
  return {
    id: "scores",
    title: "Scores and threshold",
    lead: html`A row is anomalous from score ${number(threshold.value)} on: ${percent(threshold.testShare)} of the test rows.`,
    body: html`
      <p>${threshold.says} ${shareInWords(threshold)}</p>
      <p>${anomaly.meaning} ${oddsInWords(anomaly.probability)}</p>
      ${costs(threshold.costPer1000)}
      <p>The chosen model, ${chosen}, was fitted on ${count(fittedRows, "row")}${knownLeftOut > 0 && `; ${knownLeftOut === 1 ? "1 known anomaly" : `${fixed(knownLeftOut, 0)} known anomalies`} of the training part ${knownLeftOut === 1 ? "was" : "were"} left out`}.
      ${!anomaly.isLabelled && html`<strong>No label says which rows are anomalous, so nothing here measures quality.</strong> Look at the anomalies below, and label some.`}</p>
      <div class="figures"><figure class="wide">${scoresPlot(histogram, threshold.value)}
        <figcaption>Test rows by score${histogram.scale === "log" && ", on a logarithmic scale"}${anomaly.isLabelled && html`; <span class="high">red</span> the share of “${problem.classes[1] ?? "anomalous"}” in each bar`}. The height of a bar is the square root of its rows. The dashed line is the threshold; the last bar also counts what lies beyond.</figcaption></figure></div>
      ${stability(anomaly)}`,
  };
}

// Rows that come later may be stranger, or less strange, than those of validation.
function shareInWords({ validationShare, testShare }: AnomalyEvaluation["threshold"]): string {
  const said = `It calls ${percent(validationShare)} of validation rows and ${percent(testShare)} of test rows anomalous.`;
  const ratio = testShare / Math.max(validationShare, 1e-9);
  return ratio > 2 || ratio < 0.5 ? `${said} The test rows differ from those before them.` : said;
}

// Whether probabilities fit how many test rows are anomalous.
function oddsInWords(probability: AnomalyEvaluation["probability"]): string | null {
  if (probability === null) return null;
  const { testRate, testMean } = probability;
  const fits = (testRate.low ?? 0) <= testMean && testMean <= (testRate.high ?? 1);
  const said = `On labelled test rows it is ${percent(testMean)} on average, where ${percent(testRate.value ?? 0)} are anomalous (95 % interval ${percent(testRate.low ?? 0)} to ${percent(testRate.high ?? 1)})`;
  return fits ? `${said}.` : `${said}: it does not fit these rows, so read it as a rank.`;
}

function costs(cost: AnomalyEvaluation["threshold"]["costPer1000"]): Html | null {
  if (cost === null) return null;
  return html`<p>On test rows it costs <strong>${number(cost.model)}</strong> per 1,000 labelled rows; to never alarm would cost ${number(cost.neverAlarm)}, to call every row anomalous ${number(cost.alwaysAlarm)}.</p>`;
}

function stability({ stability: found }: AnomalyEvaluation): Html | null {
  if (found === null) return null;
  const rows = [
    ["Two halves of the rows", found.halves],
    ["Two seeds on all rows", found.seeds],
  ] as const;
  return html`<h3>Would it come out again?</h3>
    <p>The same detector fitted twice, by its order of the test rows. What differs between seeds is chance; what differs between halves is what the rows cannot tell.</p>
    ${table(
      "Stability",
      ["Fitted on", ["Rank correlation", "n"], [`Same rows among the ${fixed(found.k, 0)} of the highest scores`, "n"]],
      rows.map(
        ([name, { rankCorrelation, overlap }]) =>
          html`<tr><th scope="row">${name}</th><td class="n">${rankCorrelation === null ? "undefined" : fixed(rankCorrelation, 3)}</td><td class="n">${percent(overlap)}</td></tr>`,
      ),
    )}`;
}

const mostKinds = 40;

/** Recall by kind of anomaly, those that training rows had and those that they had not; null where no column names kinds. */
export function kindsSection({ evaluation }: RunReport): Section | null {
  const kinds = evaluation.anomaly?.kinds ?? [];
  if (kinds.length === 0) return null;
  const unseen = kinds.filter(({ seen }) => !seen);
  const scale = scaleOf([], [0, 1]);
  const rows = kinds.slice(0, mostKinds).map(
    ({ kind, n, seen, recall }) => html`<tr>
      <th scope="row">${shorten(kind, 40)} ${!seen && badge("warn", "never seen")}</th>
      <td class="n">${fixed(n, 0)}</td>
      <td class="plot">${whisker(recall, scale, { tone: seen ? "plain" : "bad" })}</td>
      <td class="n">${valueOrReason(recall)}</td></tr>`,
  );
  return {
    id: "kinds",
    title: "Kinds of anomalies",
    lead: `Share of each kind's test rows that are called anomalous${unseen.length > 0 ? `; ${count(unseen.length, "kind")} of ${kinds.length} occur${unseen.length === 1 ? "s" : ""} in no labelled training row` : ""}.`,
    body: html`${detectorInWords(evaluation.anomaly!)}
      ${table("Kinds", ["Kind", ["Test rows", "n"], ["", "plot"], ["Recall", "n"]], rows)}
      ${kinds.length > mostKinds && html`<p class="dim">The ${mostKinds} of the most rows are shown.</p>`}`,
  };
}

// A classifier finds what it has seen; a detector knows no kind.
function detectorInWords({ detector }: AnomalyEvaluation): Html | null {
  if (detector === null || (detector.recallSeen === null && detector.recallUnseen === null)) return null;
  const said = [
    detector.recallSeen && `${measured(detector.recallSeen)} of those of kinds that training rows had`,
    detector.recallUnseen && `${measured(detector.recallUnseen)} of those of kinds that none had`,
  ].filter((part) => typeof part === "string");
  return html`<p>The model learned from labels. The best detector that did not, ${detector.name}, would find ${listed(said)}, each at its own threshold (PR AUC ${measured(detector.prAuc)}). Where new kinds matter most, <code>families</code> in the definition chooses it.</p>`;
}

/** The rows of the highest scores, with their reasons; null for another task. */
export function anomaliesSection({ evaluation }: RunReport): Section | null {
  const { anomaly } = evaluation;
  if (anomaly === undefined) return null;
  const { top, columns, isLabelled } = anomaly;
  const rows = top.map(
    ({ row, score, label, reasons }) => html`<tr><td class="n">${fixed(row, 0)}</td><td class="n">${number(score)}</td>
      ${isLabelled && html`<td>${label === null ? "—" : shorten(label, 24)}</td>`}
      <td>${reasons.length === 0 ? html`<span class="dim">below the threshold</span>` : reasons.map(({ column, share, says }) => html`<div><strong>${column}</strong> ${percent(share, 0)} <span class="dim">${says}</span></div>`)}</td></tr>`,
  );
  return {
    id: "anomalies",
    title: "Anomalies",
    lead: "The test rows of the highest scores, by their number in the data, and what speaks for each. Values are not shown.",
    body: html`
      ${table("Anomalies", [["Row", "n"], ["Score", "n"], ...(isLabelled ? ["Label"] : []), "Reasons"], rows)}
      ${
        columns.length > 0 &&
        html`<h3>Columns that speak most often</h3>${facts(columns.slice(0, 8).map(({ column, share }) => [column, percent(share)]))}
        <p class="dim">Mean share in the reasons of test rows that are called anomalous.</p>`
      }`,
  };
}
