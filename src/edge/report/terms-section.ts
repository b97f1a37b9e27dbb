import type { RunReport, TermShape } from "../../platform/training/index.ts";
import { axis, scaleOf, whisker } from "./cells.ts";
import { type Html, html, type Section, table } from "./html.ts";
import { classColours, missingInWords, termPlot } from "./term-plots.ts";
import { count, listed, number, shorten } from "./words.ts";

const mostRows = 20;

/** What each feature of an additive model adds to its score; null for another family. */
export function termsSection({ terms, problem, task }: RunReport): Section | null {
  if (!terms || terms.length === 0) return null;
  const drawn = terms.filter(({ drawing }) => drawing !== null);
  const classes = task === "multiclass" ? problem.classes.slice(0, classColours.length) : [];
  return {
    id: "terms",
    title: "Terms",
    lead: "The model is a sum: each feature adds what its picture says, and each pair what its table says. Nothing else is in it.",
    body: html`${importances(terms)}
      ${classes.length > 0 && html`<p>Colours are classes: ${listed(classes)}, in this order: blue, red, green, yellow, grey.</p>`}
      <p class="dim">Bands are 1.96 standard errors, from the bags of rows that the model was fitted on. The mean of every term over the training rows is 0.</p>
      <div class="figures">${drawn.map((term) => figure(term, task === "multiclass" ? problem.classes[0]! : null))}</div>`,
  };
}

function figure({ name, drawing }: TermShape, firstClass: string | null): Html {
  const isPair = drawing!.axes.length === 2;
  const says = isPair
    ? ` Blue adds, red takes away${firstClass === null ? "" : `, for the class ${firstClass}`}; the stronger the colour the more.`
    : missingInWords(drawing!);
  return html`<figure>${termPlot(drawing!)}<figcaption>${shorten(name, 80)}.${says}</figcaption></figure>`;
}

function importances(terms: readonly TermShape[]): Html {
  const values = terms.map(({ importance }) => ({ value: importance, low: null, high: null, n: 0 }));
  const scale = scaleOf(values, [0]);
  const rows = terms.map(
    ({ name, drawing }, k) => html`<tr><th scope="row"><code>${shorten(name, 80)}</code></th>
      <td class="plot">${whisker(values[k]!, scale, { tone: drawing === null ? "faint" : "strong", reference: 0 })}</td>
      <td class="n">${number(values[k]!.value)}</td></tr>`,
  );
  const part = (label: string, from: number, to: number) =>
    table(label, ["Term", [axis(scale), "plot"], ["Adds on average", "n"]], rows.slice(from, to));
  return html`${part("Importance of the terms", 0, mostRows)}
    ${rows.length > mostRows && html`<details><summary>${count(rows.length - mostRows, "more term")}</summary>${part("More terms", mostRows, rows.length)}</details>`}`;
}
