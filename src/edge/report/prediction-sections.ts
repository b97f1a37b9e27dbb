import type { CalibrationInTheLarge, Evaluation } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { valueOrReason } from "./cells.ts";
import { figure, type Html, html, type Section, table } from "./html.ts";
import { histogramPlot, precisionRecallPlot, reliabilityPlot, rocPlot, scatterPlot } from "./plots.ts";
import { count, decimalsOf, fixed, measured, number, percent, shorten } from "./words.ts";

/** ROC and precision–recall curves, or predicted against observed and residuals; null where the task has no curve. */
export function curvesSection({ evaluation, problem }: RunReport): Section | null {
  const { roc, precisionRecall, scatter, residuals } = evaluation.curves;
  const at = decisionPoint(evaluation);
  const positiveShare = prevalence(evaluation);
  const figures = [
    roc &&
      roc.length > 1 &&
      figure(rocPlot(roc, at && [at.falsePositiveRate, at.recall]), "ROC curve. The dashed line is chance."),
    precisionRecall &&
      precisionRecall.length > 1 &&
      figure(
        precisionRecallPlot(precisionRecall, positiveShare, at && [at.recall, at.precision]),
        `Precision and recall of “${problem.classes[1] ?? "positive"}”.${positiveShare === null ? "" : ` The dashed line is chance, ${percent(positiveShare)}.`}`,
      ),
    scatter &&
      scatter.length > 1 &&
      figure(
        scatterPlot(scatter),
        `Observed against predicted, ${fixed(scatter.length, 0)} test rows. Perfect predictions lie on the dashed line.`,
      ),
    residuals &&
      figure(
        histogramPlot("Residuals", residuals, "Observed − predicted"),
        "Residuals. The outermost bars also count what lies beyond.",
      ),
  ].filter((drawn) => drawn instanceof Object);
  if (figures.length === 0) return null;
  return {
    id: "curves",
    title: evaluation.task === "regression" ? "Predictions" : "Curves",
    ...(at && {
      lead: `The ring marks the decision threshold ${number((evaluation.threshold?.threshold ?? evaluation.anomaly?.threshold.value)!)}.`,
    }),
    body: html`<div class="figures">${figures}</div>`,
  };
}

function decisionPoint({ threshold, anomaly, confusion }: Evaluation) {
  const [negative, positive] = confusion ?? [];
  if (!(threshold || anomaly) || !negative || !positive) return null;
  const [tn = 0, fp = 0] = negative;
  const [fn = 0, tp = 0] = positive;
  if (tp + fp === 0 || tp + fn === 0 || tn + fp === 0) return null;
  return { falsePositiveRate: fp / (fp + tn), recall: tp / (tp + fn), precision: tp / (tp + fp) };
}

/** Share of positive rows; null but for two classes. */
export function prevalence({ confusion, task }: Evaluation): number | null {
  if ((task !== "binary" && task !== "anomaly") || !confusion) return null;
  const rows = confusion.map(total);
  return total(rows) > 0 ? rows[1]! / total(rows) : null;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

const mostClasses = 20;

/** Counts of true against predicted classes; null for regression. */
export function confusionSection({ evaluation }: RunReport): Section | null {
  const { confusion, classes, threshold } = evaluation;
  if (!confusion) return null;
  const isShown = classes.length <= mostClasses;
  return {
    id: "confusion",
    title: "Confusion matrix",
    lead: `Rows are true classes, columns predicted ones${threshold ? ` at threshold ${number(threshold.threshold)}` : ""}; percentages are of the row.`,
    body: html`
      ${isShown ? matrix(confusion, classes) : html`<p>${classes.length} classes are too many to draw; the most frequent mistakes are listed.</p>`}
      ${classes.length > 2 && mistakes(confusion, classes)}`,
  };
}

function matrix(confusion: readonly (readonly number[])[], classes: readonly string[]): Html {
  const rows = confusion.map((counts, i) => {
    const n = total(counts);
    const cells = counts.map((value, j) => {
      const share = n === 0 ? 0 : value / n;
      return html`<td class="${i === j ? "right" : "wrong"} s${Math.ceil(10 * share)}">${fixed(value, 0)}<small>${n === 0 ? "—" : percent(share, 0)}</small></td>`;
    });
    return html`<tr><th scope="row">${shorten(classes[i] ?? String(i), 28)}</th>${cells}</tr>`;
  });
  const heads = classes.map((name): [string, string] => [shorten(name, 18), "c"]);
  return html`<div class="matrix">${table("Confusion matrix", ["true ↓ predicted →", ...heads], rows)}</div>`;
}

function mistakes(confusion: readonly (readonly number[])[], classes: readonly string[]): Html | null {
  const pairs = confusion.flatMap((counts, i) =>
    counts.flatMap((n, j) => (i === j || n === 0 ? [] : [{ i, j, n, share: n / total(counts) }])),
  );
  if (pairs.length === 0) return null;
  const worst = pairs.sort((a, b) => b.n - a.n).slice(0, classes.length > mostClasses ? 20 : 5);
  return html`<h3>Most frequent mistakes</h3><ul class="plain">${worst.map(
    ({ i, j, n, share }) =>
      html`<li>${classes[i]} taken for ${classes[j]}: ${count(n, "row")}, ${percent(share)} of ${classes[i]}</li>`,
  )}</ul>`;
}

const methods = {
  none: "Probabilities are used as the model gives them.",
  temperature: "Probabilities are made less or more sure by one temperature, fitted on validation rows.",
  platt: "Probabilities are corrected by Platt scaling, fitted on validation rows.",
  beta: "Probabilities are corrected by beta calibration, fitted on validation rows.",
  isotonic: "Probabilities are corrected by isotonic regression, fitted on validation rows.",
} as const;

function meanInWords({ predicted, observed, fits }: CalibrationInTheLarge, positive: string): string {
  const said = `On average ${percent(predicted)} is predicted; ${percent(observed.value!)} of the test rows are “${positive}” (95 % interval ${percent(observed.low!)} to ${percent(observed.high!)})`;
  return fits ? `${said}, so the level is right.` : `${said}: the level is off, so sums of probabilities are too.`;
}

/** Whether probabilities can be taken at their word; null for regression. */
export function calibrationSection({ evaluation }: RunReport): Section | null {
  const { calibration, task } = evaluation;
  if (!calibration) return null;
  const { bins, ece, method, inTheLarge } = calibration;
  const observed = bins.map(({ observed: value, low, high, n }) => ({ value, low, high, n }));
  const decimals = decimalsOf(observed);
  const rows = bins.map(
    (bin, i) => html`<tr><td class="n">${fixed(bin.predicted, 3)}</td>
      <td class="n">${valueOrReason(observed[i]!, decimals)}</td>
      <td class="n dim">${fixed(bin.n, 0)}</td></tr>`,
  );
  return {
    id: "calibration",
    title: "Calibration",
    lead: methods[method],
    body: html`<p>Expected calibration error: <strong>${measured(ece)}</strong>.
      ${task === "multiclass" && "Of several classes, the probability of the predicted one is compared with how often it was right."}
      ${inTheLarge && meanInWords(inTheLarge, evaluation.classes[1] ?? "positive")}</p>
      ${
        bins.length > 0 &&
        html`<div class="figures">
        ${figure(reliabilityPlot(bins), "Observed share per bin of equal count, with its 95\u00a0% Wilson interval. Perfectly calibrated probabilities lie on the dashed line.")}
        <div>${table(
          "Reliability by bin",
          [
            ["Predicted", "n"],
            ["Observed", "n"],
            ["Rows", "n"],
          ],
          rows,
        )}</div></div>`
      }`,
  };
}
