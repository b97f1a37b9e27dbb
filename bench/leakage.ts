/*
 * Recall and false alarms of the leakage detectors. Each kind of leak is put into real tables at five strengths, with new
 * names that say nothing unless the name is part of the leak; every run has its own seed. Thresholds were set on the tables
 * marked "set"; the figures to quote are those of the tables marked "report".
 *
 *     node bench/leakage.ts <folder of the reference tables>
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRng, permutation, type Rng } from "../src/lib/index.ts";
import type { Target } from "../src/ml/learners/index.ts";
import { ranks } from "../src/ml/stats/index.ts";
import {
  type Column,
  categoryColumn,
  cellOf,
  columnLength,
  instantColumn,
  numberColumn,
  Table,
} from "../src/ml/table/index.ts";
import type { Schema, Split } from "../src/platform/data/index.ts";
import { findLeakage, type LeakageFinding } from "../src/platform/leakage/index.ts";

interface Reference {
  readonly name: string;
  readonly use: "set" | "report";
  readonly table: Table;
  readonly schema: Schema;
  readonly target: Target;
  readonly targetColumn: string;
}

const files = [
  {
    name: "adult",
    use: "set",
    path: "adult/adult-train.csv",
    target: "income",
    positive: ">50K",
    header: adultHeader(),
  },
  { name: "california-housing", use: "set", path: "california-housing/housing.csv", target: "median_house_value" },
  { name: "penguins", use: "set", path: "penguins/penguins.csv", target: "species" },
  {
    name: "wine-quality",
    use: "set",
    path: "wine-quality/winequality-white.csv",
    target: "quality",
    header: wineHeader(),
  },
  {
    name: "telco-churn",
    use: "report",
    path: "telco-churn/Telco-Customer-Churn.csv",
    target: "Churn",
    positive: "Yes",
  },
  { name: "diamonds", use: "report", path: "diamonds/diamonds.csv", target: "price" },
  {
    name: "german-credit",
    use: "report",
    path: "german-credit/german.csv",
    target: "c21",
    positive: "2",
    header: numbered(21),
  },
] as const;

function adultHeader(): string[] {
  return (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain " +
    "capital-loss hours-per-week native-country income"
  ).split(" ");
}

function wineHeader(): string[] {
  return (
    "fixed acidity,volatile acidity,citric acid,residual sugar,chlorides,free sulfur dioxide,total sulfur dioxide,density,pH," +
    "sulphates,alcohol,quality"
  ).split(",");
}

function numbered(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `c${i + 1}`);
}

/** A simple table of comma-separated text: quoted cells, no line breaks inside them. */
export function parseTable(text: string, header?: readonly string[]): Table {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((cell) => (cell[1] ?? cell[2]!).trim()),
    );
  const names = header ?? rows.shift()!;
  const missing = new Set(["", "?", "NA"]);
  return Table.of(
    names.map((name, j): [string, Column] => {
      const cells = rows.map((row) => (missing.has(row[j] ?? "") ? null : row[j]!));
      const present = cells.filter((cell) => cell !== null);
      if (present.every((cell) => Number.isFinite(Number(cell))))
        return [name, numberColumn(cells.map((cell) => (cell === null ? null : Number(cell))))];
      if (present.every((cell) => /^\d{4}-\d\d-\d\d$/.test(cell)))
        return [name, instantColumn(cells.map((cell) => (cell === null ? null : Date.parse(cell))))];
      return [name, categoryColumn(cells)];
    }),
  );
}

/** The target of a column: two classes by the positive value, several classes of a text, else numbers. */
export function targetOf(column: Column, positive?: string): Target {
  if (positive !== undefined) {
    const cells = Array.from({ length: columnLength(column) }, (_, i) => cellOf(column, i));
    return {
      task: "binary",
      nClasses: 2,
      values: Float64Array.from(cells, (cell) => (String(cell) === positive ? 1 : 0)),
    };
  }
  return column.kind === "category"
    ? { task: "multiclass", nClasses: column.dictionary.length, values: Float64Array.from(column.codes) }
    : { task: "regression", nClasses: 0, values: column.values };
}

/** The schema that a plain table suggests. */
export function schemaOf(table: Table): Schema {
  return [...table.entries()].map(([name, column]) => ({
    name,
    type:
      column.kind === "category"
        ? column.dictionary.length > 0.9 * table.nRows
          ? "id"
          : "category"
        : column.kind === "number" && column.values.every((x) => x !== x || Number.isInteger(x))
          ? "integer"
          : column.kind,
  }));
}

/** 60 % training, 20 % validation, 20 % test, at random. */
export function randomSplit(n: number, seed: number): Split {
  const order = permutation(n, createRng(seed).fork("split"));
  const part = (from: number, to: number) => order.slice(Math.floor(from * n), Math.floor(to * n)).sort();
  return {
    rule: { kind: "random", validation: 0.2, test: 0.2 },
    train: part(0, 0.6),
    validation: part(0.6, 0.8),
    test: part(0.8, 1),
    resample: { unit: "row" },
    notes: [],
  };
}

async function loadReferences(dataDir: string): Promise<Reference[]> {
  return Promise.all(
    files.map(async ({ name, use, path, target, ...rest }) => {
      const all = parseTable(await readFile(join(dataDir, path), "utf8"), "header" in rest ? rest.header : undefined);
      const table = all.drop([target]);
      const truth = targetOf(all.column(target), "positive" in rest ? rest.positive : undefined);
      return { name, use, table, schema: schemaOf(table), target: truth, targetColumn: target };
    }),
  );
}

interface Leak {
  readonly columns: Readonly<Record<string, Column>>;
  /** The columns that must be found; none: a finding about rows. */
  readonly wanted: readonly string[];
  /** The strength that the leak deserves. */
  readonly deserves: "suspect" | "strong";
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

const spread = (values: Float64Array) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
};

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

/** Recall of one kind at one strength, or false alarms, over all runs on the tables of one use. */
export interface LeakageRecall {
  readonly use: "set" | "report";
  readonly kind: string;
  readonly strength: number;
  readonly nRuns: number;
  /** Share of runs in which the leak was found at all, and as strong as it deserves. */
  readonly found: number;
  readonly deserved: number;
}

/** Findings on the untouched tables, per honest column and split. */
export interface LeakageFalseAlarms {
  readonly use: "set" | "report";
  readonly nColumns: number;
  readonly suspect: number;
  readonly strong: number;
  readonly named: readonly string[];
}

/** What the bench found. */
export interface LeakageBench {
  readonly recall: readonly LeakageRecall[];
  readonly falseAlarms: readonly LeakageFalseAlarms[];
}

const maxRows = 6000;
const nSeeds = 3;
const nCleanSeeds = 5;

/** Puts every kind of leak into the reference tables of a folder, and counts what is found there and in the untouched tables. */
export async function leakageBench(dataDir: string): Promise<LeakageBench> {
  const references = await loadReferences(dataDir);
  const small = references.map((reference) => (reference.table.nRows > maxRows ? sampled(reference) : reference));
  const uses = ["set", "report"] as const;
  return {
    recall: uses.flatMap((use) =>
      injectors.flatMap((injector) =>
        injector.strengths.map((strength) =>
          recallOf(
            small.filter((r) => r.use === use),
            injector,
            strength,
            use,
          ),
        ),
      ),
    ),
    falseAlarms: uses.map((use) =>
      falseAlarmsOf(
        references.filter((r) => r.use === use),
        use,
      ),
    ),
  };
}

function sampled(reference: Reference): Reference {
  return takeRows(reference, permutation(reference.table.nRows, createRng(7)).slice(0, maxRows).sort());
}

function takeRows(reference: Reference, rows: Int32Array): Reference {
  const { table, target } = reference;
  const values = Float64Array.from(rows, (row) => target.values[row]!);
  return { ...reference, table: table.take(rows), target: { ...target, values } };
}

function find({ table, target, targetColumn }: Reference, seed: number): LeakageFinding[] {
  return findLeakage({
    table,
    schema: schemaOf(table),
    target,
    targetColumn,
    split: randomSplit(table.nRows, seed),
    seed,
    exclude: [],
    keep: [],
    ignore: [],
  });
}

function recallOf(
  references: readonly Reference[],
  { kind, inject }: Injector,
  strength: number,
  use: "set" | "report",
): LeakageRecall {
  let nRuns = 0;
  let found = 0;
  let deserved = 0;
  for (const reference of references)
    for (let seed = 1; seed <= nSeeds; seed++) {
      const leak = inject(reference, strength, createRng(seed).fork(kind).fork(reference.name));
      if (leak === null) continue;
      const base = leak.rows ? takeRows(reference, leak.rows) : reference;
      const table = Object.entries(leak.columns).reduce((made, [name, column]) => made.with(name, column), base.table);
      const findings = find({ ...base, table }, seed);
      const hits = findings.filter(({ columns, evidence }) =>
        leak.wanted.length === 0
          ? evidence.some((e) => e.kind === "duplicate-rows")
          : leak.wanted.every((name) => columns.includes(name)),
      );
      nRuns++;
      if (hits.length > 0) found++;
      if (hits.some((hit) => leak.deserves === "suspect" || hit.strength === "strong")) deserved++;
    }
  return { use, kind, strength, nRuns, found: found / nRuns, deserved: deserved / nRuns };
}

function falseAlarmsOf(references: readonly Reference[], use: "set" | "report"): LeakageFalseAlarms {
  const named = new Set<string>();
  let nColumns = 0;
  let suspect = 0;
  let strong = 0;
  for (const reference of references)
    for (let seed = 1; seed <= nCleanSeeds; seed++) {
      nColumns += reference.table.nColumns;
      for (const finding of find(reference, seed)) {
        if (finding.strength === "strong") strong++;
        else suspect++;
        named.add(`${reference.name}: ${finding.strength}: ${finding.message}`);
      }
    }
  return { use, nColumns, suspect: suspect / nColumns, strong: strong / nColumns, named: [...named] };
}

function print({ recall, falseAlarms }: LeakageBench): void {
  for (const use of ["set", "report"] as const) {
    console.log(`\n${use} tables: found / found as strong as deserved, by strength (plain → faint)`);
    for (const { kind, strengths, says } of injectors) {
      const cells = strengths.map((strength) => {
        const one = recall.find((r) => r.use === use && r.kind === kind && r.strength === strength)!;
        return one.nRuns === 0 ? "-" : `${strength}: ${one.found.toFixed(2)}/${one.deserved.toFixed(2)}`;
      });
      console.log(`  ${kind.padEnd(26)}${cells.map((cell) => cell.padEnd(18)).join("")}${says}`);
    }
    const alarms = falseAlarms.find((one) => one.use === use)!;
    console.log(
      `  false alarms per honest column: suspect ${alarms.suspect.toFixed(4)}, strong ${alarms.strong.toFixed(4)} (${alarms.nColumns} columns)`,
    );
    for (const name of alarms.named) console.log(`    ${name}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const dataDir = process.argv[2];
  if (dataDir === undefined) {
    console.error("usage: node bench/leakage.ts <folder of the reference tables>");
    process.exitCode = 2;
  } else print(await leakageBench(dataDir));
}
