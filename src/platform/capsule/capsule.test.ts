import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { createRng, FettleError, hashOf, type Sha256, sha256 } from "../../lib/index.ts";
import {
  type Explainer,
  explainerOf,
  type FittedModel,
  fitPlatt,
  gbdt,
  linear,
  type Target,
} from "../../ml/learners/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { ObjectStore, Schema } from "../data/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import { feature, fitFeatures, loadFeatures, planFeatures, type RawRow } from "../features/index.ts";
import {
  answerOf,
  asTableCapsule,
  type Capsule,
  capsuleParts,
  explanationOf,
  exportModule,
  joinPredictor,
  loadCapsule,
  manifestOf,
  openCapsule,
  quantise,
  rawRowOf,
  recordGolden,
  rowExplainer,
  rowExplainerAgainst,
  type Signature,
  saveCapsule,
} from "./index.ts";

const schema: Schema = [
  { name: "amount", type: "number" },
  { name: 'it\'s "odd"', type: "category" },
  { name: "since", type: "instant" },
  { name: "note", type: "text" },
];
const n = 300;
const rng = createRng(3);
const pick = <T>(values: readonly T[]) => values[rng.below(values.length)]!;
const table = Table.of({
  amount: numberColumn(
    Array.from({ length: n }, () => pick([null, 1000 * rng.uniform(), -1, Number.POSITIVE_INFINITY])),
  ),
  'it\'s "odd"': categoryColumn(Array.from({ length: n }, () => pick([null, "a", "b", "__proto__", "</script>"]))),
  since: instantColumn(Array.from({ length: n }, () => pick([null, 1.6e12 + 1e11 * rng.uniform()]))),
  note: categoryColumn(Array.from({ length: n }, () => pick([null, "red fish", "blue fish", "one", "two red"]))),
});

/** A capsule of a family on random rows, as a training would leave it. */
function capsuleOf(family: "linear" | "gbdt", task: Target["task"]): Capsule {
  const nClasses = { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task];
  const values = Float64Array.from({ length: n }, () => (task === "regression" ? rng.uniform() : rng.below(nClasses)));
  const target = { task, values, nClasses };
  const options = { note: feature.text({ terms: 4 }), 'it\'s "odd"': feature.levels({ most: 2 }) };
  const { fitted, features } = fitFeatures(planFeatures(table, schema, { family, options }), table, target, {
    seed: 1,
  });
  const learner = family === "linear" ? linear() : gbdt({ nTrees: 5, maxLeaves: 6 });
  const model: FittedModel = learner.fit(features, target, { seed: 1 });
  const signature: Signature = {
    inputs: schema,
    task,
    classes: ["no", "yes", "__proto__"].slice(0, nClasses),
    outputs: task === "regression" ? ["value"] : [],
    threshold: task === "binary" ? 0.5 : null,
  };
  const calibrator = task === "regression" ? null : fitPlatt(values, model.predict(features));
  const predictor = joinPredictor(fitted, model, calibrator, signature);
  return {
    name: "sample",
    features: fitted.toJSON(),
    model: model.toJSON(),
    calibrator,
    signature,
    evaluation: { task } as Evaluation,
    golden: recordGolden(predictor, table, 1, { count: 50 }),
    lineage: { snapshot: hashOf("snapshot"), definition: hashOf("definition"), seed: 1 },
  };
}

/** An object store in memory that verifies what it gives, as the port demands. */
function memoryStore() {
  const objects = new Map<string, Uint8Array>();
  const store: ObjectStore = {
    put: async (bytes) => {
      objects.set(sha256(bytes), bytes);
      return sha256(bytes);
    },
    get: async (id) => {
      const bytes = objects.get(id)!;
      if (sha256(bytes) === id) return bytes;
      throw new FettleError("damaged", "OBJECT_DAMAGED", "Cannot read the object: its bytes do not give its name");
    },
    has: async (id) => objects.has(id),
    putFile: () => Promise.reject(new Error("not needed here")),
    verifiedPath: () => Promise.reject(new Error("not needed here")),
    async *list() {
      for (const id of [...objects.keys()].sort()) yield id as Sha256;
    },
  };
  return { store, objects };
}

const families = ["linear", "gbdt"] as const;
const tasks = ["binary", "multiclass", "regression"] as const;

for (const family of families)
  for (const task of tasks)
    test(`saveCapsule() and loadCapsule() keep a ${task} ${family} capsule to the bit`, async () => {
      const capsule = capsuleOf(family, task);
      const { store, objects } = memoryStore();
      const id = await saveCapsule(store, capsule);
      assert.equal(id, hashOf(manifestOf(capsule)));
      assert.equal(objects.size, new Set(capsuleParts.map((part) => hashOf(capsule[part]))).size + 1);
      const loaded = asTableCapsule(await loadCapsule(store, id), "open it");
      assert.equal(hashOf(manifestOf(loaded)), id);
      const predictor = openCapsule(loaded);
      assert.deepEqual(predictor.predict(table), openCapsule(capsule).predict(table));
    });

for (const family of families)
  for (const task of tasks)
    test(`rowExplainer() of a ${task} ${family} capsule sums features by column, in a table as in a row`, () => {
      const capsule = capsuleOf(family, task);
      const explainer = rowExplainer(capsule);
      assert.ok("explainRow" in explainer);
      const width = explainer.nOutputs * (schema.length + 1);
      const all = explainer.explain(table);
      const features = loadFeatures(capsule.features);
      const model = explainerOf(capsule.model) as Explainer;
      const byFeature = model.explain(features.transform(table));
      const sumOf = (values: Float64Array, i: number, size: number) =>
        values.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b);
      for (let i = 0; i < 20; i++) {
        const row = new Float64Array(width);
        explainer.explainRow(rawRowOf(capsule.signature, table, i), row);
        assert.deepEqual(row, all.slice(i * width, (i + 1) * width));
        const whole = sumOf(byFeature, i, explainer.nOutputs * (model.featureNames.length + 1));
        assert.ok(Math.abs(sumOf(all, i, width) - whole) < 1e-12);
      }
    });

test("explanationOf() gives the greatest contributions and the sum of the rest", () => {
  const { signature } = capsuleOf("linear", "multiclass");
  const explained = Float64Array.from({ length: 15 }, (_, k) => (k === 7 ? -10 : k));
  const row = [1, "a", null, "red"];
  assert.deepEqual(
    explanationOf({ signature, scale: "class-score" }, row, explained, Float64Array.of(0.2, 0.7, 0.1), 2),
    {
      of: "yes",
      scale: "class-score",
      base: 9,
      score: 5 + 6 - 10 + 8 + 9,
      contributions: [
        { feature: "since", value: null, contribution: -10 },
        { feature: "note", value: "red", contribution: 8 },
      ],
      rest: 11,
    },
  );
});

test("rowExplainerAgainst() says why it explains trees only", () => {
  assert.match((rowExplainerAgainst(capsuleOf("linear", "binary"), table) as { reason: string }).reason, /"linear"/);
  const explainer = rowExplainerAgainst(capsuleOf("gbdt", "binary"), table.take(Int32Array.of(0, 1, 2)));
  assert.ok("explainRow" in explainer && !explainer.hasInteractions);
});

test("loadCapsule() refuses a flipped byte in any object as damaged", async () => {
  const { store, objects } = memoryStore();
  const id = await saveCapsule(store, capsuleOf("gbdt", "binary"));
  for (const [name, bytes] of [...objects]) {
    const flipped = bytes.with(Math.floor(bytes.length / 2), bytes[Math.floor(bytes.length / 2)]! ^ 1);
    objects.set(name, flipped);
    await assert.rejects(loadCapsule(store, id), (error) => error instanceof FettleError && error.kind === "damaged");
    objects.set(name, bytes);
  }
  await loadCapsule(store, id);
});

test("loadCapsule() refuses what is no manifest", async () => {
  const { store } = memoryStore();
  for (const [text, code] of [
    ["null", "CAPSULE_FORMAT"],
    ['{"format":"fettle-capsule/2"}', "CAPSULE_FORMAT"],
    ["{", "CAPSULE_JSON"],
  ] as const) {
    const id = await store.put(new TextEncoder().encode(text));
    await assert.rejects(loadCapsule(store, id), { code });
  }
});

test("openCapsule() refuses a model that answers a golden row otherwise, by one bit", () => {
  const capsule = capsuleOf("gbdt", "binary");
  const [first, ...others] = capsule.golden.outputs;
  const nextFloat = (x: number) =>
    new Float64Array(new BigUint64Array([new BigUint64Array(Float64Array.of(x).buffer)[0]! + 1n]).buffer)[0]!;
  const outputs = [...others.slice(0, -1), [nextFloat(others.at(-1)![0]!)]];
  assert.throws(() => openCapsule({ ...capsule, golden: { ...capsule.golden, outputs: [first!, ...outputs] } }), {
    code: "CAPSULE_GOLDEN_MISMATCH",
    facts: { row: 49 },
  });
  assert.throws(() => openCapsule({ ...capsule, calibrator: null }), { code: "CAPSULE_GOLDEN_MISMATCH" });
});

test("recordGolden() writes infinite numbers as missing, so that a capsule is plain data", () => {
  const { golden } = capsuleOf("linear", "regression");
  assert.equal(golden.rows.length, 50);
  for (const row of golden.rows) for (const cell of row) assert.ok(typeof cell !== "number" || Number.isFinite(cell));
});

const kernelsFile = new URL("../../../dist/predict.wasm", import.meta.url);
const kernels = existsSync(kernelsFile) ? readFileSync(kernelsFile) : undefined;

const bundle = build({
  entryPoints: [new URL("embedded-runtime.ts", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: ["node:*"],
  legalComments: "none",
}).then(({ outputFiles }) => outputFiles[0]!.text);

const requestOf = (capsule: Capsule, row: RawRow) =>
  Object.fromEntries(capsule.signature.inputs.map(({ name }, j) => [name, row[j] ?? null]));

for (const family of families)
  for (const task of tasks)
    test(`exportModule() of a ${task} ${family} capsule needs no import and answers as the predictor, to the bit`, async () => {
      const capsule = capsuleOf(family, task);
      const { js, dts } = exportModule(capsule, {
        runtime: await bundle,
        title: "sample@1",
        ...(kernels && { kernels }),
      });
      assert.doesNotMatch(js, /^\s*import\b|\bimport\s*\(|\brequire\s*\(/m);
      assert.match(dts, /export declare function predict\(row: Row\): Answer;/);
      assert.match(dts, /readonly "it's \\"odd\\"": string \| number \| boolean \| null;/);
      const script = `${js.replaceAll(/^export /gm, "")}; JSON.stringify({ one: rows.map(predict), all: predictBatch(rows) })`;
      const rows = capsule.golden.rows.map((row) => requestOf(capsule, row));
      const { one, all } = JSON.parse(runInNewContext(script, { rows }));
      const predictor = openCapsule(capsule);
      const out = new Float64Array(predictor.nOutputs);
      const expected = capsule.golden.rows.map((row) => {
        const unread = predictor.predictRow(row, out);
        return answerOf(capsule.signature, out, 0, row, unread);
      });
      assert.deepEqual(one, JSON.parse(JSON.stringify(expected)));
      assert.deepEqual(all, one);
      const module = (await import(`data:text/javascript,${encodeURIComponent(js)}`)) as {
        predict(row: unknown): unknown;
      };
      assert.deepEqual(module.predict(rows[0]), expected[0]);
      assert.throws(() => module.predict({}), { code: "ROWS_INVALID" });
    });

for (const task of tasks)
  test(`quantise() measures what a ${task} model loses, and the exported module answers as measured`, async () => {
    const capsule = capsuleOf("gbdt", task);
    const before = capsule.golden.outputs.map((output) => answerOf(capsule.signature, Float64Array.from(output)));
    for (const precision of ["float32", "int16", "int8"] as const) {
      const { model, loss } = quantise(capsule, precision);
      assert.equal(loss.nRows, 50);
      assert.ok(loss.greatestDifference < { float32: 1e-6, int16: 1e-3, int8: 0.1 }[precision]);
      assert.ok(loss.meanDifference <= loss.greatestDifference);
      const parts = { runtime: await bundle, title: "sample@1", ...(kernels && { kernels }) };
      const { js } = exportModule({ ...capsule, model }, parts);
      const module = (await import(`data:text/javascript,${encodeURIComponent(js)}`)) as {
        predictBatch(rows: unknown): (typeof before)[number][];
      };
      const after = module.predictBatch(capsule.golden.rows.map((row) => requestOf(capsule, row)));
      if (loss.nClassChanged === null) continue;
      assert.equal(
        after.filter((answer, i) => "label" in answer && answer.label !== (before[i] as { label: string }).label)
          .length,
        loss.nClassChanged,
      );
    }
  });

test("quantise() refuses a model without trees", () => {
  assert.throws(() => quantise(capsuleOf("linear", "binary"), "int8"), { code: "QUANTISE_TREES" });
});
