import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import { analyseErrors, discoverSlices, permutationImportance, type Resample, type ScoredPart } from "./index.ts";
import { measureSlices, slicesByColumn } from "./slices.ts";

const schema: Schema = [
  { name: "age", type: "integer" },
  { name: "city", type: "category" },
  { name: "since", type: "instant" },
  { name: "income", type: "number" },
  { name: "mail", type: "category" },
  { name: "key", type: "id" },
];

/** n random rows with losses of which none, or a planted segment, is high. */
function scene(n: number, seed: number, isWeak: (age: number, city: string) => boolean = () => false, extra = 1) {
  const rng = createRng(seed).fork("scene");
  const cells = Array.from({ length: n }, () => ({
    age: 20 + rng.below(60),
    city: ["Rome", "Bern", "Oslo", "Kyiv"][rng.below(4)]!,
    u: rng.uniform(),
  }));
  const table = Table.of({
    age: numberColumn(cells.map(({ age }) => age)),
    city: categoryColumn(cells.map(({ city }) => city)),
    since: instantColumn(cells.map(({ u }) => 1.5e12 + 1e11 * u)),
    income: numberColumn(cells.map(() => rng.uniform())),
    mail: categoryColumn(cells.map(({ age }) => `m${age}`)),
    key: categoryColumn(cells.map((_, i) => `k${i}`)),
  });
  // A heavy right tail, as log losses have.
  const losses = Float64Array.from(
    cells,
    ({ age, city }) => rng.uniform() ** 4 + (isWeak(age, city) ? extra * rng.uniform() : 0),
  );
  return { table, schema, losses };
}

const says = (slices: ReturnType<typeof discoverSlices>) =>
  slices.map(({ conditions }) => conditions.map(({ binning, bin }) => binning.says[bin]).join(" and "));

test("discoverSlices() finds a planted weak segment of one condition, and of two", () => {
  assert.deepEqual(says(discoverSlices(scene(2000, 1, (_, city) => city === "Oslo", 0.4))), ["city is Oslo"]);
  const pair = discoverSlices(scene(3000, 2, (age, city) => age > 64 && city === "Bern"));
  assert.equal(pair[0]!.conditions.length, 2);
  assert.match(says(pair)[0]!, /^age > 6\d and city is Bern$/);
});

test("discoverSlices() finds next to nothing in noise, and what it finds does not hold on other rows", () => {
  let nFound = 0;
  let nWeak = 0;
  for (let seed = 0; seed < 60; seed++) {
    const found = discoverSlices(scene(1000, seed));
    nFound += Number(found.length > 0);
    const { table, losses } = scene(1000, 1000 + seed);
    const bootstrap = { resample: { unit: "row" } as const, seed, nResamples: 200 };
    const measured = measureSlices({
      table,
      losses: { metric: "logLoss", values: losses },
      named: [],
      discovered: found,
      bootstrap,
    });
    nWeak += Number(measured.some(({ weak }) => weak));
  }
  assert.ok(nFound <= 7, `${nFound} of 60 noise tables have a segment`);
  assert.ok(nWeak <= 1, `${nWeak} of 60 noise tables have a confirmed segment`);
});

test("discoverSlices() says nothing of ids and hidden columns", () => {
  const planted = scene(2000, 3, (age) => age < 30);
  const found = discoverSlices({ ...planted, hidden: new Set(["age", "mail"]) });
  assert.doesNotMatch(says(found).join(), /age|mail|key/);
});

test("discoverSlices() takes rows that come in groups for less evidence", () => {
  const { table, losses } = scene(1000, 4);
  const groups = Int32Array.from({ length: 1000 }, (_, i) => i % 20);
  const byGroup = losses.map((loss, i) => 0.05 * loss + (groups[i] === 3 || groups[i] === 11 ? 1 : 0));
  const grouped = table.with(
    "city",
    categoryColumn(Array.from(groups, (group) => (group % 8 === 3 ? "Oslo" : "other"))),
  );
  const find = (resample: Resample) => discoverSlices({ table: grouped, schema, losses: byGroup, resample });
  assert.equal(says(find({ unit: "row" }))[0], "city is Oslo");
  assert.deepEqual(find({ unit: "group", groups }), []);
});

test("measureSlices() measures named slices against the rest, and calls the weak one weak", () => {
  const { table, losses } = scene(2000, 5, (_, city) => city === "Oslo");
  const [found] = [slicesByColumn(["city"], table)];
  const slices = measureSlices({
    table,
    losses: { metric: "logLoss", values: losses },
    named: found,
    discovered: [],
    bootstrap: { resample: { unit: "row" }, seed: 1, nResamples: 300 },
  });
  assert.deepEqual(
    slices.filter(({ weak }) => weak).map(({ name }) => name),
    ["city is Oslo"],
  );
  const oslo = slices.find(({ name }) => name === "city is Oslo")!;
  const rows = table.categories("city");
  const inside = Array.from(losses).filter((_, i) => rows.dictionary[rows.codes[i]!] === "Oslo");
  assert.equal(oslo.n, inside.length);
  assert.ok(Math.abs(oslo.value.value! - inside.reduce((sum, loss) => sum + loss, 0) / inside.length) < 1e-12);
  assert.ok(oslo.difference.low! > 0.3 && oslo.difference.high! < 0.7);
});

test("analyseErrors() lists the worst rows with personal values masked, and what they share", () => {
  const { table, losses } = scene(1000, 6, (_, city) => city === "Kyiv", 3);
  const { worst, shared } = analyseErrors({
    table,
    schema,
    losses,
    predicted: losses.map(() => 0.5),
    actual: () => "yes",
    hidden: new Set(["mail"]),
  });
  assert.equal(worst.length, 20);
  assert.ok(worst.every(({ loss }, k) => k === 0 || loss <= worst[k - 1]!.loss));
  assert.ok(worst.every(({ cells }) => cells.mail === "•••" && cells.city !== "•••"));
  assert.equal(shared[0]!.says, "city is Kyiv");
  assert.ok(shared[0]!.lift > 2 && shared[0]!.shareWorst > shared[0]!.shareRest);
  assert.ok(shared.every(({ says }) => !says.startsWith("mail") && !says.startsWith("key")));
});

test("analyseErrors() finds nothing shared in noise, and says nothing of a handful of rows", () => {
  const analyse = (n: number, seed: number) => {
    const { table, losses } = scene(n, seed);
    return analyseErrors({ table, schema, losses, predicted: losses, actual: String, hidden: new Set() }).shared.length;
  };
  const nFound = Array.from({ length: 40 }, (_, seed) => analyse(600, seed)).filter((n) => n > 0).length;
  assert.ok(nFound <= 6, `${nFound} of 40 noise tables share a condition`);
  assert.equal(analyse(150, 1), 0);
});

/** A part scored by 2·signal, of which "noise" is no input and "unused" is not read. */
function importancePart(n: number, seed: number, resample: Resample = { unit: "row" }) {
  const rng = createRng(seed).fork("importance");
  const column = () => numberColumn(Float64Array.from({ length: n }, () => rng.uniform()));
  const table = Table.of({ signal: column(), noise: column(), unused: column() });
  const predictWith = (rows: Table) =>
    rows.numbers("signal").values.map((x, i) => 2 * x + 0.05 * rows.numbers("noise").values[i]!);
  const yTrue = table.numbers("signal").values.map((x) => 2 * x + 0.3 * rng.uniform());
  const part: ScoredPart = { yTrue, prediction: predictWith(table), table, resample };
  return { part, predictWith, columns: table.names, metric: "rmse", scoring: { task: "regression" } as const, seed };
}

test("permutationImportance() ranks the signal first; a column that is not read holds exactly 0", () => {
  const [first, second, third] = permutationImportance(importancePart(800, 1));
  assert.deepEqual([first!.column, second!.column, third!.column].toSorted(), ["noise", "signal", "unused"]);
  assert.equal(first!.column, "signal");
  assert.ok(first!.drop.low! > 0.2);
  const unused = [second!, third!].find(({ column }) => column === "unused")!;
  assert.deepEqual([unused.drop.value, unused.drop.low, unused.drop.high], [0, 0, 0]);
});

test("permutationImportance() of a column that carries nothing holds 0 in most samples", () => {
  let holds = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { drop } = permutationImportance({ ...importancePart(400, seed), columns: ["noise"] })[0]!;
    holds += Number(drop.low! <= 0 && drop.high! >= 0);
  }
  assert.ok(holds >= 34, `${holds} of 40 intervals hold 0`);
});

test("permutationImportance() counts copies of few rows as one, and takes at most maxRows", () => {
  const few = permutationImportance({ ...importancePart(100, 2), columns: ["signal"] })[0]!;
  assert.equal(few.drop.n, 100);
  const many = permutationImportance({ ...importancePart(900, 2), columns: ["signal"], maxRows: 300 })[0]!;
  assert.equal(many.drop.n, 300);
  assert.deepEqual(permutationImportance({ ...importancePart(100, 2), columns: ["signal"] })[0], few);
  assert.throws(() => permutationImportance({ ...importancePart(100, 2), shouldStop: () => true }), {
    code: "EVALUATION_CANCELLED",
    kind: "cancelled",
  });
});
