import type { Evaluation } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { axis, type Scale, valueOrReason, whisker } from "./cells.ts";
import { badge, figure, type Html, html, type Section, table } from "./html.ts";
import { histogramPlot } from "./plots.ts";
import { count, decimalsOf, fixed, listed, measured, number, percent } from "./words.ts";

type Conformal = NonNullable<Evaluation["conformal"]>;

/** How often intervals or sets hold the truth, overall and by segment; null where the definition asks for none. */
export function conformalSection({ evaluation, task }: RunReport): Section | null {
  const { conformal } = evaluation;
  if (conformal === undefined) return null;
  const { level, overall, nCalibration, slices } = conformal;
  const isNumber = task === "regression";
  const things = isNumber ? "intervals" : "sets";
  const below = slices.filter(({ isBelow }) => isBelow).length;
  return {
    id: "conformal",
    title: isNumber ? "Intervals" : "Sets of classes",
    lead: html`Of ${fixed(overall.n, 0)} test rows, ${percent(overall.value.value ?? 0)} lie in their ${isNumber ? "interval" : "set"}; ${percent(level)} are promised.`,
    body: html`
      <p>${overall.isBelow && badge("bad", "below the level")} Coverage ${measured(overall.value)}; ${isNumber ? "mean width" : "mean number of classes"} <strong>${measured(overall.size)}</strong>. ${scores[conformal.score]}
      The ${conformal.thresholds.length > 1 ? "thresholds come" : "threshold comes"} from ${count(nCalibration, "row")}${source[conformal.method]} ${expected(conformal)}</p>
      ${unruled(conformal, isNumber)}
      ${caution(conformal)}
      <h3>Coverage by segment</h3>
      <p>${below === 0 ? "No segment is covered less than promised beyond chance." : `${count(below, "segment")} ${below === 1 ? "is" : "are"} covered less than promised, beyond chance.`} The level holds for all rows together${conformal.thresholds.length > 1 ? " and within each group that has a threshold of its own" : ""}, not for each segment by itself.</p>
      ${segments(conformal, isNumber)}
      ${sizes(conformal)}
      ${conformal.thresholds.length > 1 && thresholds(conformal)}
      <p class="dim">The dashed line is the level. Segments are tested one-sided, and the false-discovery rate is held at 5\u00a0%. Every row counts once, whatever its weight. The ${things} of the answers are those measured here.</p>`,
  };
}

const scores = {
  absolute: "All intervals reach equally far from the prediction.",
  scaled: "An interval is the wider the greater the prediction, as the loss assumes.",
  quantile: "The trained quantiles are moved apart or together by one distance (CQR).",
  lac: "A class is in the set where its probability is high enough (LAC).",
  aps: "A set takes the most probable classes until they carry enough probability (APS).",
  raps: "A set takes the most probable classes until they carry enough probability; each further place costs a penalty (RAPS).",
} as const;

const source = {
  split: " that neither trained nor chose the model.",
  cross:
    ", each scored by another model that the whole procedure made without it. The served model is a further one: the level is not promised for it, but is usually met, as long as a fifth of the rows does not change the model much.",
} as const;

function expected({ expected: bounds, nCalibration, overall }: Conformal): string {
  if (bounds === null) return "";
  return `With ${fixed(nCalibration, 0)} rows behind the threshold and ${fixed(overall.n, 0)} to check it, 95 of 100 samples give a coverage from ${fixed(bounds.low, 3)} to ${fixed(bounds.high, 3)}.`;
}

// Groups whose rows are too few for a threshold: what they add to every answer.
function unruled({ thresholds: list, level }: Conformal, isNumber: boolean): Html | null {
  const without = list.filter(({ threshold }) => threshold === null).map(({ group }) => group);
  if (without.length === 0) return null;
  const shown = listed(without.length > 6 ? [...without.slice(0, 5), `${without.length - 5} more`] : without);
  const what = isNumber ? "Intervals there have no bound." : "Nothing is ruled out there, which makes the sets larger.";
  return html`<p class="note">${count(without.length, "group")} ${without.length === 1 ? "has" : "have"} too few rows for a threshold at ${percent(level)}: ${shown}. ${what}</p>`;
}

function caution({ unit }: Conformal): Html | null {
  if (unit === "row") return null;
  return html`<p class="note">${
    unit === "block"
      ? "The promise needs rows that could come in any order. In time they cannot: the level holds as long as later rows are like those before them, and coverage along time below shows how far it did."
      : "The promise is for rows drawn one by one. Here they come in groups: it holds on average over many new groups, not within one, and the intervals of coverage are widened accordingly."
  }</p>`;
}

const origins: Readonly<Record<Conformal["slices"][number]["origin"], string>> = {
  named: "named in the definition",
  discovered: "found weak on validation rows",
  protected: "protected",
  class: "true class",
  group: "has a threshold of its own",
  prediction: "by the prediction",
  time: "in time",
};

function segments({ slices, level, thresholds: list }: Conformal, isNumber: boolean): Html | null {
  if (slices.length === 0) return null;
  const least = Math.min(level, ...slices.map(({ value }) => value.low ?? 1));
  const scale: Scale = { low: Math.max(0, Math.floor(least * 10 - 1e-9) / 10), high: 1, step: 0.1 };
  const decimals = decimalsOf(slices.map(({ size }) => size));
  const isUnruled = (name: string) => list.some(({ group, threshold }) => group === name && threshold === null);
  return table(
    "Coverage by segment",
    ["Segment", ["Rows", "n"], [axis(scale), "plot"], ["Coverage", "n"], [isNumber ? "Mean width" : "Mean size", "n"]],
    slices.map(
      ({ name, origin, n, value, size, isBelow }) => html`<tr>
        <th scope="row">${name} ${isBelow && badge("bad", "below")}<span class="params">${origin === "group" && isUnruled(name) ? "too few rows for a threshold" : origins[origin]}</span></th>
        <td class="n">${fixed(n, 0)}</td>
        <td class="plot">${whisker(value, scale, { tone: isBelow ? "bad" : "plain", reference: level })}</td>
        <td class="n">${valueOrReason(value, 3)}</td>
        <td class="n">${valueOrReason(size, decimals)}</td></tr>`,
    ),
  );
}

function sizes({ widths, setSizes, overall }: Conformal): Html | null {
  if (setSizes !== null)
    return html`<h3>Size of the sets</h3>${table(
      "Size of the sets",
      [
        ["Classes in the set", "n"],
        ["Rows", "n"],
        ["Share", "n"],
        ["Hold the truth", "n"],
      ],
      setSizes.map(
        ({ size, n, covered }) =>
          html`<tr><td class="n">${size}</td><td class="n">${fixed(n, 0)}</td><td class="n">${percent(n / Math.max(1, overall.n))}</td><td class="n">${n === 0 ? "—" : percent(covered / n)}</td></tr>`,
      ),
    )}`;
  if (widths === null) return null;
  const unbounded =
    widths.nUnbounded > 0
      ? html`<p>${count(widths.nUnbounded, "interval")} ${widths.nUnbounded === 1 ? "has" : "have"} no bound, because too few rows stand behind the threshold.</p>`
      : null;
  if (widths.histogram === null) return unbounded;
  return html`<h3>Width of the intervals</h3>${unbounded}<div class="figures">${figure(
    histogramPlot("Widths of intervals", widths.histogram, "Width"),
    "Test rows by the width of their interval.",
  )}</div>`;
}

function thresholds({ thresholds: list }: Conformal): Html {
  return html`<details><summary>${count(list.length, "threshold")}</summary>${table(
    "Thresholds",
    ["Group", ["Rows behind it", "n"], ["Greatest score that conforms", "n"]],
    list.map(
      ({ group, n, threshold }) =>
        html`<tr><th scope="row">${group}</th><td class="n">${fixed(n, 0)}</td><td class="n">${threshold === null ? "none: too few rows, everything conforms" : number(threshold)}</td></tr>`,
    ),
  )}</details>`;
}
