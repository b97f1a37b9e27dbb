import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { loadKernels, loadPredictKernels } from "../../edge/compute/index.ts";
import type { ConformalInterval } from "../../ml/conformal/index.ts";
import { numberColumn, Table } from "../../ml/table/index.ts";
import {
  answerOf,
  type Capsule,
  exportModule,
  loadPredictor,
  manifestOf,
  openCapsule,
  tableOfRows,
} from "../capsule/index.ts";
import type { RawRow } from "../features/index.ts";
import { conformalColumns } from "../pipelines/index.ts";
import { type Configuration, trainModel } from "./index.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const runtime = build({
  entryPoints: [new URL("../capsule/embedded-runtime.ts", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  external: ["node:*"],
  legalComments: "none",
}).then(({ outputFiles }) => outputFiles[0]!.text);

const kernels = loadKernels();
const predictKernels = loadPredictKernels();

const gbdt = (params: Configuration["params"]) =>
  ({
    configurations: [{ family: "gbdt", params: { nTrees: 15, maxLeaves: 8, minSamplesLeaf: 5, ...params } }],
  }) as const;

const cases: readonly { readonly says: string; readonly search: NonNullable<SampleDefinition["search"]> }[] = [
  { says: "monotone", search: gbdt({ monotone: { a: 1, b: 1 } }) },
  { says: "interactions", search: gbdt({ interactions: [["a", "b"]] }) },
  { says: "rowFraction", search: gbdt({ rowFraction: 0.6 }) },
  { says: "topFraction", search: gbdt({ topFraction: 0.2, rowFraction: 0.3 }) },
  { says: "featureFraction", search: gbdt({ featureFraction: 0.5 }) },
  { says: "nodeFeatureFraction", search: gbdt({ nodeFeatureFraction: 0.5 }) },
  { says: "dropRate", search: gbdt({ dropRate: 0.2 }) },
  { says: "maxDepth", search: gbdt({ maxDepth: 2 }) },
  { says: "maxBins", search: gbdt({ maxBins: 8 }) },
  { says: "minGain", search: gbdt({ minGain: 2 }) },
  { says: "a forest", search: { configurations: [{ family: "forest", params: { nTrees: 20 } }] } },
  { says: "extra trees", search: { configurations: [{ family: "extra-trees", params: { nTrees: 20 } }] } },
  { says: "an additive model", search: { configurations: [{ family: "gam", params: { nBags: 2, nRounds: 40 } }] } },
  {
    says: "a stack",
    search: { stack: true, configurations: [...gbdt({}).configurations, { family: "linear", params: {} }] },
  },
];

for (const { says, search } of cases)
  for (const column of ["binary", "three", "amount"] as const)
    test(`trainModel() with ${says}, on ${column}: the same bytes with kernels and without, and a module that answers alike`, async () => {
      const input = sampleInput({ column, search });
      const { capsule } = trainModel(input);
      const compiled = trainModel(input, { ...(kernels && { kernels }), ...(predictKernels && { predictKernels }) });
      assert.deepEqual(manifestOf(compiled.capsule), manifestOf(capsule));
      openCapsule(capsule);
      assert.deepEqual(await moduleAnswers(capsule), answers(capsule));
    });

const promised: readonly SampleDefinition[] = [
  { column: "amount", evaluation: { conformal: { level: 0.9, perGroup: "level" } } },
  { column: "amount", loss: "quantile", quantiles: [0.1, 0.5, 0.9], evaluation: { conformal: { level: 0.8 } } },
  { column: "count", loss: "tweedie", evaluation: { conformal: { level: 0.8 } } },
  { column: "binary", evaluation: { conformal: { level: 0.9, perGroup: "level" } } },
  { column: "three", evaluation: { conformal: { level: 0.8, score: "aps", perClass: true } } },
  {
    column: "three",
    loss: "focal",
    classWeights: "balanced",
    evaluation: {
      conformal: { level: 0.8 },
      costMatrix: { high: { middle: 9, low: 9 }, middle: { high: 1, low: 1 }, low: { high: 1, middle: 1 } },
    },
  },
];

for (const definition of promised)
  test(`an exported module gives the intervals or sets of the server, on ${definition.column} (${JSON.stringify(definition.evaluation!.conformal)})`, async () => {
    const { capsule } = trainModel(sampleInput({ search: gbdt({}), ...definition }, sampleTable(800)));
    openCapsule(capsule);
    const given = answers(capsule) as { interval?: unknown; set?: unknown }[];
    assert.ok(given.every(({ interval, set }) => (interval === undefined) !== (set === undefined)));
    assert.deepEqual(await moduleAnswers(capsule), given);
    const columns = conformalColumns(
      capsule.signature,
      Float64Array.from(capsule.golden.outputs.flat()),
      tableOfRows(capsule.signature, capsule.golden.rows),
    );
    const table = Table.of(columns.map(({ name, column }) => [name, column] as const));
    const scored = given.map(({ interval, set }) =>
      set === undefined
        ? { interval_low: (interval as ConformalInterval).low, interval_high: (interval as ConformalInterval).high }
        : { set: JSON.stringify(set), set_size: (set as unknown[]).length },
    );
    assert.deepEqual(
      scored,
      given.map((_, i) => table.row(i)),
    );
  });

const answers = ({ signature, golden }: Capsule): unknown[] =>
  golden.outputs.map((outputs, i) =>
    JSON.parse(JSON.stringify(answerOf(signature, Float64Array.from(outputs), 0, golden.rows[i]!))),
  );

/** What the exported module answers for the golden rows. */
async function moduleAnswers(capsule: Capsule): Promise<unknown> {
  const { js } = exportModule(capsule, { runtime: await runtime, title: "sample@1" });
  const request = (row: RawRow) =>
    Object.fromEntries(capsule.signature.inputs.map(({ name }, j) => [name, row[j] ?? null]));
  const script = `${js.replaceAll(/^export /gm, "")}; JSON.stringify(predictBatch(rows))`;
  return JSON.parse(runInNewContext(script, { rows: capsule.golden.rows.map(request) }));
}

for (const column of ["binary", "amount"] as const)
  test(`trainModel() with monotone serves predictions of ${column} that never fall as those columns grow`, () => {
    const { capsule } = trainModel(
      sampleInput({ column, search: gbdt({ monotone: { a: 1, b: 1 }, learningRate: 0.5 }) }),
    );
    const predictor = loadPredictor(capsule);
    const table = sampleTable(200, 5);
    for (const name of ["a", "b"]) {
      let before: Float64Array = new Float64Array(200).fill(Number.NEGATIVE_INFINITY);
      for (let x = -1.2; x <= 1.2; x += 0.05) {
        const predicted = predictor.predict(table.with(name, numberColumn(new Float64Array(200).fill(x))));
        assert.ok(
          predicted.every((value, i) => value >= before[i]!),
          `${name} at ${x}`,
        );
        before = predicted;
      }
    }
  });
