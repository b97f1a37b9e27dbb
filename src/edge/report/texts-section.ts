import type { RunReport, TextSummary } from "../../platform/training/index.ts";
import { axis, scaleOf, whisker } from "./cells.ts";
import { type Html, html, type Section, table } from "./html.ts";
import { count, decimalsOf, fixed, listed, measured, metricName, number, shorten } from "./words.ts";

const mostClasses = 20;

/** Which terms speak for which class, what the model could not read, and whether more examples would help; null for a model that reads no texts. */
export function textsSection({ texts, evaluation }: RunReport): Section | null {
  if (!texts) return null;
  const sizes = texts.blocks.map(({ name, nTerms }) => `${name}: ${count(nTerms, "term")}`);
  return {
    id: "texts",
    title: "Texts",
    lead: `The model reads texts as terms, each with its TF-IDF. ${listed(sizes)}.`,
    body: html`
      ${texts.unread.map(
        ({ column, nRows }) =>
          html`<p>Of ${count(nRows, "test row")} the model knows no term of <code>${column}</code>; they are answered as an empty text.</p>`,
      )}
      ${tellingTable(texts.telling)}
      ${learningCurve(texts.learningCurve, evaluation.primary)}`,
  };
}

function tellingTable(telling: TextSummary["telling"]): Html | null {
  if (telling.length === 0) return null;
  const rows = telling.map(
    ({ of, terms }) => html`<tr><th scope="row">${shorten(of, 40)}</th>
      <td>${terms.length === 0 ? "—" : listed(terms.map(({ term, contribution }) => `“${term}” ${number(contribution)}`))}</td></tr>`,
  );
  const part = (label: string, from: number, to: number) =>
    table(label, ["Class", "Terms, and what they add to its score on average over its rows"], rows.slice(from, to));
  return html`<h3>Most telling terms</h3>
    ${part("Most telling terms", 0, mostClasses)}
    ${rows.length > mostClasses && html`<details><summary>${fixed(rows.length - mostClasses, 0)} more classes</summary>${part("More telling terms", mostClasses, rows.length)}</details>`}`;
}

function learningCurve(curve: TextSummary["learningCurve"], metric: string): Html | null {
  if (curve.length === 0) return null;
  const values = curve.map(({ value }) => value);
  const scale = scaleOf(values);
  const decimals = decimalsOf(values);
  const rows = curve.map(
    ({ nRows, value }) => html`<tr><td class="n">${fixed(nRows, 0)}</td>
      <td class="plot">${whisker(value, scale, { tone: "strong" })}</td>
      <td class="n">${measured(value, decimals)}</td></tr>`,
  );
  return html`<h3>Would more examples help?</h3>
    <p class="dim">The chosen configuration after fewer of the training rows, measured on validation rows. Where the last step still gains, more examples would.</p>
    ${table(
      "Learning curve",
      [
        ["Training rows", "n"],
        [axis(scale), "plot"],
        [metricName(metric), "n"],
      ],
      rows,
    )}`;
}
