import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Explainer, explainTrees, explainTreesAgainst, type NoExplainer } from "../learners/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import { importXgboost } from "./index.ts";

interface Golden {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly background: readonly (readonly (number | null)[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly model: string;
    /** Per row: outputs × (features + 1). */
    readonly contributions: readonly (readonly number[])[];
    /** Per row: outputs × (features + 1)². */
    readonly interactions: readonly (readonly number[])[];
    readonly interventional?: readonly (readonly number[])[];
    readonly expected?: number;
  }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/shap.json", import.meta.url), "utf8"));
const rowOf = (values: readonly (number | null)[]) => Float64Array.from(values, (x) => x ?? Number.NaN);
const imported = (model: string | Uint8Array) =>
  importXgboost(typeof model === "string" ? new TextEncoder().encode(model) : model).data;

function ready<Made extends Explainer>(made: Made | NoExplainer): Made {
  assert.ok(!("reason" in made));
  return made;
}

function explained(explainer: Explainer, row: Float64Array): Float64Array {
  const out = new Float64Array(explainer.nOutputs * (explainer.featureNames.length + 1));
  explainer.explainRow(row, out);
  return out;
}

/** Greatest distance of numbers from expected ones, which other libraries sum in f32. */
function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(found.length, expected.length);
  let most = 0;
  for (let k = 0; k < expected.length; k++) most = Math.max(most, Math.abs(found[k]! - expected[k]!));
  return most;
}

for (const { name, model, contributions, interactions, interventional, expected } of golden.cases) {
  const data = imported(model);
  const m = data.featureNames.length;

  test(`explainTrees() equals XGBoost's pred_contribs and pred_interactions: ${name}`, () => {
    const explainer = ready(explainTrees(data));
    golden.rows.forEach((values, i) => {
      const row = rowOf(values);
      assert.ok(distance(explained(explainer, row), contributions[i]!) < 1e-6);
      const found = new Float64Array(explainer.nOutputs * m * m);
      explainer.interactRow(row, found);
      const theirs = Array.from(found, (_, k) => {
        const [output, at] = [Math.floor(k / (m * m)), k % (m * m)];
        return interactions[i]![output * (m + 1) ** 2 + Math.floor(at / m) * (m + 1) + (at % m)]!;
      });
      assert.ok(distance(found, theirs) < 1e-6);
    });
  });

  if (interventional && expected !== undefined)
    test(`explainTreesAgainst() equals the interventional TreeExplainer of shap: ${name}`, () => {
      const background = golden.background.map(rowOf);
      const columns = data.featureNames.map((name, j) => [name, numberColumn(background.map((b) => b[j]!))] as const);
      const explainer = explainTreesAgainst(data, Table.of(columns));
      assert.ok(Math.abs(explainer.expected[0]! - expected) < 1e-6);
      golden.rows.forEach((values, i) => {
        assert.ok(distance(explained(explainer, rowOf(values)).subarray(0, m), interventional[i]!) < 1e-6);
      });
    });
}

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip = folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the models are not part of the package" : false;

for (const name of [
  "adult-binary-logistic",
  "california-squarederror",
  "multiclass-softprob",
  "lambdarank-rank-ndcg",
  "lambdarank-rank-pairwise",
])
  test(`explainTrees() equals the SHAP values that XGBoost 1.7 gave for ${name}`, { skip }, () => {
    const path = `${folder}/xgboost-generated-dev/${name}`;
    const numbers = (file: string) =>
      readFileSync(`${path}/${file}.csv`, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(",").map((text) => (text === "" || text === "nan" ? Number.NaN : Number(text))));
    const data = imported(readFileSync(`${path}/model.json`));
    const explainer = ready(explainTrees(data));
    const shap = numbers("shap_contribs_first100");
    const rows = numbers("input").slice(1);
    const scale = Math.max(...shap.flat().map(Math.abs));
    shap.forEach((theirs, i) => {
      assert.ok(distance(explained(explainer, Float64Array.from(rows[i]!)), theirs) <= 1e-6 * scale);
    });
  });
