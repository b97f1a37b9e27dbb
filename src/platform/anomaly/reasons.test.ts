import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { openTaskCapsule } from "../capsule/index.ts";
import { type AnomalyDefinition, trainAnomaly } from "./index.ts";
import { anomalyInput } from "./sample-anomalies.ts";

const columns = ["a", "b", "c", "d"] as const;

/** Four columns of one bell each, two of which go together, and a category; where `strange`, one column lies far out. */
function bells(nRows: number, seed: number): Table {
  const rng = createRng(seed).fork("bells");
  const bell = () => rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2;
  const rows = Array.from({ length: nRows }, (_, i) => {
    const a = bell();
    const values = [a, 0.8 * a + 0.4 * bell(), 10 * bell(), 100 + bell()];
    const isStrange = i % 8 === 0;
    if (isStrange) values[(i / 8) % 4]! += [6, 6, 60, 6][(i / 8) % 4]! * (rng.below(2) === 0 ? 1 : -1);
    return { values, place: ["north", "south"][rng.below(2)]!, strange: isStrange ? "yes" : "no" };
  });
  return Table.of([
    ...columns.map((name, j) => [name, numberColumn(rows.map(({ values }) => values[j]!))] as const),
    ["place", categoryColumn(rows.map(({ place }) => place))],
    ["strange", categoryColumn(rows.map(({ strange }) => strange))],
  ]);
}

const label = { column: "strange" } as const;
const cases: readonly [name: string, definition: Partial<AnomalyDefinition>][] = [
  ["isolation forest", { label, families: ["isolation-forest"] }],
  ["robust covariance", { label, families: ["robust-covariance"] }],
  ["robust z-score", { label, families: ["robust-z-score"] }],
  ["boosted trees", { label, families: ["gbdt"] }],
];

for (const [name, definition] of cases)
  test(`the first reason of ${name} is the column in which alone a row is extreme`, () => {
    const model = openTaskCapsule(trainAnomaly(anomalyInput({ ...definition, share: 0.5 }, bells(960, 2))).capsule);
    const row = (shifts: readonly number[]) => {
      const values = [0, 0, 0, 100].map((centre, j) => centre + shifts[j]!);
      return { ...Object.fromEntries(columns.map((column, j) => [column, values[j]!])), place: "north" };
    };
    const small = fc.double({ min: -0.3, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(small, small, small, small), fc.nat(3), fc.boolean(), (noise, place, isBelow) => {
        const scales = [1, 1, 10, 1];
        const shifts = noise.map((x, j) => scales[j]! * (x + (j === place ? (isBelow ? -6 : 6) : 0)));
        const { anomalous, reasons } = model.answer(model.read(row(shifts), 0, []));
        assert.equal(anomalous, true);
        const [first] = reasons as unknown as readonly { column: string; share: number; says: string }[];
        assert.equal(first!.column, columns[place]);
        assert.ok(first!.share > 0.3, `${first!.share}`);
        assert.match(first!.says, /^(greater|less) than in (every|[\d.]+ % of the) training rows?$/);
      }),
      { numRuns: 60 },
    );
  });
