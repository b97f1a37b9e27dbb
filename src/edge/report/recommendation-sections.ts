import type { RecommendationEvaluation, Slice } from "../../platform/evaluation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { axis, type Scale, scaleOf, shareBar, valueOrReason, whisker } from "./cells.ts";
import { badge, facts, type Html, html, type Section, sentences, table } from "./html.ts";
import { activityPlot, lengthPlot, longTailPlot, timelinePlot } from "./recommendation-plots.ts";
import { count, decimalsOf, fixed, metricName, percent, shorten } from "./words.ts";

const partOf = (report: RunReport): RecommendationEvaluation => report.evaluation.recommendation!;

/** Who did what: users, items, how thin the table between them is, and how much of it the most popular items have. */
export function eventsSection(report: RunReport): Section {
  const { trained, activity, longTail, columns } = partOf(report);
  const { nUsers, nItems, nInteractions } = trained;
  return {
    id: "events",
    title: "Users and items",
    lead: html`What the model was trained on: the training and validation part. <code>${columns.user}</code> are the users, <code>${columns.item}</code> the items.`,
    body: html`
      ${facts([
        ["Users", fixed(nUsers, 0)],
        ["Items", fixed(nItems, 0)],
        ["Pairs of both", fixed(nInteractions, 0)],
        ["Share of all possible pairs", percent(nInteractions / (nUsers * nItems), 2)],
        ["Items per user, mean", fixed(nInteractions / nUsers, 1)],
      ])}
      <div class="figures">
        <figure>${longTailPlot(longTail)}<figcaption>The long tail: share of all interactions that the most frequent items have (thin line), share of all places in the lists of the model (<span class="low">blue</span>) and of popularity (dashed).</figcaption></figure>
        <figure>${activityPlot(activity)}<figcaption>Users by the number of items in their history.</figcaption></figure>
      </div>`,
  };
}

/** How events were parted, over time where there is one, and who is new in the test. */
export function eventSplitSection(report: RunReport): Section {
  const { split } = report;
  const { timeline, test } = partOf(report);
  const total = split.parts.reduce((sum, { n }) => sum + n, 0);
  const shares = split.parts.map(({ n }) => n / Math.max(1, total));
  const rows = split.parts.map(
    ({ name, n }, i) => html`<tr><th scope="row"><span class="key part${i}"></span>${name}</th>
      <td class="n">${fixed(n, 0)}</td><td class="n">${percent(shares[i]!)}</td></tr>`,
  );
  return {
    id: "split",
    title: "Split",
    lead: `How events were parted: ${split.says}.`,
    body: html`
      ${shareBar(shares, split.parts.map(({ name }, i) => `${name} ${percent(shares[i]!)}`).join(", "))}
      ${table("Parts", ["Part", ["Events", "n"], ["Share", "n"]], rows)}
      ${timeline && html`<figure class="wide">${timelinePlot(timeline)}<figcaption>Events over time, in the colours of the parts.</figcaption></figure>`}
      ${facts([
        ["Users in the test part", fixed(test.nUsers, 0)],
        ["of them new", share(test.nNewUsers, test.nUsers)],
        ["Measured", fixed(test.nMeasured, 0)],
        ["Pairs they wanted", fixed(test.nWanted, 0)],
        ["of new items", share(test.nNewItems, test.nWanted)],
        ["Repeats of their history", fixed(test.nRepeats, 0)],
      ])}
      <p>${
        split.testEvaluations > 1
          ? html`These test events have been evaluated <strong>${fixed(split.testEvaluations, 0)} times</strong>, this run included. Each look makes the test result a little more flattering.`
          : "These test events were evaluated once, by this run."
      }</p>
      ${sentences(split.notes)}`,
  };
}

const share = (n: number, of: number) => html`${fixed(n, 0)} <span class="dim">${percent(n / Math.max(1, of))}</span>`;

/** Recall and NDCG by the length of the list. */
export function lengthSection(report: RunReport): Section {
  const { byLength } = partOf(report);
  const rows = byLength.map(
    ({ at, recall, ndcg, baselineRecall, baselineNdcg }) => html`<tr><th scope="row">${fixed(at, 0)}</th>
      <td class="n">${valueOrReason(recall)}</td><td class="n dim">${valueOrReason(baselineRecall)}</td>
      <td class="n">${valueOrReason(ndcg)}</td><td class="n dim">${valueOrReason(baselineNdcg)}</td></tr>`,
  );
  return {
    id: "lengths",
    title: "Lengths of lists",
    lead: "How much of what a user wanted stands in a list of so many items (recall), and how far up (NDCG).",
    body: html`
      <div class="figures">
        <figure>${lengthPlot(
          "Recall",
          byLength.map(({ at, recall, baselineRecall }) => ({ at, value: recall, baseline: baselineRecall })),
        )}<figcaption>Recall of the model with its 95\u00a0% interval, and of popularity (dashed).</figcaption></figure>
        <figure>${lengthPlot(
          "NDCG",
          byLength.map(({ at, ndcg, baselineNdcg }) => ({ at, value: ndcg, baseline: baselineNdcg })),
        )}<figcaption>NDCG of the model with its 95\u00a0% interval, and of popularity (dashed).</figcaption></figure>
      </div>
      <details><summary>The numbers</summary>${table(
        "Metrics by the length of the list",
        ["Items", ["Recall", "n"], ["of popularity", "n"], ["NDCG", "n"], ["of popularity", "n"]],
        rows,
      )}</details>`,
  };
}

/** Parts of the users, and of what they wanted, with a quality of their own. */
export function userSlicesSection({ evaluation }: RunReport): Section {
  const { slices, primary, metrics } = evaluation;
  const weak = slices.filter((slice) => slice.weak).length;
  const groups = [...Map.groupBy(slices, ({ metric }) => metric)].sort(
    ([a], [b]) => Number(b === primary) - Number(a === primary),
  );
  return {
    id: "slices",
    title: "Slices",
    lead: `${weak === 0 ? "No group of users is" : `${count(weak, "group")} of users ${weak === 1 ? "is" : "are"}`} served worse than the others beyond chance; higher is better.`,
    body: groups.map(([metric, own], at) => {
      const scale = scaleOf(own.map(({ value }) => value));
      const decimals = decimalsOf(own.map(({ value }) => value));
      const isOfItems = own.every(({ conditions }) => conditions[0]?.column === "item");
      return html`${at > 0 && html`<h3>${isOfItems ? "What is wanted" : metricName(metric)}</h3>`}
        ${table(
          isOfItems ? "Head and tail" : "Groups of users",
          [
            isOfItems ? "Part" : "Group",
            ["Users", "n"],
            [axis(scale), "plot"],
            [metricName(metric), "n"],
            [isOfItems ? "Against the other part" : "Against the others", "n"],
          ],
          own.map((slice) => sliceRow(slice, scale, decimals, metrics[metric]?.value ?? null)),
        )}`;
    }),
  };
}

function sliceRow(slice: Slice, scale: Scale, decimals: number, reference: number | null): Html {
  const { name, n, value, difference, weak } = slice;
  return html`<tr><th scope="row">${name} ${weak && badge("bad", "weak")}</th>
    <td class="n">${fixed(n, 0)}</td>
    <td class="plot">${whisker(value, scale, { tone: weak ? "bad" : "plain", reference })}</td>
    <td class="n">${valueOrReason(value, decimals)}</td>
    <td class="n">${(difference.value ?? 0) > 0 && "+"}${valueOrReason(difference, decimals)}</td></tr>`;
}

/** Lists of some users, who go by letters. */
export function examplesSection(report: RunReport): Section | null {
  const { examples } = partOf(report);
  if (examples.length === 0) return null;
  const nPlaces = Math.max(...examples.map(({ items }) => items.length));
  const rows = Array.from({ length: nPlaces }, (_, place) => {
    const cells = examples.map(({ items }) => {
      const listed = items[place];
      if (listed === undefined) return html`<td></td>`;
      const name = html`<code>${shorten(listed.item, 40)}</code>`;
      return listed.isHit ? html`<td>${name} ${badge("good", "wanted")}</td>` : html`<td class="dim">${name}</td>`;
    });
    return html`<tr><th scope="row">${place + 1}</th>${cells}</tr>`;
  });
  return {
    id: "examples",
    title: "Some lists",
    lead: "Users drawn at random, who go by letters. Marked is what they took up in the test part.",
    body: table(
      "Lists of some users",
      [
        "Place",
        ...examples.map(
          ({ user, nHistory, nWanted }) =>
            [
              html`User ${user}<br><span class="dim">${count(nHistory, "item")} before, ${fixed(nWanted, 0)} wanted</span>`,
              "",
            ] as const,
        ),
      ],
      rows,
    ),
  };
}
