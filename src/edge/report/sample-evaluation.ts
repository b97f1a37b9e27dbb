import type { Rng } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import {
  bootstrapDifference,
  bootstrapMetrics,
  type MetricValue,
  precisionRecallCurve,
  reliabilityBins,
  rocCurve,
} from "../../ml/metrics/index.ts";
import type { Evaluation } from "../../platform/evaluation/index.ts";

const bootstrap = { seed: 7, resample: { unit: "row" }, nResamples: 200 } as const;

/** What the samples predict. */
export const sampleProblems = {
  binary: {
    model: "income",
    problem: { column: "class", says: "Predict whether class is “>50K”", classes: ["<=50K", ">50K"] },
  },
  multiclass: {
    model: "vehicle-type",
    problem: { column: "type", says: "Predict type, one of 4 classes", classes: ["bus", "opel", "saab", "van"] },
  },
  regression: { model: "house-price", problem: { column: "price", says: "Predict price", classes: [] } },
  ranking: {
    model: "search-hits",
    problem: { column: "grade", says: "Rank the rows of a query by grade", classes: [] },
  },
} as const;

/** The evaluation of a simulated model: numbers that agree with each other because they come from the same rows. */
export function sampleEvaluation(task: Task, rng: Rng): Evaluation {
  return { binary, multiclass, regression, ranking }[task](rng);
}

function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

function binary(rng: Rng): Evaluation {
  const n = 9769;
  const logits = Array.from({ length: n }, () => -2 + 2.1 * normal(rng));
  const yProba = Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const yTrue = Float64Array.from(logits, (logit) => Number(rng.uniform() < 1 / (1 + Math.exp(-1.06 * logit + 0.05))));
  const share = yTrue.reduce((sum, y) => sum + y, 0) / n;
  const constant = new Float64Array(n).fill(share);
  const threshold = 1 / 6;
  const decided = yProba.map((p) => Number(p >= threshold));
  const curve = Array.from({ length: 101 }, (_, k) => ({ threshold: k / 100, ...countsAt(yTrue, yProba, k / 100) }));
  const { tp, fp, tn, fn } = countsAt(yTrue, yProba, threshold);
  const ofProbability = ["rocAuc", "prAuc", "logLoss", "brier", "ece"];
  const ofDecision = ["accuracy", "balancedAccuracy", "f1", "precision", "recall", "mcc"];
  const measure = (p: Float64Array, d: Float64Array) => ({
    ...bootstrapMetrics(ofProbability, yTrue, p, bootstrap),
    ...bootstrapMetrics(ofDecision, yTrue, d, bootstrap),
  });
  const metrics = measure(yProba, decided);
  return {
    task: "binary",
    nTest: n,
    classes: sampleProblems.binary.problem.classes,
    primary: "rocAuc",
    metrics,
    baseline: { name: "class prior", metrics: measure(constant, new Float64Array(n)) },
    comparisons: [
      compared("class prior", "rocAuc", bootstrapDifference("rocAuc", yTrue, yProba, constant, bootstrap)),
      {
        reference: "income@2",
        metric: "rocAuc",
        difference: { value: 0.0012, low: -0.0009, high: 0.0031, n },
        verdict: "no-evidence",
        sentence:
          "No evidence of a difference to income@2: rocAuc differs by +0.0012 (95 % interval −0.0009 to +0.0031, 9,769 rows), and the interval holds 0.",
      },
    ],
    curves: { roc: rocCurve(yTrue, yProba), precisionRecall: precisionRecallCurve(yTrue, yProba) },
    confusion: [
      [tn, fp],
      [fn, tp],
    ],
    calibration: { method: "isotonic", bins: reliabilityBins(yTrue, yProba), ece: metrics.ece! },
    threshold: {
      threshold,
      chosenBy: "cost",
      costFalsePositive: 1,
      costFalseNegative: 5,
      curve,
      costPer1000: { value: (1000 * (fp + 5 * fn)) / n, low: 330, high: 372, n },
      trivialCostPer1000: 1000 * (1 - share),
    },
    slices: [
      slice("education is Prof-school and age > 48", "discovered", 158, 0.562, 0.288, true),
      slice("occupation is Exec-managerial", "discovered", 1240, 0.431, 0.171, true),
      slice("sex is Male", "named", 6521, 0.316, 0.118, false),
      slice("sex is Female", "named", 3248, 0.198, -0.118, false),
    ],
    errors: errorsOf(rng, 20, (k) => ({ predicted: k / 400, actual: ">50K" })),
    importance: importanceOf(rng, 0.06),
    fairness: ["Female", "Male", "unknown"].map((group, g) => ({
      column: "sex",
      group,
      n: [3248, 6509, 12][g]!,
      metrics: {
        selectionRate: metric([0.171, 0.402, 0.25][g]!, 0.012 + 0.2 * Number(g === 2)),
        truePositiveRate:
          g === 2
            ? { value: null, low: null, high: null, n: 12, reason: "the group has no positive row" }
            : metric(0.88 + 0.04 * g, 0.016),
        falsePositiveRate: metric([0.084, 0.221, 0.25][g]!, 0.01),
        accuracy: metric([0.912, 0.821, 0.75][g]!, 0.009),
      },
    })),
    disparities: [
      { column: "sex", metric: "demographicParityDifference", difference: metric(0.231, 0.016) },
      { column: "sex", metric: "equalisedOddsDifference", difference: metric(0.137, 0.013) },
      { column: "sex", metric: "equalOpportunityDifference", difference: metric(0.04, 0.022) },
    ],
  };
}

function countsAt(yTrue: Float64Array, yProba: Float64Array, threshold: number) {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  yTrue.forEach((y, i) => {
    counts[yProba[i]! >= threshold ? (y === 1 ? "tp" : "fp") : y === 1 ? "fn" : "tn"] += 1;
  });
  return counts;
}

function multiclass(rng: Rng): Evaluation {
  const classes = sampleProblems.multiclass.problem.classes;
  const n = 423;
  const nClasses = classes.length;
  const yTrue = Float64Array.from({ length: n }, () => rng.below(nClasses));
  const yProba = new Float64Array(n * nClasses);
  const confusion = classes.map(() => classes.map(() => 0));
  const hits = new Float64Array(n);
  const greatest = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const scores = classes.map((_, c) => Math.exp(1.1 * normal(rng) + (c === yTrue[i] ? 2.6 : 0)));
    const sum = scores.reduce((a, b) => a + b);
    const best = scores.indexOf(Math.max(...scores));
    scores.forEach((score, c) => {
      yProba[i * nClasses + c] = score / sum;
    });
    confusion[yTrue[i]!]![best]! += 1;
    hits[i] = Number(best === yTrue[i]);
    greatest[i] = scores[best]! / sum;
  }
  const names = ["logLoss", "rocAuc", "brier", "ece", "accuracy", "balancedAccuracy", "f1", "mcc", "topK"];
  const constant = new Float64Array(n * nClasses).fill(1 / nClasses);
  const metrics = bootstrapMetrics(names, yTrue, yProba, bootstrap);
  return {
    ...empty(n, classes),
    task: "multiclass",
    primary: "logLoss",
    metrics,
    baseline: { name: "class prior", metrics: bootstrapMetrics(names, yTrue, constant, bootstrap) },
    comparisons: [
      compared("class prior", "logLoss", bootstrapDifference("logLoss", yTrue, yProba, constant, bootstrap)),
    ],
    confusion,
    repeated: {
      because: "the test part has 73 rows, fewer than 300",
      says: "5 folds of rows, stratified, dealt out 10 times",
      nResamples: 37,
      nPlanned: 50,
      nTrain: 290,
      nTest: 73,
      metric: "logLoss",
      value: metric(0.51, 0.06, n),
      comparisons: [
        {
          reference: "the baseline",
          value: metric(1.38, 0.02, n),
          difference: metric(-0.87, 0.05, n),
          pValue: 0.000002,
          detectable: 0.07,
          verdict: "better",
          sentence: "Better than the baseline: over the resamples logLoss is lower by 0.87.",
        },
        {
          reference: "a linear model",
          value: metric(0.52, 0.06, n),
          difference: metric(-0.01, 0.05, n),
          pValue: 0.69,
          detectable: 0.07,
          verdict: "no-evidence",
          sentence: "No evidence of a difference to a linear model.",
        },
      ],
      choice: {
        chosen: "boosted trees",
        frequencies: [
          { name: "linear", n: 21 },
          { name: "boosted trees", n: 16 },
        ],
        rival: { name: "linear", difference: metric(0.01, 0.04, n), pValue: 0.6 },
        sentence: "On other parts of the rows the same search chooses boosted trees in 16 of 37 cases.",
      },
      curve: {
        points: [
          { nRows: 72, value: metric(0.71, 0.1, n) },
          { nRows: 145, value: metric(0.6, 0.08, n) },
          { nRows: 290, value: metric(0.51, 0.06, n) },
        ],
        difference: metric(-0.09, 0.05, n),
        sentence: "Twice the rows made it better, beyond chance.",
      },
    },
    decision: {
      costs: classes.map((_, t) => classes.map((_, k) => (t === k ? 0 : 1 + t))),
      costPer1000: metric(310, 30, n),
      likeliestPer1000: metric(340, 31, n),
      difference: metric(-30, 12, n),
      trivialPer1000: 900,
      trivialClass: classes[0]!,
    },
    reweighting: {
      says: "each class weighs the same in sum",
      metrics: [
        {
          metric: "costPer1000",
          with: metric(310, 30, n),
          without: metric(340, 31, n),
          difference: metric(-30, 12, n),
        },
        {
          metric: "logLoss",
          with: metric(0.5, 0.05, n),
          without: metric(0.49, 0.05, n),
          difference: metric(0.01, 0.02, n),
        },
      ],
      shares: classes.map((name) => ({ name, observed: 0.25, with: 0.252, without: 0.248 })),
      sentence: "The weights pay: the same configuration trained on all rows alike is worse, beyond chance.",
    },
    conformal: {
      level: 0.8,
      score: "lac",
      method: "split",
      nCalibration: 150,
      thresholds: [{ group: "all rows", n: 150, threshold: 0.62 }],
      overall: { ...coverage(n, 0.813, 1.2), isBelow: false },
      expected: { low: 0.73, high: 0.87 },
      unit: "row",
      widths: null,
      setSizes: [
        { size: 1, n: 340, covered: 280 },
        { size: 2, n: 83, covered: 64 },
      ],
      slices: classes.map((name) => ({
        ...coverage(100, 0.8, 1.2),
        name,
        origin: "class",
        qValue: 0.7,
        isBelow: false,
      })),
    },
    calibration: { method: "none", bins: reliabilityBins(hits, greatest), ece: metrics.ece! },
    errors: errorsOf(rng, 10, (k) => ({ predicted: k / 200, actual: classes[k % 4]! })),
    importance: importanceOf(rng, 0.4),
  };
}

function regression(rng: Rng): Evaluation {
  const n = 2400;
  const yTrue = Float64Array.from({ length: n }, () => Math.round(Math.exp(12 + 0.42 * normal(rng))));
  const yPred = yTrue.map((y) => y * Math.exp(0.13 * normal(rng)) - 1500);
  const mean = yTrue.reduce((a, b) => a + b) / n;
  const constant = new Float64Array(n).fill(mean);
  const names = ["rmse", "mae", "medianAbsoluteError", "mape", "r2"];
  const residuals = yTrue.map((y, i) => y - yPred[i]!);
  const counts = new Array<number>(41).fill(0);
  for (const residual of residuals) counts[Math.min(40, Math.max(0, Math.floor(((residual + 1e5) / 2e5) * 41)))]! += 1;
  return {
    ...empty(n, []),
    task: "regression",
    primary: "rmse",
    metrics: bootstrapMetrics(names, yTrue, yPred, bootstrap),
    baseline: { name: "mean", metrics: bootstrapMetrics(names, yTrue, constant, bootstrap) },
    comparisons: [compared("mean", "rmse", bootstrapDifference("rmse", yTrue, yPred, constant, bootstrap))],
    curves: {
      scatter: Array.from(yTrue.slice(0, 2000), (y, i) => [yPred[i]!, y] as const),
      residuals: { edges: Array.from({ length: 42 }, (_, k) => -1e5 + (2e5 * k) / 41), counts },
    },
    conformal: {
      level: 0.9,
      score: "quantile",
      method: "cross",
      nCalibration: 800,
      thresholds: [
        { group: "region = north", n: 500, threshold: 4200 },
        { group: "region: every other value", n: 300, threshold: null },
      ],
      overall: { ...coverage(n, 0.906, 152_000), isBelow: false },
      expected: null,
      unit: "block",
      widths: { nUnbounded: 12, histogram: { edges: [100_000, 150_000, 200_000, 250_000], counts: [900, 1100, 388] } },
      slices: [
        {
          ...coverage(12, 1, 152_000),
          name: "region: every other value",
          origin: "group",
          qValue: 1,
          isBelow: false,
        },
        { ...coverage(480, 0.94, 101_000), name: "lowest fifth", origin: "prediction", qValue: 1, isBelow: false },
        { ...coverage(480, 0.81, 240_000), name: "highest fifth", origin: "prediction", qValue: 0.001, isBelow: true },
        {
          ...coverage(240, 0.9, 150_000),
          name: "2024-01-01 to 2024-02-01",
          origin: "time",
          qValue: 0.6,
          isBelow: false,
        },
      ],
      setSizes: null,
    },
    errors: errorsOf(rng, 20, (k) => ({ predicted: 180_000 + 2000 * k, actual: String(610_000 - 9000 * k) })),
    importance: importanceOf(rng, 21_000),
  };
}

function ranking(rng: Rng): Evaluation {
  const n = 1500;
  const queries = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 12));
  const yTrue = Float64Array.from({ length: n }, () => Math.max(0, rng.below(8) - 3));
  const yScore = yTrue.map((y) => y + 1.5 * normal(rng));
  const constant = new Float64Array(n);
  const names = ["ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "mrr"];
  const byQuery = {
    ...bootstrap,
    resample: { unit: "group", groups: queries },
    ranked: { queries, gains: null },
  } as const;
  return {
    ...empty(n, []),
    task: "ranking",
    primary: "ndcg@10",
    metrics: bootstrapMetrics(names, yTrue, yScore, byQuery),
    baseline: { name: "random order", metrics: bootstrapMetrics(names, yTrue, constant, byQuery) },
    comparisons: [
      compared("random order", "ndcg@10", bootstrapDifference("ndcg@10", yTrue, yScore, constant, byQuery)),
    ],
    errors: { worst: [], shared: [] },
    importance: importanceOf(rng, 0.2),
    ranking: {
      queries: { n: 125, nSingle: 2, nEqual: 3, nEmpty: 1, medianRows: 12, mostRows: 12 },
      byLength: [1, 3, 5, 10].map((at, k) => ({
        at,
        ndcg: { value: 0.7 + 0.03 * k, low: 0.66 + 0.03 * k, high: 0.74 + 0.03 * k, n: 124 },
        baselines: [0.3 + 0.05 * k, k === 0 ? null : 0.5 + 0.04 * k],
      })),
      baselines: ["random order", "best single feature"],
      distribution: {
        edges: Array.from({ length: 21 }, (_, k) => k / 20),
        counts: Array.from({ length: 20 }, (_, k) => k),
      },
      grades: [0, 1, 4],
      places: Array.from({ length: 10 }, (_, k) => ({
        place: k + 1,
        n: 124,
        shares: [0.2 + 0.05 * k, 0.3, 0.5 - 0.05 * k],
        best: [0.1 * k, 0, 1 - 0.1 * k],
      })),
      worst: ["<b>shoes</b>", null].map((name, k) => ({
        name,
        nRows: 12,
        ndcg: 0.2 + 0.1 * k,
        list: [0, 1, 2].map((at) => ({
          row: 40 + at,
          score: 1 - at,
          grade: at,
          best: 4 - at,
          cells: { price: String(10 * at), brand: "<i>" },
        })),
      })),
    },
  };
}

function empty(nTest: number, classes: readonly string[]) {
  return {
    nTest,
    classes,
    curves: {},
    confusion: null,
    calibration: null,
    threshold: null,
    slices: [],
    fairness: [],
    disparities: [],
  };
}

function metric(value: number, halfWidth: number, n = 9769): MetricValue {
  return { value, low: value - halfWidth, high: value + halfWidth, n };
}

function coverage(n: number, share: number, size: number) {
  return {
    n,
    covered: Math.round(share * n),
    value: metric(share, 0.9 / Math.sqrt(n), n),
    size: metric(size, size / 50, n),
  };
}

function compared(reference: string, name: string, difference: MetricValue): Evaluation["comparisons"][number] {
  const by = Number(Math.abs(difference.value!).toPrecision(3));
  const sentence = `Better than ${reference}: ${name} is ${difference.value! > 0 ? "higher" : "lower"} by ${by} (95 % interval).`;
  return { reference, metric: name, difference, verdict: "better", sentence };
}

function slice(
  name: string,
  origin: "named" | "discovered",
  n: number,
  value: number,
  difference: number,
  weak: boolean,
): Evaluation["slices"][number] {
  const half = 1.4 / Math.sqrt(n);
  const conditions = name.split(" and ").map((says) => ({ column: says.split(" ")[0]!, says }));
  return {
    name,
    conditions,
    origin,
    n,
    metric: "logLoss",
    value: metric(value, half, n),
    difference: metric(difference, 1.1 * half, n),
    qValue: weak ? 0.004 : 0.4,
    weak,
  };
}

const columns = ["age", "education", "occupation", "hours_per_week", "capital_gain", "sex", "signed_up", "fnlwgt"];

function importanceOf(rng: Rng, most: number): Evaluation["importance"] {
  return columns.map((column, k) => ({
    column,
    drop: metric(most * 0.55 ** k, most * (0.02 + 0.05 * rng.uniform())),
  }));
}

function errorsOf(
  rng: Rng,
  n: number,
  at: (k: number) => { readonly predicted: number; readonly actual: string },
): Evaluation["errors"] {
  const cells = () => ({
    age: String(20 + rng.below(60)),
    education: ["HS-grad", "Bachelors", "Masters"][rng.below(3)]!,
    occupation: ["Exec-managerial", "Craft-repair"][rng.below(2)]!,
    hours_per_week: "40",
    email: "•••",
  });
  return {
    worst: Array.from({ length: n }, (_, k) => ({ row: rng.below(9769), loss: 5.9 - k / 8, ...at(k), cells: cells() })),
    shared: [
      { says: "marital_status is Married-civ-spouse", shareWorst: 0.713, shareRest: 0.431, lift: 1.65 },
      { says: "age > 37 and ≤ 48", shareWorst: 0.391, shareRest: 0.242, lift: 1.62 },
    ],
  };
}
