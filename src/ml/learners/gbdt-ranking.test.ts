import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { measure, ndcg } from "../metrics/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import { gbdt, type Target } from "./index.ts";

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: LightGBM's queries are not in the package" : false;

/** LightGBM's example of a ranking: svmlight rows of 300 features, and a file with the sizes of the queries. */
function read(name: string): { table: Table; target: Target } {
  const path = `${folder}/lightgbm-examples/${name}`;
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const columns = Array.from({ length: 301 }, () => new Float64Array(lines.length));
  const values = Float64Array.from(lines, (line, i) => {
    const [grade, ...cells] = line.trim().split(/\s+/);
    for (const cell of cells) {
      const [feature, value] = cell.split(":").map(Number);
      columns[feature!]![i] = value!;
    }
    return Number(grade);
  });
  const sizes = readFileSync(`${path}.query`, "utf8").trim().split("\n").map(Number);
  const queries = Int32Array.from(sizes.flatMap((size, query) => new Array<number>(size).fill(query)));
  const table = Table.of(columns.map((column, j) => [`x${j}`, numberColumn(column)] as const));
  return { table, target: { task: "ranking", values, nClasses: 0, queries } };
}

// The defaults of trained rankings with as many rounds as their steps ask for; means over five seeds, nothing chosen on the test queries: with 50 of them
// NDCG@1 is known to about 0.1 and NDCG@10 to about 0.05.
function ndcgOf(loss: "lambdarank" | "xendcg") {
  const [train, held] = [read("rank.train"), read("rank.test")];
  const ranked = { queries: held.target.queries!, gains: null };
  const learner = gbdt({
    loss,
    learningRate: 0.03,
    maxLeaves: 8,
    featureFraction: 0.3,
    rowFraction: 0.7,
    nTrees: 300,
    earlyStoppingRounds: 0,
  });
  const scores = [1, 2, 3, 4, 5].map((seed) => learner.fit(train.table, train.target, { seed }).predict(held.table));
  return (k: number) => {
    const at = (yPred: Float64Array) =>
      measure(ndcg(k, { empty: "one" }), held.target.values, yPred, undefined, ranked) as number;
    return scores.reduce((sum, yPred) => sum + at(yPred), 0) / scores.length;
  };
}

test("lambdarank orders LightGBM's test queries at least as well as XGBoost 1.7.4 did", { skip }, () => {
  const at = ndcgOf("lambdarank");
  for (const [k, theirs] of [
    [1, 0.6436],
    [3, 0.6474],
    [5, 0.6828],
    [10, 0.7461],
  ] as const)
    assert.ok(at(k) >= theirs, `NDCG@${k} ${at(k)}`);
});

test("xendcg orders LightGBM's test queries as well as LightGBM's own test asks", { skip }, () => {
  const at = ndcgOf("xendcg");
  assert.ok(at(1) >= 0.6211, `NDCG@1 ${at(1)}`);
  assert.ok(at(3) >= 0.6253, `NDCG@3 ${at(3)}`);
});
