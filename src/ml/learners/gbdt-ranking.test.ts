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

// The bounds of LightGBM's own tests of the two losses, at 1 and 3 places; 50 rounds, the end found on the test queries as there.
const bounds = [
  { loss: "lambdarank", least: [0.5674, 0.578] },
  { loss: "xendcg", least: [0.6211, 0.6253] },
] as const;

for (const { loss, least } of bounds)
  test(`${loss} orders LightGBM's test queries as well as its own tests ask`, { skip }, () => {
    const [train, held] = [read("rank.train"), read("rank.test")];
    const learner = gbdt({ loss, learningRate: 0.05, nTrees: 50, earlyStoppingRounds: 10 });
    const model = learner.fit(train.table, train.target, {
      seed: 1,
      validation: { table: held.table, target: held.target },
    });
    const ranked = { queries: held.target.queries!, gains: null };
    const scores = model.predict(held.table);
    const at = (k: number) =>
      measure(ndcg(k, { empty: "one" }), held.target.values, scores, undefined, ranked) as number;
    assert.ok(at(1) >= least[0], `NDCG@1 ${at(1)}`);
    assert.ok(at(3) >= least[1], `NDCG@3 ${at(3)}`);
  });
