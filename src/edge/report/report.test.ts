import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { sha256 } from "../../lib/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { escapeText, jsonBlock } from "./html.ts";
import { renderReport } from "./index.ts";
import { sampleReport } from "./sample-report.ts";
import { count, duration, measured, number, percent, signed } from "./words.ts";

const tasks = ["binary", "multiclass", "regression", "ranking"] as const;
const pages = new Map(tasks.map((task) => [task, renderReport(sampleReport(task))]));
const documentOf = (page: string) => parseHTML(page).document;
const idsOf = (page: string) => Array.from(documentOf(page).querySelectorAll("main > section"), ({ id }) => id);

const common = ["verdict", "data", "leakage", "split", "candidates", "metrics"];
const sections = {
  binary: [
    ...common.toSpliced(4, 0, "tuning"),
    ...["curves", "confusion", "calibration", "threshold-cost", "slices", "errors"],
    ...["importance", "explanations", "terms", "fairness"],
    "reproduction",
  ],
  multiclass: [
    ...common,
    ...["repeated", "confusion", "calibration", "threshold-cost", "class-weights", "conformal", "slices", "errors"],
    ...["importance", "explanations", "texts", "reproduction"],
  ],
  regression: [...common, "curves", "conformal", "slices", "errors", "importance", "explanations", "reproduction"],
  ranking: [...common, "lists", "worst-queries", "importance", "explanations", "reproduction"],
};

for (const task of tasks) {
  const page = pages.get(task)!;

  test(`renderReport() draws the sections of a ${task} run, each with its place in the contents`, () => {
    assert.deepEqual(idsOf(page), sections[task]);
    const links = [...documentOf(page).querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
    assert.deepEqual(
      links,
      sections[task].map((id) => `#${id}`),
    );
  });

  test(`renderReport() of a ${task} run loads nothing and stays small`, () => {
    const withoutNamespaces = page.replaceAll("http://www.w3.org/", "");
    assert.doesNotMatch(withoutNamespaces, /https?:\/\//);
    assert.doesNotMatch(page, /\ssrc=|@import|url\(|<link|<iframe|<object/);
    for (const link of documentOf(page).querySelectorAll("[href]")) assert.match(link.getAttribute("href")!, /^#/);
    assert.ok(page.length < 1_000_000, `${page.length} characters`);
  });

  test(`renderReport() of a ${task} run keeps to its content policy: no inline style or handler, hashes that fit`, () => {
    const document = documentOf(page);
    const policy = document.querySelector("meta[http-equiv]")!.getAttribute("content")!;
    assert.match(policy, /^default-src 'none';/);
    for (const name of ["style", "script:not([type])"]) {
      const [element, ...more] = document.querySelectorAll(name);
      assert.equal(more.length, 0);
      const digest = Buffer.from(sha256(element!.textContent!), "hex").toString("base64");
      assert.ok(policy.includes(`'sha256-${digest}'`), name);
    }
    for (const element of document.querySelectorAll("*"))
      for (const name of element.getAttributeNames()) assert.doesNotMatch(name, /^(style|on.*)$/);
  });

  test(`renderReport() of a ${task} run has unique ids and no value that failed to print`, () => {
    const document = documentOf(page);
    const ids = Array.from(document.querySelectorAll("[id]"), ({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const prose of document.querySelectorAll("script, .terms")) prose.remove();
    assert.doesNotMatch(document.querySelector("main")!.textContent!, /NaN|Infinity|\[object|undefined(?!:)/);
    assert.doesNotMatch(document.querySelector("main")!.innerHTML, /NaN|Infinity|="undefined"/);
  });
}

test("renderReport() draws what a model learned of texts: telling terms, what is not read, a learning curve", () => {
  const section = documentOf(pages.get("multiclass")!).querySelector("#texts")!;
  const text = section.textContent!;
  assert.match(text, /message \(words\): 1,200 terms and message \(characters\): 8,043 terms/);
  assert.match(text, /Of 3 test rows the model knows no term of message/);
  assert.match(text, /“charged <twice>” 0.83/);
  assert.deepEqual(
    Array.from(
      section.querySelectorAll("table:last-of-type tbody td:first-child"),
      (cell) => (cell as { textContent: string }).textContent,
    ),
    ["125", "1,000"],
  );
});

test("renderReport() draws the terms of an additive model: a curve, levels, a table, and what missing adds", () => {
  const section = documentOf(pages.get("binary")!).querySelector("#terms")!;
  assert.equal(section.querySelectorAll("figure svg.plot").length, 3);
  assert.match(section.textContent!, /Missing \(2\.0\s% of the rows\): \+0\.050/);
  assert.equal(section.querySelectorAll("tbody tr").length, 4);
  const drawn = (part: number) => section.querySelectorAll("figure svg.plot")[part]!;
  assert.equal(drawn(0).querySelectorAll("[fill-opacity='0.16']").length, 1, "the band");
  assert.equal(drawn(1).querySelectorAll("circle").length, 2);
  assert.equal(drawn(2).querySelectorAll("rect").length, 5, "four cells and the frame");
});

test("renderReport() draws coverage by segment, flags what is covered less than promised, and says what time does to the promise", () => {
  const section = documentOf(pages.get("regression")!).querySelector("#conformal")!;
  assert.match(section.textContent!, /90\.6\s% lie in their interval; 90\.0\s% are promised/);
  assert.match(section.textContent!, /1 segment is covered less than promised/);
  assert.match(section.textContent!, /region: every other value\s*too few rows for a threshold/);
  assert.equal(section.querySelectorAll("figure svg [stroke-dasharray]").length, 0, "no line at 0 among widths");
  assert.match(section.textContent!, /1 group has too few rows for a threshold at 90\.0\s%: region: every other value/);
  assert.match(section.textContent!, /rows that could come in any order. In time they cannot/);
  assert.equal(section.querySelectorAll(".badge.bad").length, 1);
  assert.equal(section.querySelectorAll("figure svg.plot").length, 1);
  const caveats = documentOf(pages.get("regression")!).querySelector("#verdict")!.textContent!;
  assert.match(caveats, /intervals hold the truth in 81\.0\s% of the rows of “highest fifth”/);
  assert.match(
    documentOf(pages.get("multiclass")!).querySelector("#conformal")!.textContent!,
    /95 of 100 samples give/,
  );
});

test("renderReport() says what a small table cannot tell: intervals, smallest differences, the choice, more rows", () => {
  const document = documentOf(pages.get("multiclass")!);
  const section = document.querySelector("#repeated")!;
  assert.match(section.textContent!, /The table is small: the test part has 73 rows/);
  assert.match(section.textContent!, /37 resamples \(.*13 more were planned, but time ran out\)/);
  assert.match(section.textContent!, /the true value may as well be 0\.45 as 0\.57/);
  assert.match(section.textContent!, /<\s0\.001/);
  assert.match(section.textContent!, /would be missed there in more than one of five cases/);
  assert.equal(section.querySelectorAll("table").length, 3);
  const verdict = document.querySelector("#verdict")!.textContent!;
  assert.match(verdict, /Over 37 resamples of a small table it reaches Log loss 0\.51/);
  assert.match(verdict, /chooses boosted trees in 16 of 37 cases/, "a choice that other parts do not make is a caveat");
  const report = sampleReport("regression");
  const timed = renderReport({
    ...report,
    evaluation: { ...report.evaluation, notRepeated: "rows follow each other in time" },
  });
  assert.match(
    documentOf(timed).querySelector("#repeated")!.textContent!,
    /was not measured on other parts of it: rows follow/,
  );
});

test("renderReport() says whether the level of probabilities is right", () => {
  const report = sampleReport("binary");
  const saidOf = (predicted: number, fits: boolean) => {
    const observed = { value: 0.25, low: 0.2, high: 0.3, n: 300 };
    const calibration = { ...report.evaluation.calibration!, inTheLarge: { predicted, observed, fits } };
    const page = renderReport({ ...report, evaluation: { ...report.evaluation, calibration } });
    return documentOf(page).querySelector("#calibration")!.textContent!;
  };
  assert.match(
    saidOf(0.26, true),
    /On average 26\.0\s% is predicted; 25\.0\s% of the test rows are .*the level is right/,
  );
  assert.match(saidOf(0.5, false), /the level is off/);
});

test("renderReport() says how to serve a plain linear model where the search does worse than one", () => {
  const report = sampleReport("multiclass");
  const { repeated } = report.evaluation;
  const comparisons = repeated!.comparisons.map((one) =>
    one.reference === "the baseline"
      ? one
      : { ...one, verdict: "worse" as const, sentence: "Worse than a linear model: logLoss is higher by 0.1." },
  );
  const page = renderReport({
    ...report,
    evaluation: { ...report.evaluation, repeated: { ...repeated!, comparisons } },
  });
  const verdict = documentOf(page).querySelector("#verdict")!.textContent!;
  assert.match(
    verdict,
    /Worse than a linear model: Log loss is higher by 0\.1\. Serve that one instead: search: \{ families/,
  );
  const before = documentOf(pages.get("multiclass")!).querySelector("#verdict")!.textContent!;
  assert.doesNotMatch(before, /Serve that one instead/);
});

test("renderReport() says what decisions cost, what weights did, and what chance reaches", () => {
  const document = documentOf(pages.get("multiclass")!);
  assert.match(document.querySelector("#threshold-cost")!.textContent!, /costs 310 \(280–340\) per 1,000 rows/);
  const weights = document.querySelector("#class-weights")!;
  assert.match(weights.textContent!, /In training each class weighs the same in sum/);
  assert.equal(weights.querySelectorAll(".badge.good").length, 1, "a lower cost is better");
  assert.equal(weights.querySelectorAll(".badge.plain").length, 1);
  assert.match(documentOf(pages.get("binary")!).querySelector("#metrics")!.textContent!, /PR AUC[^A-Z]*chance \d/);
});

test("renderReport() says the verdict first, with the interval", () => {
  const statement = documentOf(pages.get("binary")!).querySelector("#verdict .statement")!.textContent!;
  assert.match(
    statement,
    /^Better than the baseline\. On 9,769 test rows it reaches ROC AUC 0\.\d{3} \(0\.\d{3}–0\.\d{3}\)/,
  );
  assert.match(statement, /higher by 0\.\d{3} \(.*\)\.\s+It passed all 2 gates\./);
});

test("renderReport() says that a model is worse, or that nothing can be said", () => {
  const report = sampleReport("regression");
  const statement = (changed: RunReport) =>
    documentOf(renderReport(changed)).querySelector("#verdict .statement")!.textContent!;
  const [comparison] = report.evaluation.comparisons;
  const verdicts = [
    { verdict: "worse", starts: "Worse than the baseline." },
    { verdict: "no-evidence", starts: "There is no evidence that it beats the baseline." },
  ] as const;
  for (const { verdict, starts } of verdicts) {
    const evaluation = { ...report.evaluation, comparisons: [{ ...comparison!, verdict }] };
    assert.ok(statement({ ...report, evaluation }).startsWith(starts));
  }
  const rmse = { value: null, low: null, high: null, n: 0, reason: "there is no test row" };
  const evaluation = { ...report.evaluation, metrics: { ...report.evaluation.metrics, rmse } };
  assert.match(
    statement({ ...report, evaluation }),
    /Nothing can be said .* RMSE is undefined: there is no test row\./,
  );
});

test("renderReport() shows the reason of an undefined metric", () => {
  const page = pages.get("binary")!;
  assert.match(page, /undefined: no row is decided positive/);
  assert.match(page, /undefined: the group has no positive row/);
});

test("renderReport() escapes names and values that come from data", () => {
  const attack = `<script>alert("1")</script><img src=x onerror='alert(2)'>`;
  const renamed = JSON.parse(
    JSON.stringify(sampleReport("binary"))
      .replaceAll('"age"', JSON.stringify(attack))
      .replaceAll('">50K"', JSON.stringify(attack)),
  ) as RunReport;
  const hostile: RunReport = {
    ...renamed,
    model: attack,
    problem: { column: attack, says: attack, classes: ["</title>", attack] },
    environment: { [attack]: attack },
    reproduce: attack,
    gates: [{ name: attack, passed: false, message: attack }],
    candidates: renamed.candidates.map((candidate) => ({ ...candidate, name: attack, params: { [attack]: attack } })),
  };
  const page = renderReport(hostile);
  const document = documentOf(page);
  assert.ok(page.includes(escapeText(attack)));
  assert.equal(document.querySelectorAll("img").length, 0);
  assert.equal(document.querySelectorAll("script").length, 2);
  assert.equal(document.querySelectorAll("title").length, 1);
  assert.doesNotMatch(page, /<script>alert/);
  assert.deepEqual(idsOf(page), sections.binary);
});

test("jsonBlock() holds a closing tag without being closed by it", () => {
  const value = { text: "</script><script>alert(1)</script>\u2028" };
  const { text } = jsonBlock("data", value);
  assert.equal(text.match(/<\/script>/g)?.length, 1);
  assert.deepEqual(JSON.parse(documentOf(text).querySelector("script")!.textContent!), value);
});

test("renderReport() never shows the values of a column that may hold personal data", () => {
  const report = sampleReport("binary");
  const secret = "ada@example.org";
  const columns = report.data.columns.map((column) =>
    column.name === "email" ? { ...column, levels: [{ value: secret, count: 3 }] } : column,
  );
  const worst = report.evaluation.errors.worst.map((row) => ({ ...row, cells: { ...row.cells, email: secret } }));
  const evaluation = { ...report.evaluation, errors: { ...report.evaluation.errors, worst } };
  const page = renderReport({ ...report, evaluation, data: { ...report.data, columns } });
  assert.ok(!page.includes(secret));
  assert.match(page, /personal data: email/);
});

test("renderReport() has every element that the explorer's script asks for, filled in without the script", () => {
  const page = pages.get("binary")!;
  const document = documentOf(page);
  const script = document.querySelector("script:not([type])")!.textContent!;
  const asked = Array.from(script.matchAll(/\bat\("([\w-]+)"\)/g), ([, id]) => id!);
  for (const id of [...asked, "threshold-data", "c-tp", "c-fp", "c-tn", "c-fn"])
    assert.ok(document.getElementById(id), id);
  for (const id of ["c-tp", "c-precision", "c-cost", "c-best", "threshold-value"])
    assert.match(document.getElementById(id)!.textContent!, /\d/);
  const { curve, start } = JSON.parse(document.getElementById("threshold-data")!.textContent!);
  assert.equal(curve.length, 101);
  assert.equal(start, 0.17);
});

test("renderReport() stays under 1 MB for a table of 3,000 columns and drops what has no content", () => {
  const report = sampleReport("regression");
  const [column] = report.data.columns;
  const [importance] = report.evaluation.importance;
  const wide = Array.from({ length: 3000 }, (_, k) => `column ${k}`);
  const page = renderReport({
    ...report,
    data: { ...report.data, nColumns: 3000, columns: wide.map((name) => ({ ...column!, name })), violations: [] },
    features: wide.map((name) => ({ name, from: name, says: "as it is" })),
    candidates: [],
    gates: [],
    evaluation: {
      ...report.evaluation,
      curves: {},
      importance: wide.map((name) => ({ ...importance!, column: name })),
      errors: { worst: [], shared: [] },
      comparisons: [],
    },
  });
  assert.ok(page.length < 1_000_000, `${page.length} characters`);
  assert.match(page, /<summary>160 more columns<\/summary>/);
  assert.deepEqual(
    idsOf(page),
    sections.regression.filter((id) => id !== "curves" && id !== "candidates"),
  );
});

test("renderReport() says why a model is not explained", () => {
  const page = renderReport({ ...sampleReport("binary"), explanations: { reason: "it keeps no <means>" } });
  assert.match(page, /This model is not explained: it keeps no &lt;means&gt;\./);
});

test("renderReport() gives each explained row its greatest contributions, largest first, and the rest", () => {
  const text = documentOf(pages.get("binary")!).querySelector("#explanations")!.textContent!;
  assert.match(text, /age/);
  assert.match(text, /log-odds/);
});

test("numbers read well", () => {
  const value = (value: number | null, low: number | null, high: number | null) => ({ value, low, high, n: 9 });
  const cases = [
    [measured(value(0.9121, 0.9049, 0.9188)), "0.912 (0.905–0.919)"],
    [measured(value(48_321.4, 47_912, 48_730)), "48,321 (47,912–48,730)"],
    [measured(value(0.5, 0.5, 0.5)), "0.500"],
    [measured(value(0.25, null, null)), "0.250"],
    [measured({ ...value(null, null, null), reason: "one class only" }), "undefined: one class only"],
    [measured(value(-0.01, -0.021, 0.001)), "−0.010 (−0.021 to 0.001)"],
    [signed(value(0.021, 0.013, 0.029)), "+0.021 (0.013–0.029)"],
    [number(null), "—"],
    [number(Number.NaN), "—"],
    [number(41.2), "41.2"],
    [number(0.00012), "0.00012"],
    [percent(0.00004), "<\u00a00.1\u00a0%"],
    [percent(1), "100\u00a0%"],
    [count(1, "row"), "1 row"],
    [duration(0.0382), "38 ms"],
    [duration(75.4), "1 min 15 s"],
  ];
  for (const [got, wanted] of cases) assert.equal(got, wanted);
});

test("renderReport() speaks of copied rows as rows, not as of a column that the model uses", () => {
  const report = sampleReport("binary");
  const copies = { ...report.leakage.findings[1]!, columns: [], message: "359 test rows equal a training row" };
  const page = renderReport({ ...report, leakage: { findings: [copies], excluded: [], pretended: null } });
  const verdict = documentOf(page).querySelector("#verdict")!.textContent!;
  assert.match(verdict, /359 test rows equal a training row\./);
  assert.doesNotMatch(verdict, /The model uses/);
});
