import type { ForecastEvaluation, ForecastPicture, SeriesAccount } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { shareBar, valueOrReason } from "./cells.ts";
import { coveragePlot, forecastPlot, maseHistogramPlot, originsPlot, stepErrorPlot } from "./forecast-plots.ts";
import { facts, type Html, html, type Section, sentences, table } from "./html.ts";
import { candidatesSection } from "./quality-sections.ts";
import { count, decimalsOf, fixed, metricName, number, percent, shorten } from "./words.ts";

const partOf = (report: RunReport): ForecastEvaluation => report.evaluation.forecast!;

/** What the series are: how many, how long, with which gaps, on which grid. */
export function seriesSection(report: RunReport): Section {
  const { account, frequency, period, isNumber, columns } = partOf(report);
  const { nSeries, nTested, nSteps, nGaps, lengths } = account;
  const [least, median, most] = lengths;
  const of = columns.series === null ? "" : html`, one per <code>${columns.series}</code>`;
  return {
    id: "series",
    title: "Series",
    lead: html`<code>${columns.value}</code> along <code>${columns.time}</code>: ${fixed(nSeries, 0)} series${of}, a value every ${isNumber ? `step of ${frequency}` : frequency.replace(/^one /, "")}.`,
    body: html`
      ${facts([
        ["Series", fixed(nSeries, 0)],
        ["with a test", fixed(nTested, 0)],
        ["Steps", fixed(nSteps, 0)],
        [
          "without a value",
          nGaps === 0 ? "none" : html`${fixed(nGaps, 0)} <span class="dim">${percent(nGaps / nSteps)}</span>`,
        ],
        [
          "Length",
          least === most ? fixed(least, 0) : `${fixed(least, 0)} to ${fixed(most, 0)}, median ${fixed(median, 0)}`,
        ],
        ["Season", period === 1 ? "none" : count(period, "step")],
        ["Time", `${shownAt(account.from, isNumber)} to ${shownAt(account.to, isNumber)}`],
      ])}
      ${nSeries > 1 && html`<details><summary>${nSeries > account.series.length ? `The first ${account.series.length} series` : "The series"}</summary>${seriesTable(account, isNumber)}</details>`}`,
  };
}

function seriesTable({ series }: SeriesAccount, isNumber: boolean): Html {
  const rows = series.map(
    ({
      name,
      n,
      from,
      to,
      nGaps,
      mean,
      mase,
      baselineMase,
      reason,
    }) => html`<tr><th scope="row">${shorten(name, 40)}</th>
      <td class="n">${fixed(n, 0)}</td><td class="n">${nGaps === 0 ? html`<span class="dim">0</span>` : fixed(nGaps, 0)}</td>
      <td class="n">${shownAt(from, isNumber)}</td><td class="n">${shownAt(to, isNumber)}</td><td class="n">${number(mean)}</td>
      <td class="n">${mase === null ? html`<span class="reason">undefined: ${reason ?? ""}</span>` : fixed(mase, 3)}</td>
      <td class="n dim">${baselineMase === null ? "—" : fixed(baselineMase, 3)}</td></tr>`,
  );
  return table(
    "Series",
    [
      "Series",
      ["Steps", "n"],
      ["Gaps", "n"],
      ["From", "n"],
      ["To", "n"],
      ["Mean", "n"],
      ["Test MASE", "n"],
      ["Baseline", "n"],
    ],
    rows,
  );
}

function shownAt(at: number, isNumber: boolean): string {
  if (isNumber) return number(at);
  const iso = new Date(at).toISOString();
  return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

/** Where the series were cut. */
export function originSplitSection({ split }: RunReport): Section {
  const { parts, says, notes, testEvaluations } = split;
  const total = parts.reduce((sum, { n }) => sum + n, 0);
  const shares = parts.map(({ n }) => n / Math.max(1, total));
  const rows = parts.map(
    ({ name, n, targetMean }, i) => html`<tr><th scope="row"><span class="key part${i % 4}"></span>${name}</th>
      <td class="n">${fixed(n, 0)}</td><td class="n">${percent(shares[i]!)}</td><td class="n">${number(targetMean)}</td></tr>`,
  );
  return {
    id: "split",
    title: "Split",
    lead: `How the past was parted from the future: ${says}.`,
    body: html`
      ${shareBar(shares, parts.map(({ name }, i) => `${name} ${percent(shares[i]!)}`).join(", "))}
      ${table("Parts", ["Part", ["Steps", "n"], ["Share", "n"], ["Mean value", "n"]], rows)}
      <p>Every forecast knows what came before its origin and nothing else; methods are fitted anew at each. What was measured on the test had its
      parameters from before it; the model that is served has the same ones, its state moved on to the last value.</p>
      <p>${
        testEvaluations > 1
          ? html`This test has been evaluated <strong>${fixed(testEvaluations, 0)} times</strong>, this run included. Each look makes the test result a little more flattering.`
          : "This test was evaluated once, by this run."
      }</p>
      ${sentences(notes)}`,
  };
}

/** Everything that was tried, and how it did from each origin. */
export function forecastCandidatesSection(report: RunReport): Section | null {
  const section = candidatesSection(report);
  const { origins } = partOf(report);
  if (section === null) return null;
  const chosen = report.candidates.find((candidate) => candidate.chosen)?.name;
  const metric = metricName(report.evaluation.primary);
  return {
    ...section,
    body: html`${section.body}
      <figure class="wide">${originsPlot(origins, chosen, metric)}<figcaption>${metric} of every method from each origin, a mean over series; <span class="low">blue</span> is the one chosen.</figcaption></figure>`,
  };
}

const roles = {
  best: "The series that is forecast best",
  median: "The series in the middle",
  worst: "The series that is forecast worst",
  only: "The series",
} as const;

/** Some series with their test forecasts. */
export function picturesSection(report: RunReport): Section {
  const { pictures, isNumber, levels } = partOf(report);
  const shares = levels.map((level) => percent(level, 0)).join(" and ");
  return {
    id: "forecasts",
    title: "Forecasts",
    lead: html`The test: what came (dark, dots), the forecast (<span class="low">blue</span>) with intervals of ${shares}, and the baseline (dashed).`,
    body: pictures.map((picture) => drawn(picture, isNumber)),
  };
}

function drawn(picture: ForecastPicture, isNumber: boolean): Html {
  const { role, series, mase } = picture;
  const name = series === "" ? roles[role] : html`${roles[role]}: <code>${shorten(series, 40)}</code>`;
  return html`<figure class="wide"><h3>${name} <span class="dim">${mase === null ? "MASE undefined" : `MASE ${fixed(mase, 3)}`}</span></h3>
    ${forecastPlot(picture, isNumber)}</figure>`;
}

/** How errors grow with the horizon, and how they differ between series. */
export function horizonSection(report: RunReport): Section {
  const { byStep, maseBySeries, undefinedSeries, account } = partOf(report);
  const { baseline } = report.evaluation;
  const rows = byStep.map(
    ({
      step,
      n,
      error,
      baseline: other,
    }) => html`<tr><th scope="row">${fixed(step, 0)}</th><td class="n">${fixed(n, 0)}</td>
      <td class="n">${error === null ? "—" : fixed(error, 3)}</td><td class="n dim">${other === null ? "—" : fixed(other, 3)}</td></tr>`,
  );
  return {
    id: "horizon",
    title: "Error by step",
    lead: "The mean absolute error of each step ahead, in units of the error that the seasonal naive forecast makes within a series' history.",
    body: html`
      <div class="figures">
        <figure>${stepErrorPlot(byStep)}<figcaption>By step of the horizon: the model, and the baseline “${baseline.name}” (dashed).</figcaption></figure>
        ${maseBySeries && html`<figure>${maseHistogramPlot(maseBySeries)}<figcaption>Series by their MASE: the model (bars) and the baseline (dashed outline). Left of the line at 1 a forecast is better than the naive one within the history.</figcaption></figure>`}
      </div>
      ${sentences(undefinedSeries.map(({ metric, n, reason }) => `${metricName(metric)} is undefined for ${n} of ${account.nTested} series and leaves them out: ${reason}`))}
      <details><summary>The numbers</summary>${table("Error by step", ["Step", ["Values", "n"], ["Model", "n"], [`Baseline: ${baseline.name}`, "n"]], rows)}</details>`,
  };
}

/** Whether the intervals hold as many values as they say. */
export function intervalsSection(report: RunReport): Section {
  const { byStep, levels, coverage, conformal, unit } = partOf(report);
  const decimals = decimalsOf(coverage);
  const rows = levels.map(
    (level, k) => html`<tr><th scope="row">${percent(level, level === Number(level.toFixed(2)) ? 0 : 1)}</th>
      <td class="n">${valueOrReason(coverage[k]!, decimals)}</td><td class="n">${fixed(coverage[k]!.n, 0)}</td></tr>`,
  );
  return {
    id: "intervals",
    title: "Intervals",
    lead: `How many test values lie within their intervals. The widths are split-conformal: quantiles of ${count(conformal.nErrors, "error")} per step, made from earlier origins${unit === "series" ? " of all series, in units of each series' scale" : ""}.`,
    body: html`
      ${table("Coverage", ["Level", ["Test values inside", "n"], ["Values", "n"]], rows)}
      ${sentences(conformal.reason === null ? [] : [`Some intervals cannot be given: ${conformal.reason}.`])}
      <div class="figures">${levels.map((level, k) =>
        byStep.some(({ coverage: own }) => own[k]!.value !== null)
          ? html`<figure>${coveragePlot(byStep, level, k)}<figcaption>${percent(level, 0)} intervals, by step, with binomial 95\u00a0% intervals; the dashed line is what they promise.</figcaption></figure>`
          : null,
      )}</div>
      <p class="dim">The binomial intervals take values for independent. Steps of one series are not: for few series they are narrower than the truth.</p>`,
  };
}
