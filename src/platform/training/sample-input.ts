import { createRng, hashOf } from "../../lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type LogicalType, snapshotId } from "../data/index.ts";
import type { ModelDefinition } from "./definition.ts";
import type { TrainInput } from "./train-input.ts";

const day = 86_400_000;

const targets = ["binary", "three", "amount", "count", "grade"] as const;

/** What is asked of the sample: columns `binary`, `three`, `amount`, `count` and `grade` (within a `place`) can be predicted. */
export type SampleDefinition = Partial<ModelDefinition> & { readonly column: (typeof targets)[number] };

/** A seeded table with numbers, levels, dates, groups and weights, as the tests of training need it. */
export function sampleTable(nRows: number, seed = 1): Table {
  const rng = createRng(seed).fork("sample");
  const rows = Array.from({ length: nRows }, (_, i) => {
    const [a, b, noise] = [2 * rng.uniform() - 1, 2 * rng.uniform() - 1, 2 * rng.uniform() - 1];
    const level = rng.below(4);
    return { i, a, b, level, score: 2 * a + (level === 2 ? 1 : 0) + (b > 0.5 ? 1 : 0) + noise };
  });
  return Table.of({
    a: numberColumn(rows.map(({ a, i }) => (i % 17 === 0 ? null : a))),
    b: numberColumn(rows.map(({ b }) => b)),
    level: categoryColumn(rows.map(({ level, i }) => (i % 23 === 0 ? null : `level ${level}`))),
    when: instantColumn(rows.map(({ i }) => Math.floor(i / 2) * day)),
    place: categoryColumn(rows.map(({ i }) => `place ${(i * 7) % 40}`)),
    weight: numberColumn(rows.map(({ i }) => 1 + (i % 3))),
    binary: categoryColumn(rows.map(({ score }) => (score > 0.8 ? "yes" : "no"))),
    three: categoryColumn(rows.map(({ score }) => (score > 1 ? "high" : score > -0.5 ? "middle" : "low"))),
    amount: numberColumn(rows.map(({ score }) => 100 + 10 * score)),
    count: numberColumn(rows.map(({ score }) => Math.max(0, Math.floor(2 * score)))),
    grade: numberColumn(rows.map(({ score }) => Math.min(3, Math.max(0, Math.floor(score + 1))))),
  });
}

/** A training on a sample table, with two quick configurations unless the definition says otherwise. */
export function sampleInput({ column, ...rest }: SampleDefinition, table = sampleTable(400)): TrainInput {
  const types: Readonly<Record<string, LogicalType>> = { weight: "integer" };
  const schema = table.names.map((name) => ({ name, type: types[name] ?? table.column(name).kind }));
  const ignore = targets.filter((name) => name !== column);
  return {
    definition: {
      name: "sample",
      data: { files: ["sample.csv"] },
      target: { column },
      search: {
        configurations: [
          { family: "linear", params: {} },
          { family: "gbdt", params: { nTrees: 20, maxLeaves: 8 } },
        ],
      },
      ...rest,
      ignore: [...ignore, ...(rest.ignore ?? [])],
      evaluation: { resamples: 200, crossValidation: "never", ...rest.evaluation },
    },
    snapshot: {
      id: snapshotId(table, schema),
      schema,
      nRows: table.nRows,
      object: hashOf("object"),
      source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
    },
    table,
    testStart: null,
    champion: null,
  };
}
