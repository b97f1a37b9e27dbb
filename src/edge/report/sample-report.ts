import { createRng, type Rng, type Sha256, sha256 } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ColumnProfile } from "../../platform/data/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { sampleEvaluation, sampleProblems } from "./sample-evaluation.ts";
import { sampleExplanations } from "./sample-explanations.ts";
import { sampleTuning } from "./sample-tuning.ts";

/** A run report with plausible values, drawn from a seeded simulation: what the page is tested and looked at with. */
export function sampleReport(task: Task): RunReport {
  const rng = createRng(11);
  const evaluation = sampleEvaluation(task, rng);
  const { primary, metrics, baseline } = evaluation;
  return {
    ...sampleProblems[task],
    version: 3,
    runId: "0198c5e2-7d1a-7c3e-9f00-5a0b6f7d2c11",
    task,
    createdAt: "2026-11-24T11:58:07.000Z",
    fettle: "0.1.0",
    seed: 42,
    data: dataOf(task, rng),
    leakage: task === "binary" ? leakage : { findings: [], excluded: [], pretended: null },
    split: {
      kind: "random",
      says: "random, stratified by the target",
      parts: [
        { name: "train", n: 29_305, targetMean: meanOf[task] },
        { name: "validation", n: 9768, targetMean: meanOf[task] },
        { name: "test", n: evaluation.nTest, targetMean: meanOf[task] },
      ],
      notes: ["52 duplicated rows were kept together in one part."],
      testEvaluations: task === "binary" ? 4 : 1,
    },
    features: sampleColumns.map(({ name }) => ({
      name: `${name}_1`,
      from: name,
      says: "as it is, missing stays missing",
    })),
    candidates: [
      candidate(baseline.name, "baseline", primary, baseline.metrics[primary]!, 0.04),
      candidate("linear", "candidate", primary, shifted(metrics[primary]!, -0.4), 1.83),
      candidate("boosted trees 1", "candidate", primary, shifted(metrics[primary]!, -0.1), 4.2),
      { ...candidate("boosted trees 2", "candidate", primary, metrics[primary]!, 9.7), chosen: true, note: choice },
    ],
    ...(task === "binary" ? { terms: sampleTerms } : {}),
    ...(task === "multiclass" ? { texts: sampleTexts } : {}),
    ...(task === "binary" ? { tuning: sampleTuning() } : {}),
    champion: task === "binary" ? `${sampleProblems[task].model}@2` : null,
    evaluation,
    explanations: sampleExplanations(task),
    gates: [
      { name: "beats-baseline", passed: true, message: evaluation.comparisons[0]!.sentence },
      {
        name: "no-known-leak",
        passed: task !== "multiclass",
        message: "no column with strong evidence of leakage is used",
      },
    ],
    environment: {
      fettle: "0.1.0",
      node: "24.11.1",
      platform: "linux-x64",
      cores: 8,
      gitCommit: sha256("commit").slice(0, 40),
      gitDirty: false,
      lockfile: null,
    },
    reproduce: `fettle verify ${sampleProblems[task].model}@3`,
    seconds: {
      snapshot: 0.61,
      contract: 0.38,
      split: 0.05,
      leakage: 2.2,
      features: 0.8,
      search: 31.4,
      evaluate: 9.1,
      package: 0.2,
    },
  };
}

const sampleTexts: NonNullable<RunReport["texts"]> = {
  blocks: [
    { name: "message (words)", nTerms: 1200 },
    { name: "message (characters)", nTerms: 8043 },
  ],
  unread: [{ column: "message", nRows: 3 }],
  telling: [
    { of: "bill", terms: [{ term: "charged <twice>", contribution: 0.83 }] },
    { of: "delivery", terms: [] },
  ],
  learningCurve: [
    { nRows: 125, value: { value: 0.61, low: 0.55, high: 0.68, n: 300 } },
    { nRows: 1000, value: { value: 0.3, low: 0.25, high: 0.36, n: 300 } },
  ],
};

const sampleTerms: NonNullable<RunReport["terms"]> = [
  {
    name: "age",
    importance: 0.79,
    drawing: {
      axes: [{ kind: "number", name: "age", edges: [22.5, 30.5, 41.5, 60.5] }],
      scores: [[-2.1, -0.8, 0.4, 0.9, -0.2, 0.05]],
      standardErrors: [[0.3, 0.1, 0.05, 0.1, 0.6, 0.2]],
      shares: [0.12, 0.22, 0.31, 0.25, 0.08, 0.02],
    },
  },
  {
    name: "sex",
    importance: 0.36,
    drawing: {
      axes: [{ kind: "category", name: "sex", levels: [["Female"], ["Male"]] }],
      scores: [[-0.58, 0.28, 0]],
      standardErrors: null,
      shares: [0.33, 0.67, 0],
    },
  },
  {
    name: "age × sex",
    importance: 0.06,
    drawing: {
      axes: [
        { kind: "number", name: "age", edges: [40.5] },
        { kind: "category", name: "sex", levels: [["Female"], ["Male"]] },
      ],
      scores: [[0.1, -0.05, 0, -0.2, 0.09, 0, 0, 0, 0]],
      standardErrors: null,
      shares: [0.2, 0.4, 0, 0.13, 0.27, 0, 0, 0, 0],
    },
  },
  { name: "email (words)", importance: 0.01, drawing: null },
];

const choice = "boosted trees 2 has the least loss on validation, and no simpler candidate is level with it.";

const meanOf = { binary: 0.2176, multiclass: null, regression: 187_430, ranking: 0.94 } as const;

const leakage: RunReport["leakage"] = {
  excluded: ["refund_date"],
  pretended: { metric: "rocAuc", withLeak: 0.9914, without: 0.9262 },
  findings: [
    {
      columns: ["refund_date"],
      strength: "strong",
      decision: "excluded",
      metric: "rocAuc",
      scoreWith: 0.9914,
      scoreWithout: 0.9262,
      message:
        '"refund_date" is set in 91.2 % of the rows with the target and 2.2 % of the others (41 times likelier, 95 % interval 34 to 50); predicts the target almost alone (rocAuc 0.945; chance reaches 0.508); has "refund" in its name, which speaks of what comes after: left out',
      evidence: [
        {
          kind: "presence",
          event: "positive",
          likelihoodRatio: 41.2,
          low: 33.9,
          high: 50.1,
          shareWith: 0.912,
          shareWithout: 0.0221,
        },
        { kind: "single-column", score: 0.9449, nullHigh: 0.5081, metric: "rocAuc" },
        { kind: "name", term: "refund" },
      ],
    },
    {
      columns: ["fnlwgt"],
      strength: "suspect",
      decision: "named",
      metric: "rocAuc",
      scoreWith: null,
      scoreWithout: null,
      message:
        '"fnlwgt" numbers the rows, and its order predicts the target: if it is known only after the event, leave it out (--exclude), else confirm it (--keep)',
      evidence: [{ kind: "identifier", distinctShare: 0.968 }],
    },
  ],
};

function candidate(
  name: string,
  role: "baseline" | "candidate",
  metric: string,
  validation: MetricValue,
  seconds: number,
) {
  const params = role === "baseline" ? {} : { learningRate: 0.08, nTrees: 240, maxLeaves: 31, l2: 1 };
  return { name, family: role, role, params, metric, validation, seconds, chosen: false };
}

// The value moved towards worse by a share of its own interval's width, times ten.
function shifted(metric: MetricValue, by: number): MetricValue {
  if (metric.value === null || metric.low === null || metric.high === null) return metric;
  const step = (metric.value < 1 && metric.value > 0.6 ? by : -by) * 10 * (metric.high - metric.low) * 0.5;
  return { ...metric, value: metric.value + step, low: metric.low + step, high: metric.high + step };
}

const sampleColumns: readonly ColumnProfile[] = [
  numbers("age", "integer", 17, 90, 37, [26, 58, 77, 80, 74, 66, 52, 41, 30, 20, 13, 8, 5, 3, 1]),
  category("education", 16, [
    ["HS-grad", 15_784],
    ["Some-college", 10_878],
    ["Bachelors", 8025],
    ["Masters", 2657],
    ["Assoc-voc", 2061],
  ]),
  {
    ...category("occupation", 14, [
      ["Prof-specialty", 6172],
      ["Craft-repair", 6112],
      ["Exec-managerial", 6086],
    ]),
    nMissing: 2809,
  },
  numbers("hours_per_week", "integer", 1, 99, 40, [2, 4, 7, 12, 19, 31, 220, 48, 40, 24, 11, 6, 3, 2, 1]),
  numbers("capital_gain", "number", 0, 99_999, 0, [400, 12, 9, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3]),
  category("sex", 2, [
    ["Male", 32_650],
    ["Female", 16_192],
  ]),
  numbers(
    "signed_up",
    "instant",
    Date.UTC(2023, 0, 3),
    Date.UTC(2026, 8, 30),
    Date.UTC(2025, 1, 2),
    [4, 5, 7, 9, 8, 11, 14, 13, 15, 18, 21, 20, 24],
  ),
  numbers("fnlwgt", "integer", 12_285, 1_490_400, 178_144, [90, 220, 190, 110, 44, 18, 8, 3, 2, 1]),
  { ...category("email", 48_120, []), type: "text", personalData: "email", levels: null },
];

function profile(name: string, type: ColumnProfile["type"], nDistinct: number): ColumnProfile {
  return { name, type, nRows: 48_842, nMissing: 0, nDistinct, personalData: null, numeric: null, levels: null };
}

function numbers(
  name: string,
  type: "number" | "integer" | "instant",
  min: number,
  max: number,
  median: number,
  counts: readonly number[],
): ColumnProfile {
  const edges = Array.from({ length: counts.length + 1 }, (_, k) => min + ((max - min) * k) / counts.length);
  return {
    ...profile(name, type, 412),
    numeric: {
      min,
      max,
      mean: median,
      standardDeviation: 12.1,
      quantiles: [min, min, median, max, max],
      histogram: { edges, counts },
    },
  };
}

function category(name: string, nDistinct: number, levels: readonly (readonly [string, number])[]): ColumnProfile {
  return {
    ...profile(name, "category", nDistinct),
    levels: levels.map(([value, count]) => ({ value, count })),
  };
}

function dataOf(task: Task, rng: Rng): RunReport["data"] {
  const { column, classes } = sampleProblems[task].problem;
  const target =
    classes.length > 0
      ? category(
          column,
          classes.length,
          classes.map((name) => [name, name === ">50K" ? 11_687 : name === "<=50K" ? 37_155 : 12_000 + rng.below(400)]),
        )
      : numbers(column, "number", 34_900, 755_000, 163_000, [4, 18, 60, 74, 52, 33, 19, 11, 6, 3, 2, 1]);
  const columns = [...sampleColumns, target];
  return {
    snapshot: {
      id: sha256(task),
      schema: columns.map(({ name, type }) => ({ name, type })),
      nRows: 48_842,
      object: sha256("object") as Sha256,
      source: {
        files: [{ name: `${sampleProblems[task].model}.csv`, bytes: 5_326_368, sha256: sha256("file") }],
        options: { format: "csv", separator: "," },
        nRejected: 3,
        rejected: [{ file: `${sampleProblems[task].model}.csv`, line: 1204, reason: "12 fields, 15 are expected" }],
        notes: ["The separator “,” and the encoding utf-8 were detected."],
      },
    },
    nColumns: columns.length,
    columns,
    violations: [
      {
        check: { kind: "duplicate-rows" },
        column: null,
        severity: "warning",
        count: 52,
        share: 0.0011,
        rows: [3, 88],
        message: "52 rows are exact copies of another row; they were kept.",
      },
      {
        check: { kind: "missing-share", column: "occupation", max: 0.05 },
        column: "occupation",
        severity: "warning",
        count: 2809,
        share: 0.0575,
        rows: [4, 6],
        message: "5.8 % of the values are missing, 5 % are allowed.",
      },
    ],
    notes: [],
    testStart: null,
  };
}
