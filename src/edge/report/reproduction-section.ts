import type { RunReport } from "../../platform/training/index.ts";
import { type Html, html, type Section, table } from "./html.ts";
import { duration, instant, percent } from "./words.ts";

/** How to get the same model again, and what it was made with. */
export function reproductionSection(report: RunReport): Section {
  const total = Object.values(report.seconds).reduce((sum, part) => sum + part, 0);
  const stages = Object.entries(report.seconds).map(
    ([stage, seconds]) =>
      html`<tr><th scope="row">${stage}</th><td class="n">${duration(seconds)}</td><td class="n dim">${percent(total > 0 ? seconds / total : 0, 0)}</td></tr>`,
  );
  const identity = factRows({
    Run: report.runId,
    Snapshot: report.data.snapshot.id,
    Seed: report.seed,
    ...(report.warmStart === undefined ? {} : { "Goes on from": report.warmStart }),
    Trained: instant(report.createdAt),
  });
  return {
    id: "reproduction",
    title: "Reproduction",
    lead: "The same snapshot, definition and seed give the same model, byte for byte.",
    body: html`<pre><code>${report.reproduce}</code></pre>
      ${table("Identity", ["What", "Value"], identity)}
      <div class="columns">
        <div><h3>Environment</h3>${table("Environment", ["What", "Value"], factRows(report.environment))}</div>
        <div><h3>Time</h3>${table("Time per stage", ["Stage", ["Time", "n"], ["Share", "n"]], stages)}<p class="dim">${duration(total)} in all.</p></div>
      </div>`,
  };
}

function factRows(facts: RunReport["environment"]): Html[] {
  return Object.entries(facts).map(
    ([name, value]) =>
      html`<tr><th scope="row">${name}</th><td>${value === null ? html`<span class="dim">unknown</span>` : html`<code>${String(value)}</code>`}</td></tr>`,
  );
}
