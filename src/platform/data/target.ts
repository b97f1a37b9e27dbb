import { FettleError, nearestName } from "../../lib/index.ts";
import { greatestGrade, type Target, type Task } from "../../ml/learners/index.ts";
import { type Column, cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import type { Schema } from "./schema.ts";

/** What is predicted, as a definition says it. */
export interface TargetRule {
  readonly column: string;
  /** `VALUE`, `!=VALUE`, `>=NUMBER`, `>NUMBER`, `<=NUMBER`, `<NUMBER`: the positive class of a derived binary target. */
  readonly positive?: string;
  /** Default: inferred. */
  readonly task?: Task;
}

/** A target over the rows that have one. */
export interface BuiltTarget {
  readonly target: Target;
  /** Class names by index; the positive class last of two. Empty for regression. */
  readonly classes: readonly string[];
  /** The problem in a few words. */
  readonly says: string;
  /** Rows of the table that have a target, ascending: what `target` is aligned with. */
  readonly rows: Int32Array;
  readonly nMissing: number;
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Most classes that a classification may have. */
const mostClasses = 500;
/** Fewest rows of a class: one for each part, and some to learn from. */
const fewestRowsPerClass = 5;
/** Fewest rows with a target. */
const fewestRows = 20;

/**
 * Builds the target of a table. A task is inferred: two values are binary, texts multiclass, other numbers regression. For binary the
 * positive class is the one that says yes, or else the rarer one.
 * Throws TARGET_MISSING (with the nearest name), TARGET_KIND, TARGET_POSITIVE, TARGET_CONSTANT, TARGET_CLASSES, TABLE_TOO_SMALL.
 */
export function buildTarget(table: Table, schema: Schema, rule: TargetRule): BuiltTarget {
  const name = rule.column;
  const type = schema.find((column) => column.name === name)?.type;
  if (type === undefined) throw targetMissing(name, table.names);
  const column = table.column(name);
  if (column.kind === "instant")
    throw refused(
      "TARGET_KIND",
      name,
      "it holds dates, numbers or classes are needed",
      'Set "types" to read it otherwise',
    );
  const rows = Int32Array.from(Array.from({ length: table.nRows }, (_, i) => i).filter((i) => !isMissing(column, i)));
  const nMissing = table.nRows - rows.length;
  if (rows.length < fewestRows)
    throw new FettleError(
      "invalid-input",
      "TABLE_TOO_SMALL",
      `Cannot train on ${table.nRows} rows, ${rows.length} of them with a target: at least ${fewestRows} are needed`,
      {
        hint: "Bring more rows; an honest split needs training, validation and test rows",
        facts: { rows: rows.length },
      },
    );
  const built = { rows, nMissing, notes: [] };
  if (rule.positive !== undefined) return { ...built, ...derivedTarget(column, rows, name, rule.positive) };
  const task = rule.task ?? inferTask(column, rows);
  if (task === "regression") return { ...built, ...regressionTarget(column, rows, name) };
  if (task === "ranking") return { ...built, ...rankingTarget(column, rows, name) };
  return { ...built, ...classTarget(column, rows, name, task) };
}

function targetMissing(name: string, names: readonly string[]): FettleError {
  const near = nearestName(name, names);
  return new FettleError("not-found", "TARGET_MISSING", `Cannot find target "${name}": the table has no such column`, {
    hint: near === undefined ? `Its columns are: ${names.slice(0, 20).join(", ")}` : `Did you mean "${near}"?`,
    facts: { column: name },
  });
}

function refused(code: string, name: string, why: string, hint?: string): FettleError {
  return new FettleError("invalid-input", code, `Cannot predict "${name}": ${why}`, {
    ...(hint === undefined ? {} : { hint }),
    facts: { column: name },
  });
}

function inferTask(column: Column, rows: Int32Array): Task {
  if (column.kind === "category") return distinctCells(column, rows).size === 2 ? "binary" : "multiclass";
  return distinctCells(column, rows).size <= 2 ? "binary" : "regression";
}

// Distinct values with their counts, cut off where there are too many for classes anyway.
function distinctCells(column: Column, rows: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const i of rows) {
    const cell = String(cellOf(column, i));
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    if (counts.size > 100_000) break;
  }
  return counts;
}

function regressionTarget(column: Column, rows: Int32Array, name: string) {
  if (column.kind !== "number")
    throw refused(
      "TARGET_KIND",
      name,
      "its values are texts, numbers are needed for a regression",
      "Use the task multiclass",
    );
  const values = Float64Array.from(rows, (i) => column.values[i]!);
  if (!values.every(Number.isFinite))
    throw refused("TARGET_KIND", name, "some values are infinite, finite numbers are needed", "Leave these rows out");
  if (values.every((value) => value === values[0])) throw constant(name);
  const target: Target = { task: "regression", values, nClasses: 0 };
  return { target, classes: [], says: `predict ${name} (a number)` };
}

// Which rows belong to one query is not the target's to know: the queries are added by the run.
function rankingTarget(column: Column, rows: Int32Array, name: string) {
  const { target } = regressionTarget(column, rows, name);
  const nBad = target.values.filter((grade) => !Number.isInteger(grade) || grade < 0 || grade > greatestGrade).length;
  if (nBad > 0)
    throw refused(
      "TARGET_KIND",
      name,
      `${nBad} values are no grades, whole numbers from 0 to ${greatestGrade} are needed for a ranking`,
      "Give the rows of a query grades: 0 for irrelevant, a greater number for better",
    );
  return {
    target: { ...target, task: "ranking" as const },
    classes: [],
    says: `rank the rows of a query by ${name} (grades 0 to ${target.values.reduce((most, y) => Math.max(most, y), 0)})`,
  };
}

const constant = (name: string) =>
  refused(
    "TARGET_CONSTANT",
    name,
    "all rows have the same value, at least two are needed",
    "There is nothing to learn",
  );

const yes = /^(yes|y|true|t|1|positive|pos|churned|churn|bad|fraud|spam|default|>.*)$/i;

function classTarget(column: Column, rows: Int32Array, name: string, task: "binary" | "multiclass") {
  const counts = distinctCells(column, rows);
  if (counts.size < 2) throw constant(name);
  if (counts.size > mostClasses)
    throw refused(
      "TARGET_CLASSES",
      name,
      `it has ${counts.size > 100_000 ? "over 100,000" : counts.size} different values, at most ${mostClasses} classes are learned`,
      "Choose another target, or derive one with --positive",
    );
  const isBinary = task === "binary";
  if (isBinary && counts.size !== 2)
    throw refused(
      "TARGET_CLASSES",
      name,
      `it has ${counts.size} different values, 2 are needed`,
      "Use --positive VALUE",
    );
  const classes = [...counts.keys()].sort(byNumberThenText);
  if (isBinary) {
    const [a, b] = classes as [string, string];
    const bIsPositive = yes.test(a) === yes.test(b) ? counts.get(b)! <= counts.get(a)! : yes.test(b);
    if (!bIsPositive) classes.reverse();
  }
  const rare = classes.filter((label) => counts.get(label)! < fewestRowsPerClass);
  const learned = classes.filter((label) => !rare.includes(label));
  if (rare.length > 0 && learned.length < 3)
    throw refused(
      "TARGET_CLASSES",
      name,
      `class ${rare.slice(0, 5).join(", ")} has fewer than ${fewestRowsPerClass} rows, too few to train and test on`,
      "Bring more rows of it, join it with another class, or leave its rows out",
    );
  const indexOf = new Map(learned.map((label, k) => [label, k]));
  const indexes = Float64Array.from(rows, (i) => indexOf.get(String(cellOf(column, i))) ?? -1);
  const target: Target = {
    task: isBinary ? "binary" : "multiclass",
    values: indexes.filter((index) => index >= 0),
    nClasses: learned.length,
  };
  const says = isBinary ? `predict whether ${name} is ${learned[1]}` : `predict ${name} (${learned.length} classes)`;
  const nRare = indexes.length - target.values.length;
  const notes = rare.map(
    (label) =>
      `class ${label} is never predicted: its ${counts.get(label)} rows are too few to learn from and are left out`,
  );
  return {
    target,
    classes: learned,
    says,
    ...(nRare > 0 ? { rows: rows.filter((_, k) => indexes[k]! >= 0), notes } : {}),
  };
}

function byNumberThenText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : 1;
}

function derivedTarget(column: Column, rows: Int32Array, name: string, positive: string) {
  const rule = positiveRule(column, rows, name, positive);
  const values = Float64Array.from(rows, (i) => (rule.isPositive(i) ? 1 : 0));
  const nPositive = values.reduce((sum, value) => sum + value, 0);
  if (nPositive === 0 || nPositive === values.length)
    throw refused(
      "TARGET_CONSTANT",
      name,
      `${nPositive === 0 ? "no row" : "every row"} is ${JSON.stringify(positive)}, both outcomes are needed`,
      near(column, positive),
    );
  const target: Target = { task: "binary", values, nClasses: 2 };
  return { target, classes: rule.classes, says: `predict whether ${name} is ${rule.classes[1]}` };
}

function near(column: Column, positive: string): string | undefined {
  if (column.kind !== "category") return undefined;
  const found = nearestName(positive.replace(/^!=/, ""), column.dictionary.slice(0, 1000));
  return found === undefined
    ? `Its values are: ${column.dictionary.slice(0, 10).join(", ")}`
    : `Did you mean "${found}"?`;
}

function positiveRule(column: Column, rows: Int32Array, name: string, positive: string) {
  const comparison = /^(>=|<=|>|<)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.exec(positive);
  if (comparison) {
    if (column.kind !== "number")
      throw refused("TARGET_POSITIVE", name, `its values are texts, numbers are needed for "${positive}"`);
    const [, sign, text] = comparison as unknown as [string, string, string];
    const limit = Number(text);
    const compare: Record<string, (value: number) => boolean> = {
      ">=": (value) => value >= limit,
      ">": (value) => value > limit,
      "<=": (value) => value <= limit,
      "<": (value) => value < limit,
    };
    const opposite = { ">=": "<", ">": "<=", "<=": ">", "<": ">=" }[sign];
    const test = compare[sign]!;
    return { isPositive: (i: number) => test(column.values[i]!), classes: [`${opposite} ${text}`, `${sign} ${text}`] };
  }
  const negated = positive.startsWith("!=");
  const value = negated ? positive.slice(2) : positive;
  const matches = (i: number) =>
    column.kind === "number" ? column.values[i] === Number(value) : cellOf(column, i) === value;
  // Where there is one other value, it has a name.
  const others = distinctCells(
    column,
    rows.filter((i) => !matches(i)),
  );
  const other = others.size === 1 ? [...others.keys()][0]! : `not ${value}`;
  return {
    isPositive: (i: number) => matches(i) !== negated,
    classes: negated ? [value, other] : [other, value],
  };
}
