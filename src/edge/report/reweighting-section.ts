import { verdictOf } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { valueOrReason } from "./cells.ts";
import { badge, html, type Section, table } from "./html.ts";
import { decimalsOf, isGreaterBetter, metricName, percent } from "./words.ts";

const tones = { better: ["good", "better"], worse: ["bad", "worse"], "no-evidence": ["plain", "no evidence"] } as const;

/** What class weights or left-out negatives did to the model; null where training saw all rows alike. */
export function reweightingSection({ evaluation }: RunReport): Section | null {
  const { reweighting } = evaluation;
  if (reweighting === undefined) return null;
  const rows = reweighting.metrics.map(({ metric, with: own, without, difference }) => {
    const isCost = metric === "costPer1000";
    const [tone, text] = tones[verdictOf(difference, !isCost && isGreaterBetter(metric))];
    const decimals = decimalsOf([own, without]);
    return html`<tr><th scope="row">${isCost ? "Cost per 1,000 rows" : metricName(metric)} ${badge(tone, text)}</th>
      <td class="n">${valueOrReason(own, decimals)}</td><td class="n">${valueOrReason(without, decimals)}</td>
      <td class="n">${(difference.value ?? 0) > 0 && "+"}${valueOrReason(difference)}</td></tr>`;
  });
  const shares = reweighting.shares.map(
    ({ name, observed, with: own, without }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${percent(observed)}</td><td class="n">${percent(own)}</td><td class="n">${percent(without)}</td></tr>`,
  );
  return {
    id: "class-weights",
    title: "Class weights",
    lead: `In training ${reweighting.says}. ${reweighting.sentence}`,
    body: html`${table("What the weights did", ["On test rows", ["With", "n"], ["Without", "n"], ["Difference", "n"]], rows)}
      <h3>Probabilities stay honest</h3>
      ${table("Mean probabilities", ["Class", ["Share of the rows", "n"], ["Mean with", "n"], ["Mean without", "n"]], shares)}
      <p class="dim">Both models are the same configuration, fitted, calibrated and given a threshold in the same way. What weights do to the probabilities is undone in the model, so that their mean stays that of the rows.</p>`,
  };
}
