import type { ColumnProfile } from "../../platform/data/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { sparkline } from "./cells.ts";
import { badge, facts, type Html, type HtmlPart, html, type Section, sentences, table } from "./html.ts";
import { bytes, count, fixed, number, percent, shorten } from "./words.ts";

// Wider tables would make the page too heavy to open; the machine-readable report holds every column.
const mostColumns = 200;
/** Rows of the table that are open; the others are folded. */
const mostOpen = 40;

/** What the table holds: size, sources, contract violations, a profile of every column. */
export function dataSection(report: RunReport): Section {
  const { snapshot, columns, violations, notes, testStart, nColumns } = report.data;
  const { files, nRejected, rejected } = snapshot.source;
  const personal = columns.filter((column) => column.personalData !== null).length;
  return {
    id: "data",
    title: "Data",
    lead: `${count(snapshot.nRows, "row")} and ${count(nColumns, "column")}, read from ${count(files.length, "file")}.`,
    body: html`
      ${facts([
        ["Rows", fixed(snapshot.nRows, 0)],
        ["Columns", fixed(nColumns, 0)],
        ["Missing cells", percent(missingShare(columns))],
        ["Rejected rows", fixed(nRejected, 0)],
        ["Columns with personal data", fixed(personal, 0)],
      ])}
      <ul class="plain">${files.map((file) => html`<li><code>${file.name}</code> <span class="dim">${bytes(file.bytes)}</span></li>`)}
      ${testStart !== null && html`<li>The test file begins at row ${fixed(testStart, 0)} of the snapshot.</li>`}</ul>
      ${nRejected > 0 && rejectedRows(nRejected, rejected)}
      ${report.task !== "recommendation" && report.task !== "forecast" && contractPart(violations)}
      ${sentences([...snapshot.source.notes, ...notes])}
      <h3>Columns</h3>
      ${personal > 0 && html`<p class="dim">Columns that may hold personal data are marked. Their values appear nowhere in this report.</p>`}
      ${profiles(columns, report)}
      ${columns.length > mostColumns && html`<p class="dim">The first ${mostColumns} of ${fixed(columns.length, 0)} columns are shown; the machine-readable report holds all of them.</p>`}`,
  };
}

// Of a wide table the columns that stand out are open: the target, leaks, personal data.
function profiles(columns: readonly ColumnProfile[], report: RunReport): Html {
  const standsOut = ({ name, personalData }: ColumnProfile) =>
    name === report.problem.column || report.leakage.excluded.includes(name) || personalData !== null;
  const isWide = columns.length > mostOpen;
  const ordered = isWide
    ? [...columns.filter(standsOut), ...columns.filter((column) => !standsOut(column))].slice(0, mostColumns)
    : columns;
  const rows = ordered.map((column) => profileRow(column, report));
  const head = ["Column", "Distribution", "Values", ["Missing", "n"], ["Distinct", "n"]] as const;
  return html`${table("Column profiles", head, rows.slice(0, mostOpen))}
    ${isWide && html`<details><summary>${count(rows.length - mostOpen, "more column")}</summary>${table("More column profiles", head, rows.slice(mostOpen))}</details>`}`;
}

function missingShare(columns: readonly ColumnProfile[]): number {
  const cells = columns.reduce((sum, { nRows }) => sum + nRows, 0);
  return cells === 0 ? 0 : columns.reduce((sum, { nMissing }) => sum + nMissing, 0) / cells;
}

function rejectedRows(nRejected: number, rejected: RunReport["data"]["snapshot"]["source"]["rejected"]): Html {
  const rows = rejected
    .slice(0, 10)
    .map(
      ({ file, line, reason }) =>
        html`<tr><td><code>${file}</code></td><td class="n">${fixed(line, 0)}</td><td>${reason}</td></tr>`,
    );
  return html`<details><summary>${count(nRejected, "row")} could not be read</summary>${table("Rejected rows", ["File", ["Line", "n"], "Reason"], rows)}</details>`;
}

function contractPart(violations: RunReport["data"]["violations"]): Html {
  return html`<h3>Contract</h3>
    ${violations.length === 0 ? html`<p>Every check of the data contract holds.</p>` : violationTable(violations)}`;
}

function violationTable(violations: RunReport["data"]["violations"]): Html {
  const rows = violations.map(
    ({ severity, column, message, count: n, share }) => html`<tr>
      <td>${badge(severity === "error" ? "bad" : "warn", severity)}</td>
      <td>${column === null ? html`<span class="dim">table</span>` : html`<code>${column}</code>`}</td>
      <td class="message">${message}</td>
      <td class="n">${fixed(n, 0)} <span class="dim">${percent(share)}</span></td></tr>`,
  );
  return table("Contract violations", ["Severity", "Column", "What is wrong", ["Rows", "n"]], rows);
}

function profileRow(column: ColumnProfile, { problem, leakage, task, evaluation }: RunReport): Html {
  const { name, type, nRows, nMissing, nDistinct, personalData } = column;
  return html`<tr>
    <th scope="row"><code>${name}</code> <span class="dim">${type}</span>
      ${name === problem.column && badge("plain", task === "recommendation" ? "item" : task === "forecast" ? "value" : "target")}
      ${name === evaluation.recommendation?.columns.user && badge("plain", "user")}
      ${leakage.excluded.includes(name) && badge("bad", "excluded as a leak")}
      ${personalData && badge("warn", `personal data: ${personalData}`)}</th>
    <td>${personalData ? "" : distribution(column)}</td>
    <td class="values dim">${personalData ? "not shown" : values(column)}</td>
    <td class="n">${nMissing === 0 ? html`<span class="dim">0</span>` : percent(nMissing / Math.max(1, nRows))}</td>
    <td class="n">${fixed(nDistinct, 0)}</td></tr>`;
}

function distribution({ name, numeric, levels }: ColumnProfile): HtmlPart {
  if (numeric) return sparkline(numeric.histogram.counts, `Histogram of ${name}`);
  if (levels && levels.length > 0)
    return sparkline(
      levels.map((level) => level.count),
      `Levels of ${name}`,
      2,
    );
  return null;
}

function values({ type, nRows, nMissing, numeric, levels }: ColumnProfile): HtmlPart {
  if (numeric && type === "instant") return `${day(numeric.min)} to ${day(numeric.max)}`;
  if (numeric) return html`${number(numeric.min)} to ${number(numeric.max)}, median ${number(numeric.quantiles[2])}`;
  if (!levels || levels.length === 0) return "not listed";
  const present = Math.max(1, nRows - nMissing);
  const shown = levels.slice(0, 3).map((level) => `${shorten(level.value, 24)} ${percent(level.count / present, 0)}`);
  return shown.join(", ") + (levels.length > 3 ? " …" : "");
}

function day(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().slice(0, 10) : "—";
}
