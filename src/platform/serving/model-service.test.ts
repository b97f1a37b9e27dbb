import assert from "node:assert/strict";
import { test } from "node:test";
import type { LinearData } from "../../ml/learners/index.ts";
import { loadPredictor, type PredictorData, rowExplainer } from "../capsule/index.ts";
import {
  createModelService,
  type PredictionLog,
  type PredictionRecord,
  type PredictResponse,
  type RankResponse,
  RowsInvalid,
} from "./index.ts";

/** p(yes) = sigmoid(x): small enough to know the answers by heart. */
const data: PredictorData = {
  features: { inputs: [{ name: "x", type: "number" }], steps: [{ op: "standardise", input: 0, mean: 0, scale: 1 }] },
  model: {
    kind: "linear",
    task: "binary",
    featureNames: ["x"],
    nLevels: [0],
    weights: [[1]],
    intercepts: [0],
    means: [0.25],
    iterations: 1,
    converged: true,
  },
  calibrator: null,
  signature: {
    inputs: [{ name: "x", type: "number" }],
    task: "binary",
    classes: ["no", "yes"],
    outputs: [],
    threshold: 0.5,
  },
};

function service(append: PredictionLog["append"] = () => undefined, maxRows?: number, explained = data) {
  const written: PredictionRecord[] = [];
  let ids = 0;
  let ticks = 0;
  const made = createModelService({
    model: "sample",
    version: 3,
    predictor: loadPredictor(explained),
    explainer: () => rowExplainer(explained),
    exampleRow: [7],
    log: {
      ackLevel: "buffered",
      append: (records) => {
        written.push(...records);
        return append(records);
      },
      close: async () => undefined,
    },
    now: () => 1000,
    ticks: () => (ticks += 5),
    newId: (now) => `${now}-${ids++}`,
    ...(maxRows === undefined ? {} : { maxRows }),
  });
  return { ...made, written };
}

test("createModelService() answers rows in their order and logs what it answered", () => {
  const { predict, written, example } = service();
  assert.deepEqual(example, { x: 7 });
  assert.deepEqual(predict([{ x: 0 }, { x: null, other: 1 }]), {
    model: "sample",
    version: 3,
    predictions: [0, 1].map((k) => ({
      id: `1000-${k}`,
      label: "yes",
      probability: 0.5,
      probabilities: { no: 0.5, yes: 0.5 },
    })),
  });
  const record = { at: 1000, model: "sample", version: 3, outputs: [0.5], latencyUs: 5 };
  assert.deepEqual(written, [
    { ...record, id: "1000-0", inputs: [0] },
    { ...record, id: "1000-1", inputs: [null] },
  ]);
});

test("createModelService() tells the set of classes of each row, by the level of a column", () => {
  const conformal = {
    level: 0.9,
    score: "lac",
    method: "split",
    groups: { kind: "column", column: "x", levels: ["0"] },
    thresholds: [0.5, 0.2],
    nRows: [50, 50],
  } as const;
  const { predict } = service(undefined, undefined, { ...data, signature: { ...data.signature, conformal } });
  const { predictions } = predict([{ x: 0 }, { x: 0.1 }]) as PredictResponse;
  assert.deepEqual(
    predictions.map((prediction) => "set" in prediction && prediction.set),
    [["no", "yes"], ["yes"]],
  );
});

test("createModelService() waits for a log that writes to disk, and fails with it", async () => {
  let isWritten = false;
  const slow = service(async () => {
    await new Promise(setImmediate);
    isWritten = true;
  });
  await slow.predict([{ x: 1 }]);
  assert.ok(isWritten);
  const broken = service(() => Promise.reject(new Error("disk full")));
  await assert.rejects(async () => broken.predict([{ x: 1 }]), /disk full/);
});

const refused: readonly { readonly says: string; readonly rows: unknown; readonly code: string }[] = [
  { says: "no list", rows: { x: 1 }, code: "ROWS_INVALID" },
  { says: "nothing", rows: undefined, code: "ROWS_INVALID" },
  { says: "an empty list", rows: [], code: "ROWS_INVALID" },
  { says: "too many rows", rows: Array.from({ length: 6 }, () => ({ x: 1 })), code: "ROWS_TOO_MANY" },
  { says: "a row that does not fit", rows: [{ x: 1 }, { x: "secret" }], code: "ROWS_INVALID" },
];

for (const { says, rows, code } of refused)
  test(`createModelService() refuses ${says} with ${code}, logs nothing and repeats no value`, () => {
    const { predict, written } = service(undefined, 5);
    assert.throws(
      () => predict(rows),
      (error) => (error as { code?: string }).code === code && !/secret/.test(JSON.stringify([error, String(error)])),
    );
    assert.deepEqual(written, []);
  });

test("createModelService() explains where it is asked to, and logs the same record", async () => {
  const { predict, written } = service();
  const plain = await predict([{ x: 2 }]);
  const explained = await predict([{ x: 2 }], true);
  assert.deepEqual(explained.predictions[0]!.explanation, {
    of: "yes",
    scale: "log-odds",
    base: 0.25,
    score: 2,
    contributions: [{ feature: "x", value: 2, contribution: 1.75 }],
  });
  assert.ok(!("explanation" in plain.predictions[0]!));
  assert.deepEqual({ ...written[1]!, id: "" }, { ...written[0]!, id: "" });
});

test("createModelService() says why a model has no explanation", async () => {
  const { means: _, ...model } = data.model as LinearData;
  const { predict } = service(undefined, undefined, { ...data, model });
  const answer = await predict([{ x: 2 }], { top: 1 });
  assert.equal(answer.predictions[0]!.explanation, null);
  assert.match(answer.unexplained!, /kept no means/);
});

for (const explain of ["yes", 3, {}, { top: 0 }, { top: "2" }, []])
  test(`createModelService() refuses to explain with ${JSON.stringify(explain)}`, () => {
    const { predict, written } = service();
    assert.throws(() => predict([{ x: 1 }], explain), { code: "EXPLAIN_OPTION" });
    assert.deepEqual(written, []);
  });

test("createModelService() lists the problems of many rows, at most 20", () => {
  const { predict } = service();
  assert.throws(
    () => predict(Array.from({ length: 50 }, (_, i) => (i % 2 ? { x: "a" } : {}))),
    (error) => {
      assert.ok(error instanceof RowsInvalid);
      assert.equal(error.problems.length, 20);
      assert.deepEqual(
        error.problems.slice(0, 2).map(({ row, field, rule }) => [row, field, rule]),
        [
          [0, "x", "required"],
          [1, "x", "type"],
        ],
      );
      return true;
    },
  );
});

test("rank() is refused where the model is no ranking", () => {
  const { rank } = service();
  assert.throws(() => rank({ items: [{ x: 1 }] }), {
    code: "RANK_REQUEST",
    message: /task is binary, a ranking is needed/,
  });
});

test("rank() lists the best items, equal ones in their order, and records what it lists", () => {
  const signature = { ...data.signature, task: "ranking", classes: [], outputs: ["value"], threshold: null } as const;
  const model = { ...data.model, task: "ranking" } as LinearData;
  const { rank, written } = service(undefined, 5, { ...data, model, signature });
  const items = [{ x: 1 }, { x: 3 }, {}, { x: 1 }];
  assert.deepEqual(rank({ query: { x: 2 }, items, k: 3 }), {
    model: "sample",
    version: 3,
    ranked: [
      { rank: 1, index: 1, score: 3, id: "1000-0" },
      { rank: 2, index: 2, score: 2, id: "1000-1" },
      { rank: 3, index: 0, score: 1, id: "1000-2" },
    ],
  });
  assert.deepEqual(
    written.map(({ inputs, outputs }) => [inputs, outputs]),
    [
      [[3], [3]],
      [[2], [2]],
      [[1], [1]],
    ],
  );
  assert.deepEqual((rank({ items: [] }) as RankResponse).ranked, []);
  assert.throws(() => rank({ items: Array.from({ length: 6 }, () => ({ x: 1 })) }), { code: "ROWS_TOO_MANY" });
  assert.throws(() => rank({ items: [{ x: 1 }, { y: 1 }] }), RowsInvalid);
});
