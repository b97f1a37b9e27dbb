import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Measured,
  type Metric,
  meanAveragePrecision,
  meanReciprocalRank,
  measure,
  metrics,
  ndcg,
  pinball,
  precisionAtPositives,
} from "./index.ts";

interface Sample {
  readonly yTrue: Float64Array;
  readonly prediction: Float64Array;
  readonly weight: Float64Array;
}

const all = [...Object.values(metrics), pinball(0.1)];
const tasksOf = (metric: Metric) => metric.tasks.map((task) => ({ metric, task }));
const nClasses = 4;

// Coarse numbers, so that ties are common; a fair share of weights is 0.
const grid = fc.integer({ min: 0, max: 20 }).map((k) => k / 20);

function sampleOf(metric: Metric, task: Metric["tasks"][number]): fc.Arbitrary<Sample> {
  const isLabel = metric.needs === "label" && task === "binary";
  const truth = task === "regression" ? fc.integer({ min: -9, max: 9 }) : fc.nat({ max: task === "binary" ? 1 : 3 });
  const width = task === "multiclass" ? nClasses : 1;
  const output = task === "regression" ? fc.integer({ min: -9, max: 9 }) : isLabel ? fc.nat({ max: 1 }) : grid;
  const row = fc.tuple(truth, fc.array(output, { minLength: width, maxLength: width }), fc.nat({ max: 3 }));
  return fc.array(row, { minLength: 1, maxLength: 30 }).map((rows) => ({
    yTrue: Float64Array.from(rows, ([y]) => y),
    prediction: Float64Array.from(
      // Decided classes alone do not tell how many classes there are; rows of probabilities do, by their width.
      rows.flatMap(([, outputs]) => (width === 1 ? outputs : normalised(outputs))),
    ),
    weight: Float64Array.from(rows, ([, , weight]) => weight),
  }));
}

function normalised(outputs: readonly number[]): number[] {
  const sum = outputs.reduce((total, output) => total + output, 0);
  return outputs.map((output) => (sum === 0 ? 1 / outputs.length : output / sum));
}

function take({ yTrue, prediction, weight }: Sample, rows: readonly number[]): Sample {
  const width = prediction.length / yTrue.length;
  return {
    yTrue: Float64Array.from(rows, (i) => yTrue[i]!),
    prediction: Float64Array.from(rows.flatMap((i) => [...prediction.subarray(i * width, (i + 1) * width)])),
    weight: Float64Array.from(rows, (i) => weight[i]!),
  };
}

function assertSame(a: Measured, b: Measured): void {
  if (typeof a !== "number" || typeof b !== "number") assert.equal(typeof a, typeof b, JSON.stringify([a, b]));
  else assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} is not ${b}`);
}

for (const { metric, task } of all.flatMap(tasksOf)) {
  const samples = sampleOf(metric, task);
  const at = ({ yTrue, prediction, weight }: Sample) => measure(metric, yTrue, prediction, weight);

  test(`${metric.name} of ${task} rows stays in its range or says why it is undefined`, () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const value = at(sample);
        if (typeof value !== "number") return assert.ok(value.undefined.length > 0);
        assert.ok(value >= metric.range[0] - 1e-12 && value <= metric.range[1] + 1e-12, `${value}`);
      }),
    );
  });

  test(`${metric.name} of ${task} rows does not depend on their order`, () => {
    fc.assert(
      fc.property(samples, fc.integer(), (sample, shift) => {
        const n = sample.yTrue.length;
        const rows = Array.from({ length: n }, (_, i) => (n - 1 - i + (Math.abs(shift) % n)) % n);
        assertSame(at(sample), at(take(sample, rows)));
      }),
    );
  });

  if (task === "ranking") continue; // a row more or less makes another query: see below

  test(`${metric.name} of ${task} rows takes a weight as so many rows, and 0 as none`, () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const rows = [...sample.yTrue.keys()].flatMap((i) => new Array<number>(sample.weight[i]!).fill(i));
        fc.pre(rows.length > 0);
        const repeated = take(sample, rows);
        assertSame(at(sample), measure(metric, repeated.yTrue, repeated.prediction));
        assertSame(at(sample), at({ ...sample, weight: sample.weight.map((w) => 0.25 * w) }));
      }),
    );
  });
}

const rankingMetrics = all.filter(({ tasks }) => tasks.includes("ranking"));

for (const metric of rankingMetrics)
  test(`${metric.name} takes the weight of a query as so many queries, wherever its rows lie`, () => {
    const samples = fc.array(fc.tuple(sampleOf(metric, "ranking"), fc.nat({ max: 3 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(samples, fc.nat(), (found, turn) => {
        const copies = found.flatMap(([query, times]) => new Array<Sample>(times).fill(query));
        fc.pre(copies.length > 0);
        const weighted = joined(found.map(([query, times]) => ({ ...query, weight: query.weight.fill(times) })));
        const n = weighted.yTrue.length;
        const rows = Array.from({ length: n }, (_, i) => (i + turn) % n);
        const { yTrue, prediction, weight } = take(weighted, rows);
        const ranked = { queries: Int32Array.from(rows, (i) => weighted.queries[i]!), gains: null };
        const repeated = joined(copies);
        assertSame(
          measure(metric, yTrue, prediction, weight, ranked),
          measure(metric, repeated.yTrue, repeated.prediction, undefined, { queries: repeated.queries, gains: null }),
        );
      }),
    );
  });

function joined(samples: readonly Sample[]) {
  const all = (key: keyof Sample) => Float64Array.from(samples.flatMap((sample) => [...sample[key]]));
  const queries = Int32Array.from(samples.flatMap(({ yTrue }, q) => new Array<number>(yTrue.length).fill(q)));
  return { yTrue: all("yTrue"), prediction: all("prediction"), weight: all("weight"), queries };
}

test("ndcg() counts a query without a relevant row as 1 only where that is asked for", () => {
  const [yTrue, yScore] = [Float64Array.of(0, 0, 0, 1), Float64Array.of(2, 1, 3, 2)];
  const ranked = { queries: Int32Array.of(0, 0, 1, 1), gains: null };
  const wrong = Math.log(2) / Math.log(3);
  for (const make of [ndcg.bind(null, 3), meanAveragePrecision, meanReciprocalRank]) {
    const alone = measure(make(), yTrue, yScore, undefined, ranked) as number;
    assert.equal(measure(make({ empty: "one" }), yTrue, yScore, undefined, ranked), (1 + alone) / 2);
    assert.equal(typeof measure(make(), new Float64Array(4), yScore, undefined, ranked), "object");
  }
  assert.ok(Math.abs((measure(ndcg(3), yTrue, yScore, undefined, ranked) as number) - wrong) < 1e-15);
});

for (const metric of [metrics.rocAuc!, metrics.prAuc!])
  test(`${metric.name} does not change under a rising map of the scores`, () => {
    fc.assert(
      fc.property(sampleOf(metric, "binary"), ({ yTrue, prediction, weight }) => {
        const mapped = prediction.map((score) => Math.expm1(3 * score) - 7);
        assert.deepEqual(measure(metric, yTrue, mapped, weight), measure(metric, yTrue, prediction, weight));
      }),
    );
  });

test("precisionAtPositives() has prAuc as its mean, ties or not, and says nothing of other rows", () => {
  fc.assert(
    fc.property(sampleOf(metrics.prAuc!, "binary"), ({ yTrue, prediction }) => {
      const precisions = precisionAtPositives(yTrue, prediction);
      for (const [row, y] of yTrue.entries()) assert.equal(Number.isNaN(precisions[row]!), y !== 1);
      const own = precisions.filter((precision) => !Number.isNaN(precision));
      const value = measure(metrics.prAuc!, yTrue, prediction);
      if (own.length === 0) assert.equal(typeof value, "object");
      else assert.ok(Math.abs(own.reduce((sum, one) => sum + one, 0) / own.length - (value as number)) < 1e-12);
    }),
  );
});

test("rocAuc of the opposite scores is 1 minus itself", () => {
  fc.assert(
    fc.property(sampleOf(metrics.rocAuc!, "binary"), ({ yTrue, prediction }) => {
      const value = measure(metrics.rocAuc!, yTrue, prediction);
      const opposite = measure(
        metrics.rocAuc!,
        yTrue,
        prediction.map((score) => -score),
      );
      assertSame(typeof value === "number" ? 1 - value : value, opposite);
    }),
  );
});

test("label metrics of probabilities are those of the most probable class, the first of equals", () => {
  const yTrue = Float64Array.of(0, 1, 2, 1);
  const probabilities = Float64Array.of(0.4, 0.4, 0.2, 0.2, 0.5, 0.3, 0.3, 0.3, 0.4, 0.1, 0.2, 0.7);
  for (const name of ["accuracy", "balancedAccuracy", "precision", "recall", "f1", "mcc"])
    assert.equal(
      measure(metrics[name]!, yTrue, probabilities),
      measure(metrics[name]!, yTrue, Float64Array.of(0, 1, 2, 2)),
      name,
    );
});

const undefinedCases: readonly { name: string; yTrue: number[]; prediction: number[] }[] = [
  { name: "rocAuc", yTrue: [1, 1], prediction: [0.2, 0.4] },
  { name: "prAuc", yTrue: [0, 0], prediction: [0.2, 0.4] },
  { name: "precision", yTrue: [1, 0], prediction: [0, 0] },
  { name: "recall", yTrue: [0, 0], prediction: [0, 1] },
  { name: "f1", yTrue: [0, 0], prediction: [0, 0] },
  { name: "mcc", yTrue: [1, 1], prediction: [0, 1] },
  { name: "mape", yTrue: [0, 1], prediction: [1, 1] },
  { name: "r2", yTrue: [0.1, 0.1, 0.1], prediction: [1, 2, 3] },
  { name: "mae", yTrue: [], prediction: [] },
  { name: "ece", yTrue: [], prediction: [] },
  { name: "medianAbsoluteError", yTrue: [], prediction: [] },
];

for (const { name, yTrue, prediction } of undefinedCases)
  test(`${name} of [${yTrue}] is undefined, not 0`, () => {
    const value = measure(metrics[name]!, Float64Array.from(yTrue), Float64Array.from(prediction));
    assert.equal(typeof value, "object");
  });

test("logLoss of a certain and wrong prediction is finite", () => {
  const value = measure(metrics.logLoss!, Float64Array.of(1, 0), Float64Array.of(0, 1));
  assert.ok(Math.abs((value as number) + Math.log(2 ** -52)) < 1e-12);
});

test("ece keeps rows of equal probability in one bin", () => {
  const yTrue = Float64Array.from({ length: 100 }, (_, i) => i % 2);
  assert.equal(measure(metrics.ece!, yTrue, new Float64Array(100).fill(0.5)), 0);
});

test("ndcg() of rows of one grade is 1 in any order where the grade has a gain, and undefined where it has none", () => {
  const ranked = { queries: Int32Array.of(0, 0, 0), gains: null };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
      (grade, scores) => {
        const ndcgOf = (of: number) =>
          measure(ndcg(2), new Float64Array(3).fill(of), Float64Array.from(scores), undefined, ranked);
        assert.ok(Math.abs((ndcgOf(grade) as number) - 1) < 1e-12);
        assert.deepEqual(ndcgOf(0), { undefined: "no query has a relevant row" });
      },
    ),
  );
});
