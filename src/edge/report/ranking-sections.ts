import type { WorstQuery } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { valueOrReason } from "./cells.ts";
import { facts, type Head, type Html, html, type Section, table } from "./html.ts";
import { gradesPlot, ndcgPlot, queriesPlot } from "./ranking-plots.ts";
import { count, fixed, listed, shorten } from "./words.ts";

/** How good the lists are, place by place and query by query; null for other tasks. */
export function listsSection({ evaluation: { ranking } }: RunReport): Section | null {
  if (ranking === undefined) return null;
  const { queries, byLength, baselines, distribution, grades } = ranking;
  const rows = byLength.map(
    ({ at, ndcg, baselines: values }) => html`<tr><th scope="row">${fixed(at, 0)}</th>
      <td class="n">${valueOrReason(ndcg)}</td>
      ${values.map((value) => html`<td class="n dim">${value === null ? "—" : fixed(value, 3)}</td>`)}</tr>`,
  );
  const shades = [...grades].reverse().map((grade) => fixed(grade, 0));
  return {
    id: "lists",
    title: "Lists",
    lead: `How far up the rows of high grade stand, in ${queries.n === 1 ? "1 query" : `${fixed(queries.n, 0)} queries`} that the model has not seen. Queries weigh alike, however long they are.`,
    body: html`
      ${facts([
        ["Queries", fixed(queries.n, 0)],
        ["Rows of a query, median", fixed(queries.medianRows, 0)],
        ["Rows of a query, most", fixed(queries.mostRows, 0)],
        ["Without a row of a grade that counts", `${fixed(queries.nEmpty, 0)}, left out`],
        ["Of one row", fixed(queries.nSingle, 0)],
        ["Of rows of one grade", fixed(queries.nEqual, 0)],
      ])}
      <div class="figures">
        <figure>${ndcgPlot(ranking)}<figcaption>NDCG of the first places with its 95\u00a0% interval over queries, beside ${listed(baselines.map(lineName))}.</figcaption></figure>
        <figure>${queriesPlot(distribution)}<figcaption>Queries by their NDCG: 1 is an order that none can beat.</figcaption></figure>
        <figure>${gradesPlot("Grades at each place of the model", ranking, "shares")}<figcaption>Grades at each place, from the darkest: ${shades.join(", ")}. Queries that have so many rows.</figcaption></figure>
        <figure>${gradesPlot("Grades at each place of the best order", ranking, "best")}<figcaption>The same in the best order there is.</figcaption></figure>
      </div>
      <details><summary>The numbers</summary>${table(
        "NDCG by the length of the list",
        ["Places", ["NDCG", "n"], ...baselines.map((name): [string, string] => [name, "n"])],
        rows,
      )}</details>`,
  };
}

const lineName = (name: string, k: number) => `${name} (${k === 0 ? "dashed" : "long dashes"})`;

/** The queries that were ordered worst, with their lists; null where there is none. */
export function worstQueriesSection({ evaluation: { ranking } }: RunReport): Section | null {
  if (ranking === undefined || ranking.worst.length === 0) return null;
  return {
    id: "worst-queries",
    title: "Worst queries",
    lead: "The test queries of least NDCG and the beginning of their lists. A grade below the one that could stand there is a place given away.",
    body: ranking.worst.map((query, k) =>
      k === 0
        ? queryList(query)
        : html`<details><summary>${heading(query)}</summary>${queryList(query, false)}</details>`,
    ),
  };
}

const heading = ({ name, nRows, ndcg }: WorstQuery) =>
  html`${name === null ? "A query" : html`<code>${shorten(name, 60)}</code>`}: NDCG ${fixed(ndcg, 3)} of ${count(nRows, "row")}`;

function queryList(query: WorstQuery, isHeaded = true): Html {
  const columns = Object.keys(query.list[0]?.cells ?? {});
  const rows = query.list.map(
    ({ row, score, grade, best, cells }, at) => html`<tr><th scope="row">${at + 1}</th>
      <td class="n">${fixed(row, 0)}</td><td class="n">${fixed(score, 3)}</td>
      <td class="n">${grade < best ? html`<strong>${fixed(grade, 0)}</strong>` : fixed(grade, 0)}</td><td class="n dim">${fixed(best, 0)}</td>
      ${columns.map((name) => html`<td class="dim">${shorten(cells[name] ?? "", 24)}</td>`)}</tr>`,
  );
  const head: Head[] = ["Place", ["Test row", "n"], ["Score", "n"], ["Grade", "n"], ["Best possible", "n"], ...columns];
  return html`${isHeaded && html`<h3>${heading(query)}</h3>`}${table("List of a query", head, rows)}`;
}
