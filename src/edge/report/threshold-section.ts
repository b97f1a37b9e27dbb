import type { DecisionCost, ThresholdChoice } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { type Html, html, jsonBlock, type Section, table } from "./html.ts";
import { fixed, measured, number, percent, shorten, signed } from "./words.ts";

type CurvePoint = ThresholdChoice["curve"][number];

/** The decision threshold with its cost, and an explorer of other thresholds and costs; null where no threshold was chosen. */
export function thresholdSection({ evaluation, problem }: RunReport): Section | null {
  const { threshold } = evaluation;
  if (evaluation.decision) return decisionSection(evaluation.decision, evaluation.classes);
  if (!threshold || threshold.curve.length === 0) return null;
  const { costFalsePositive: fp, costFalseNegative: fn, costPer1000, trivialCostPer1000 } = threshold;
  const positive = problem.classes[1] ?? "positive";
  return {
    id: "threshold-cost",
    title: "Threshold and cost",
    lead: html`A row is called “${positive}” from probability ${number(threshold.threshold)} on.`,
    body: html`
      <p>${
        threshold.chosenBy === "cost"
          ? `A false positive costs ${number(fp)} and a false negative ${number(fn)}. ${thresholdOrigin(threshold)}`
          : "No costs were given, so both kinds of mistake count 1 and the threshold is 0.5."
      }
      ${threshold.perRow && "Each mistake costs that times the row's own number; the explorer counts rows alike."}
      On test rows it costs <strong>${measured(costPer1000)}</strong> per 1,000 rows; calling all rows the same would cost ${number(trivialCostPer1000)}.</p>
      ${explorer(threshold, positive, problem.classes[0] ?? "other")}`,
  };
}

// Calibrated probabilities have their least expected cost at one place; the least of noisy validation rows replaces it only with evidence.
function thresholdOrigin({ threshold, costFalsePositive: fp, costFalseNegative: fn }: ThresholdChoice): string {
  return Math.abs(threshold - fp / (fp + fn)) < 1e-12
    ? `From ${number(fp)} / (${number(fp)} + ${number(fn)}) on an alarm is expected to cost less than none, and no other threshold was cheaper on validation rows beyond noise.`
    : "This threshold has the least cost on validation rows, and rows that did not choose it confirm beyond noise that it is cheaper than the one that probabilities alone would give.";
}

/** Decisions between several classes by what they cost. */
function decisionSection(decision: DecisionCost, classes: readonly string[]): Section {
  const { costs, costPer1000, likeliestPer1000, difference, trivialPer1000, trivialClass } = decision;
  return {
    id: "threshold-cost",
    title: "Decisions by cost",
    lead: "A row is given the class of least expected cost, not the most probable one.",
    body: html`<p>On test rows this costs <strong>${measured(costPer1000)}</strong> per 1,000 rows; the most probable class would cost ${measured(likeliestPer1000)}, a difference of ${signed(difference)}.
      Answering “${trivialClass}” always would cost ${number(trivialPer1000)}.</p>
      ${table(
        "Costs of decisions",
        ["True ↓ answered →", ...classes.map((name): [string, string] => [shorten(name, 18), "n"])],
        costs.map(
          (row, t) =>
            html`<tr><th scope="row">${classes[t]}</th>${row.map((cost) => html`<td class="n">${number(cost)}</td>`)}</tr>`,
        ),
      )}`,
  };
}

function explorer(choice: ThresholdChoice, positive: string, negative: string): Html {
  const { curve, threshold, costFalsePositive, costFalseNegative } = choice;
  const point = nearest(curve, threshold);
  const cost = (p: CurvePoint) =>
    1000 * ((p.fp * costFalsePositive + p.fn * costFalseNegative) / Math.max(1, rowsOf(p)));
  const best = curve.reduce((least, p) => (cost(p) < cost(least) ? p : least));
  const share = (hits: number, all: number) => (all > 0 ? percent(hits / all) : "undefined");
  return html`<div class="explorer">
    <div>
      <div id="explorer-controls" hidden>
        <label for="threshold">Threshold</label>
        <input type="range" id="threshold" min="0" max="1" step="0.01" value="${point.threshold}">
        <div class="pair">
          <div><label for="cost-fp">Cost of a false positive</label><input type="number" id="cost-fp" min="0" step="any" value="${costFalsePositive}"></div>
          <div><label for="cost-fn">Cost of a false negative</label><input type="number" id="cost-fn" min="0" step="any" value="${costFalseNegative}"></div>
        </div>
      </div>
      <noscript><p class="dim">With JavaScript the threshold and the costs can be moved here.</p></noscript>
      <dl class="facts">
        <div><dt>Threshold</dt><dd id="threshold-value">${fixed(point.threshold, 2)}</dd></div>
        <div><dt>Precision</dt><dd id="c-precision">${share(point.tp, point.tp + point.fp)}</dd></div>
        <div><dt>Recall</dt><dd id="c-recall">${share(point.tp, point.tp + point.fn)}</dd></div>
        <div><dt>Cost per 1,000 rows</dt><dd id="c-cost" aria-live="polite">${number(cost(point))}</dd></div>
        <div><dt>Cheapest threshold here</dt><dd id="c-best">${fixed(best.threshold, 2)} (${number(cost(best))})</dd></div>
      </dl>
    </div>
    <div>
      <table class="counts"><caption>Test rows at this threshold</caption>
        <thead><tr><td></td><th scope="col">called ${positive}</th><th scope="col">called ${negative}</th></tr></thead>
        <tbody>
          <tr><th scope="row">is ${positive}</th><td class="right s3" id="c-tp">${fixed(point.tp, 0)}</td><td class="wrong s2" id="c-fn">${fixed(point.fn, 0)}</td></tr>
          <tr><th scope="row">is ${negative}</th><td class="wrong s2" id="c-fp">${fixed(point.fp, 0)}</td><td class="right s3" id="c-tn">${fixed(point.tn, 0)}</td></tr>
        </tbody></table>
      ${costCurve(curve, point, cost)}
    </div>
  </div>
  <p class="dim">A threshold picked by looking at test rows flatters itself. Move it to learn what it does, and set costs in the definition to change it.</p>
  ${jsonBlock("threshold-data", { curve, start: point.threshold })}`;
}

// The script of the page redraws this with the same geometry.
function costCurve(curve: readonly CurvePoint[], point: CurvePoint, cost: (p: CurvePoint) => number): Html {
  const top = curve.map(cost).reduce((a, b) => Math.max(a, b)) || 1;
  const x = (p: CurvePoint) => (10 + 400 * p.threshold).toFixed(1);
  const y = (p: CurvePoint) => (130 - (115 * cost(p)) / top).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`<figure><svg class="cost" viewBox="0 0 420 150" role="img" aria-label="Cost by threshold">
    <path class="base" d="M10 130H410"/>
    ${ticks.map((tick) => html`<text x="${10 + 400 * tick}" y="146">${tick}</text>`)}
    <path class="at" id="cost-at" d="M${x(point)} 10V130"/>
    <path class="line" id="cost-line" d="M${curve.map((p) => `${x(p)} ${y(p)}`).join("L")}"/>
    <circle id="cost-dot" cx="${x(point)}" cy="${y(point)}" r="5"/></svg>
    <figcaption>Cost by threshold.</figcaption></figure>`;
}

function rowsOf({ tp, fp, tn, fn }: CurvePoint): number {
  return tp + fp + tn + fn;
}

function nearest(curve: readonly CurvePoint[], threshold: number): CurvePoint {
  const distance = (point: CurvePoint) => Math.abs(point.threshold - threshold);
  return curve.reduce((best, point) => (distance(point) < distance(best) ? point : best));
}
