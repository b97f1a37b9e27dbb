/*
 * Recall and false alarms of the leakage detectors. Each kind of leak is put into real tables at five strengths, under names
 * that say nothing unless the name is part of the leak; every run has its own seed. Thresholds were set on the tables marked
 * "set"; the figures to quote are those of the tables marked "report". Three tables with leaks of their own close the bench.
 *
 *     node bench/leakage.ts <folder of the reference tables>
 */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createSourceReader } from "../src/edge/query/index.ts";
import { createRng, permutation, type Rng } from "../src/lib/index.ts";
import type { Target } from "../src/ml/learners/index.ts";
import { momentsOf, ranks } from "../src/ml/stats/index.ts";
import { type Column, categoryColumn, instantColumn, numberColumn, type Table } from "../src/ml/table/index.ts";
import { buildTarget, type Schema, splitRows } from "../src/platform/data/index.ts";
import { findLeakage, type LeakageFinding } from "../src/platform/leakage/index.ts";

type Use = "set" | "report" | "real";

interface Reference {
  readonly name: string;
  readonly use: Use;
  readonly table: Table;
  readonly schema: Schema;
  readonly target: Target;
  readonly targetColumn: string;
  /** Columns that are known to leak. */
  readonly leaks: readonly string[];
}

interface Source {
  readonly name: string;
  readonly use: Use;
  readonly path: string;
  readonly target: string;
  readonly positive?: string;
  readonly leaks?: readonly string[];
}

const birdstrikes = fileURLToPath(new URL("../node_modules/vega-datasets/data/birdstrikes.csv", import.meta.url));

const sources = (dataDir: string): readonly Source[] => {
  const at = (path: string) => join(dataDir, path);
  return [
    { name: "adult", use: "set", path: at("adult/adult-train.csv"), target: "column15", positive: ">50K" },
    {
      name: "california-housing",
      use: "set",
      path: at("california-housing/housing.csv"),
      target: "median_house_value",
    },
    { name: "penguins", use: "set", path: at("penguins/penguins.csv"), target: "species" },
    { name: "wine-quality", use: "set", path: at("wine-quality/winequality-white.csv"), target: "column12" },
    {
      name: "telco-churn",
      use: "report",
      path: at("telco-churn/Telco-Customer-Churn.csv"),
      target: "Churn",
      positive: "Yes",
    },
    { name: "diamonds", use: "report", path: at("diamonds/diamonds.csv"), target: "price" },
    { name: "german-credit", use: "report", path: at("german-credit/german.csv"), target: "column21", positive: "2" },
    {
      name: "birdstrikes",
      use: "real",
      path: birdstrikes,
      target: "Effect Amount of damage",
      positive: "!=None",
      leaks: ["Cost Other", "Cost Repair", "Cost Total $"],
    },
    {
      name: "titanic",
      use: "real",
      path: at("titanic-nannyml/titanic_reference.csv"),
      target: "Survived",
      positive: "1",
      leaks: ["boat", "body"],
    },
    {
      name: "nannyml-california",
      use: "real",
      path: at("nannyml-california/california_housing_reference.csv"),
      target: "clf_target",
      positive: "1",
      leaks: ["y_pred", "y_pred_proba"],
    },
  ];
};

async function load({ name, use, path, target, positive, leaks = [] }: Source): Promise<Reference> {
  const { table, schema } = await createSourceReader().read([path], { literalColumns: [target] });
  const built = buildTarget(table, schema, { column: target, ...(positive === undefined ? {} : { positive }) });
  const rows = table.take(built.rows).drop([target]);
  return {
    name,
    use,
    table: rows,
    schema: schema.filter((column) => rows.has(column.name)),
    target: built.target,
    targetColumn: target,
    leaks,
  };
}

interface Leak {
  readonly columns: Readonly<Record<string, Column>>;
  /** The columns that must be found; none: a finding about rows. */
  readonly wanted: readonly string[];
  /** The strength that the leak deserves. */
  readonly deserves: "suspect" | "strong";
  /** Rows of the table that take the place of all. */
  readonly rows?: Int32Array;
}

interface Injector {
  readonly kind: string;
  /** Five strengths, from plain to faint, and what they are. */
  readonly strengths: readonly number[];
  readonly says: string;
  /** Null where the kind makes no sense for the target. */
  readonly inject: (reference: Reference, strength: number, rng: Rng) => Leak | null;
}

const normal = (rng: Rng) => {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += rng.uniform();
  return sum;
};

const spread = (values: Float64Array) => momentsOf(values).standardDeviation;

// The event of a leak: the rarer class of two, the first of several.
function eventOf({ target: { task, values } }: Reference): Uint8Array | null {
  if (task === "regression") return null;
  const event = task === "binary" ? 1 : 0;
  return Uint8Array.from(values, (y) => (y === event ? 1 : 0));
}

// Amounts where the event has happened, thirty times rarer where it has not.
function amounts(event: Uint8Array, share: number, rng: Rng): Float64Array {
  return Float64Array.from(event, (e) => (rng.uniform() < (e ? share : share / 30) ? 1 + rng.below(5000) : 0));
}

const injectors: readonly Injector[] = [
  {
    kind: "noisy copy",
    strengths: [0, 0.01, 0.03, 0.06, 0.1],
    says: "share of labels drawn anew; of a number: noise in units of its spread",
    inject: ({ target: { task, nClasses, values } }, strength, rng) => {
      const noise = strength * spread(values);
      const copy =
        task === "regression"
          ? numberColumn(values.map((y) => y + noise * normal(rng)))
          : categoryColumn(Array.from(values, (y) => `v${rng.uniform() < strength ? rng.below(nClasses) : y}`));
      return { columns: { k17: copy }, wanted: ["k17"], deserves: "suspect" };
    },
  },
  {
    kind: "rewrite",
    strengths: [0, 0.1, 0.3, 0.5, 0.8],
    says: "share of rows in which it is missing",
    inject: ({ target: { task, values } }, strength, rng) => {
      const keep = Array.from(values, () => rng.uniform() >= strength);
      const copy =
        task === "regression"
          ? numberColumn(Array.from(values, (y, i) => (keep[i] ? 3 * y + 7 : null)))
          : categoryColumn(Array.from(values, (y, i) => (keep[i] ? `v${y}` : null)));
      return { columns: { k17: copy }, wanted: ["k17"], deserves: "strong" };
    },
  },
  {
    kind: "set with the event",
    strengths: [0.5, 0.2, 0.1, 0.05, 0.02],
    says: "share of the event's rows in which it is set; 30 times rarer in others",
    inject: (reference, strength, rng) => {
      const event = eventOf(reference);
      return (
        event && { columns: { k17: numberColumn(amounts(event, strength, rng)) }, wanted: ["k17"], deserves: "suspect" }
      );
    },
  },
  {
    kind: "set with the event, named",
    strengths: [0.5, 0.2, 0.1, 0.05, 0.02],
    says: "the same, under the name refund_amount",
    inject: (reference, strength, rng) => {
      const event = eventOf(reference);
      const wanted = ["refund_amount"];
      return (
        event && { columns: { refund_amount: numberColumn(amounts(event, strength, rng)) }, wanted, deserves: "strong" }
      );
    },
  },
  {
    kind: "sum of parts",
    strengths: [0.5, 0.2, 0.1, 0.05, 0.02],
    says: "two such columns and their sum",
    inject: (reference, strength, rng) => {
      const event = eventOf(reference);
      if (event === null) return null;
      const a = amounts(event, strength, rng);
      const b = a.map((x) => (rng.uniform() < (x > 0 ? 0.5 : 0) ? 1 + rng.below(5000) : 0));
      const sum = numberColumn(a.map((x, i) => x + b[i]!));
      return { columns: { k17: numberColumn(a), k18: numberColumn(b), k19: sum }, wanted: ["k19"], deserves: "strong" };
    },
  },
  {
    kind: "parts of the target",
    strengths: [0, 0.001, 0.005, 0.02, 0.05],
    says: "share of rows in which the sum does not hold",
    inject: ({ target: { task, values } }, strength, rng) => {
      if (task !== "regression") return null;
      const a = values.map((y) => Math.round(y * rng.uniform()));
      const b = values.map((y, i) => y - a[i]! + (rng.uniform() < strength ? 1 + rng.below(9) : 0));
      return { columns: { k17: numberColumn(a), k18: numberColumn(b) }, wanted: ["k17"], deserves: "strong" };
    },
  },
  {
    kind: "missing with the target",
    strengths: [0, 0.01, 0.02, 0.04, 0.08],
    says: "share of rows in which presence and class part",
    inject: (reference, strength, rng) => {
      const event = eventOf(reference);
      if (event === null) return null;
      const values = Array.from(event, (e) => ((e === 1) === rng.uniform() >= strength ? rng.uniform() : null));
      return { columns: { k17: numberColumn(values) }, wanted: ["k17"], deserves: "suspect" };
    },
  },
  {
    kind: "later date",
    strengths: [1, 0.5, 0.2, 0.1, 0.05],
    says: "share of the event's rows with a date; rows have a date of their own",
    inject: (reference, strength, rng) => {
      const event = eventOf(reference);
      if (event === null) return null;
      const day = 86_400_000;
      const start = Float64Array.from(event, () => (19000 + rng.below(700)) * day);
      const later = Array.from(event, (e, i) =>
        rng.uniform() < (e ? strength : strength / 30) ? start[i]! + (1 + rng.below(90)) * day : null,
      );
      return { columns: { k17: instantColumn(start), k18: instantColumn(later) }, wanted: ["k18"], deserves: "strong" };
    },
  },
  {
    kind: "identifier in order",
    strengths: [0, 0.5, 1, 2, 4],
    says: "noise on the order, in units of the target's spread",
    inject: ({ target: { values } }, strength, rng) => {
      const noise = Math.max(strength, 1e-6) * spread(values);
      const order = ranks(values.map((y) => y + noise * normal(rng)));
      return { columns: { record_id: numberColumn(order) }, wanted: ["record_id"], deserves: "suspect" };
    },
  },
  {
    kind: "copied rows",
    strengths: [0.2, 0.1, 0.05, 0.02, 0.01],
    says: "share of rows that are copies",
    inject: ({ table }, strength, rng) => {
      const n = table.nRows;
      const rows = Int32Array.from({ length: n }, (_, i) => (rng.uniform() < strength ? rng.below(n) : i));
      return { columns: {}, wanted: [], deserves: "suspect", rows };
    },
  },
  {
    kind: "groups across parts",
    strengths: [40, 20, 10, 5, 2],
    says: "rows per patient",
    inject: ({ table: { nRows } }, strength, rng) => {
      const patients = Array.from({ length: nRows }, () => `p${rng.below(Math.ceil(nRows / strength))}`);
      return { columns: { patient: categoryColumn(patients) }, wanted: ["patient"], deserves: "suspect" };
    },
  },
];

/** Recall of one kind at one strength, over all runs on the tables of one use. */
export interface LeakageRecall {
  readonly use: Use;
  readonly kind: string;
  readonly strength: number;
  readonly nRuns: number;
  /** Share of runs in which the leak was found at all, and as strong as it deserves. */
  readonly found: number;
  readonly deserved: number;
}

/** Findings on untouched columns, per honest column and split; findings about rows apart. */
export interface LeakageFalseAlarms {
  readonly use: Use;
  readonly nColumns: number;
  readonly suspect: number;
  readonly strong: number;
  readonly messages: readonly string[];
}

/** What became of the known leaks of one real table: how often each was found, and found strong, over the splits. */
export interface KnownLeak {
  readonly table: string;
  readonly column: string;
  readonly found: number;
  readonly strong: number;
}

/** What the bench found. */
export interface LeakageBench {
  readonly recall: readonly LeakageRecall[];
  readonly falseAlarms: readonly LeakageFalseAlarms[];
  readonly known: readonly KnownLeak[];
}

const maxRows = 6000;
const nSeeds = 3;
const nCleanSeeds = 5;

/** Puts every kind of leak into the reference tables of a folder, and counts what is found there and in untouched tables. */
export async function leakageBench(dataDir: string): Promise<LeakageBench> {
  const references = await Promise.all(sources(dataDir).map(load));
  const of = (use: Use) => references.filter((reference) => reference.use === use);
  return {
    recall: (["set", "report"] as const).flatMap((use) => {
      const small = of(use).map(sampled);
      return injectors.flatMap((injector) =>
        injector.strengths.map((strength) => ({ use, ...recallOf(small, injector, strength) })),
      );
    }),
    falseAlarms: (["set", "report", "real"] as const).map((use) => ({ use, ...falseAlarmsOf(of(use)) })),
    known: of("real").flatMap(knownLeaksOf),
  };
}

function sampled(reference: Reference): Reference {
  const { nRows } = reference.table;
  return nRows <= maxRows ? reference : takeRows(reference, permutation(nRows, createRng(7)).slice(0, maxRows).sort());
}

function takeRows(reference: Reference, rows: Int32Array): Reference {
  const { table, target } = reference;
  const values = Float64Array.from(rows, (row) => target.values[row]!);
  return { ...reference, table: table.take(rows), target: { ...target, values } };
}

function withColumns(reference: Reference, columns: Readonly<Record<string, Column>>): Reference {
  const added = Object.entries(columns);
  return {
    ...reference,
    table: added.reduce((table, [name, column]) => table.with(name, column), reference.table),
    schema: [...reference.schema, ...added.map(([name, column]) => ({ name, type: column.kind }))],
  };
}

function find({ table, schema, target, targetColumn }: Reference, seed: number): LeakageFinding[] {
  const split = splitRows(table, { rule: { kind: "random", validation: 0.2, test: 0.2 }, target, seed });
  return findLeakage({ table, schema, target, targetColumn, split, seed, exclude: [], keep: [], ignore: [] });
}

function recallOf(references: readonly Reference[], { kind, inject }: Injector, strength: number) {
  let nRuns = 0;
  let found = 0;
  let deserved = 0;
  for (const reference of references)
    for (let seed = 1; seed <= nSeeds; seed++) {
      const leak = inject(reference, strength, createRng(seed).fork(kind).fork(reference.name));
      if (leak === null) continue;
      const findings = find(withColumns(leak.rows ? takeRows(reference, leak.rows) : reference, leak.columns), seed);
      const hits = findings.filter(({ columns, evidence }) =>
        leak.wanted.length === 0
          ? evidence.some((one) => one.kind === "duplicate-rows")
          : leak.wanted.every((name) => columns.includes(name)),
      );
      nRuns++;
      if (hits.length > 0) found++;
      if (hits.some(({ strength }) => leak.deserves === "suspect" || strength === "strong")) deserved++;
    }
  return { kind, strength, nRuns, found: found / nRuns, deserved: deserved / nRuns };
}

function falseAlarmsOf(references: readonly Reference[]) {
  const messages = new Set<string>();
  let nColumns = 0;
  const count = { suspect: 0, strong: 0 };
  for (const reference of references)
    for (let seed = 1; seed <= nCleanSeeds; seed++) {
      nColumns += reference.table.nColumns - reference.leaks.length;
      for (const { columns, strength, message } of find(reference, seed)) {
        if (columns.length > 0 && columns.every((name) => reference.leaks.includes(name))) continue;
        if (columns.length > 0) count[strength]++;
        messages.add(`${reference.name}: ${strength}: ${message}`);
      }
    }
  return { nColumns, suspect: count.suspect / nColumns, strong: count.strong / nColumns, messages: [...messages] };
}

function knownLeaksOf(reference: Reference): KnownLeak[] {
  const runs = Array.from({ length: nCleanSeeds }, (_, i) => find(reference, i + 1));
  return reference.leaks.map((column) => {
    const hits = runs.flatMap((findings) => findings.filter(({ columns }) => columns.includes(column)));
    const strong = hits.filter(({ strength }) => strength === "strong");
    return { table: reference.name, column, found: hits.length / nCleanSeeds, strong: strong.length / nCleanSeeds };
  });
}

function print({ recall, falseAlarms, known }: LeakageBench): void {
  for (const use of ["set", "report"] as const) {
    console.log(`\n${use} tables: found / found as strong as deserved, by strength (plain → faint)`);
    for (const { kind, strengths, says } of injectors) {
      const cells = strengths.map((strength) => {
        const one = recall.find((r) => r.use === use && r.kind === kind && r.strength === strength)!;
        return one.nRuns === 0 ? "-" : `${strength}: ${one.found.toFixed(2)}/${one.deserved.toFixed(2)}`;
      });
      console.log(`  ${kind.padEnd(26)}${cells.map((cell) => cell.padEnd(18)).join("")}${says}`);
    }
  }
  console.log("\nfalse alarms per honest column");
  for (const { use, suspect, strong, nColumns, messages } of falseAlarms) {
    console.log(`  ${use}: suspect ${suspect.toFixed(4)}, strong ${strong.toFixed(4)} of ${nColumns} columns`);
    for (const message of messages) console.log(`    ${message}`);
  }
  console.log("\nknown leaks of real tables: found, found strong");
  for (const { table, column, found, strong } of known)
    console.log(`  ${table} ${column}: ${found.toFixed(2)}, ${strong.toFixed(2)}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const dataDir = process.argv[2];
  if (dataDir === undefined) {
    console.error("usage: node bench/leakage.ts <folder of the reference tables>");
    process.exitCode = 2;
  } else print(await leakageBench(dataDir));
}
