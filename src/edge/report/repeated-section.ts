import type { Evaluation, RepeatedEstimate } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { axis, scaleOf, valueOrReason, whisker } from "./cells.ts";
import { badge, type Html, html, type Section, table } from "./html.ts";
import { count, decimalsOf, fixed, measured, metricName, number, percent, signed, withMetricName } from "./words.ts";

const tones = { better: ["good", "better"], worse: ["bad", "worse"], "no-evidence": ["warn", "no evidence"] } as const;

/** What a small table can tell, and what it cannot; null where the test part is large enough. */
export function repeatedSection({ evaluation }: RunReport): Section | null {
  const { repeated, notRepeated, primary } = evaluation;
  const title = "What the data cannot tell";
  if (repeated === undefined) {
    if (notRepeated === undefined) return null;
    const body = html`<p>${alone(evaluation)}</p>`;
    return {
      id: "repeated",
      title,
      lead: `The table is small, and its quality was not measured on other parts of it: ${notRepeated}.`,
      body,
    };
  }
  const { because, says, nResamples, nPlanned, nTrain, nTest, value, comparisons, choice, curve } = repeated;
  return {
    id: "repeated",
    title,
    lead: `The table is small: ${because}. So the whole procedure was carried out again on other parts of the rows.`,
    body: html`
      <p>${count(nResamples, "resample")} (${says}${nResamples < nPlanned && `; ${nPlanned - nResamples} more were planned, but time ran out`}), each trained on ${fixed(nTrain, 0)} rows and measured on ${fixed(nTest, 0)} others.
      ${metricName(primary)} is <strong>${measured(value)}</strong> for models made this way from so many rows. ${width(value)}</p>
      ${comparisonTable(repeated, primary)}
      ${comparisons.map(({ sentence }) => html`<p>${withMetricName(sentence, primary)}</p>`)}
      <h3>The test part alone</h3><p>${alone(evaluation)}</p>
      <h3>The choice of the configuration</h3><p>${choice.sentence}</p>
      ${choice.frequencies.length > 1 && choices(repeated)}
      <h3>More rows</h3>${
        curve === null
          ? html`<p>It was not tried on fewer rows: ${nResamples < nPlanned ? "time ran out" : "there are too few"}.</p>`
          : html`<p>${withMetricName(curve.sentence, primary)}</p>${curveTable(curve, primary)}`
      }
      <p class="dim">Resamples share rows, so their plain variance is too small; intervals and tests are those of the corrected resampled t-test (Nadeau & Bengio 2003). Columns that were left out as leaks are left out of every resample: that decision saw all training rows.</p>`,
  };
}

function width({ value, low, high }: RepeatedEstimate["value"]): string {
  if (value === null || low === null || high === null) return "";
  return `Read in plain words: the true value may as well be ${number(low)} as ${number(high)}.`;
}

function comparisonTable({ comparisons, value }: RepeatedEstimate, primary: string): Html {
  const scale = scaleOf(
    comparisons.map(({ difference }) => difference),
    [0],
  );
  return table(
    "Comparisons over the resamples",
    [
      `${metricName(primary)} of this procedure minus`,
      [axis(scale), "plot"],
      ["Difference", "n"],
      ["p", "n"],
      ["Smallest difference that would be seen", "n"],
    ],
    comparisons.map(({ reference, value: theirs, difference, pValue, detectable, verdict }) => {
      const [tone, text] = tones[verdict];
      const decimals = decimalsOf([value, theirs]);
      return html`<tr><th scope="row">${reference} ${badge(tone, text)}<span class="params">${measured(theirs, decimals)}</span></th>
        <td class="plot">${whisker(difference, scale, { tone: verdict === "worse" ? "bad" : "strong", reference: 0 })}</td>
        <td class="n">${(difference.value ?? 0) > 0 && "+"}${valueOrReason(difference)}</td>
        <td class="n">${pValue === null ? "—" : pValue < 0.001 ? "<\u00a00.001" : fixed(pValue, 3)}</td>
        <td class="n">${detectable > 0 ? number(detectable) : "—"}</td></tr>`;
    }),
  );
}

/** What differences the test part by itself could have shown: 2.8 standard errors are seen in 4 of 5 cases. */
function alone({ comparisons, primary, nTest }: Evaluation): string {
  const { difference } = comparisons[0] ?? {};
  if (!difference || difference.low === null || difference.high === null)
    return `The ${count(nTest, "test row")} give no interval of the difference to the baseline.`;
  const seen = (2.8 * (difference.high - difference.low)) / (2 * 1.96);
  return `On its ${count(nTest, "row")} the difference to the baseline is ${signed(difference)}; a true difference in ${metricName(primary)} below about ${number(seen)} would be missed there in more than one of five cases.`;
}

function choices({ choice: { frequencies }, nResamples }: RepeatedEstimate): Html {
  return table(
    "Configurations chosen",
    ["Configuration", ["Resamples that chose it", "n"], ["Share", "n"]],
    frequencies
      .slice(0, 12)
      .map(
        ({ name, n }) =>
          html`<tr><th scope="row">${name}</th><td class="n">${n}</td><td class="n">${percent(n / nResamples, 0)}</td></tr>`,
      ),
  );
}

function curveTable({ points }: NonNullable<RepeatedEstimate["curve"]>, primary: string): Html {
  const values = points.map(({ value }) => value);
  const scale = scaleOf(values);
  return table(
    "Learning curve",
    [
      ["Training rows", "n"],
      [axis(scale), "plot"],
      [metricName(primary), "n"],
    ],
    points.map(
      ({ nRows, value }) =>
        html`<tr><td class="n">${fixed(nRows, 0)}</td><td class="plot">${whisker(value, scale)}</td><td class="n">${valueOrReason(value, decimalsOf(values))}</td></tr>`,
    ),
  );
}
