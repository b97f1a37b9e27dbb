import { assertNever, nearestName } from "../../lib/index.ts";
import { cellOf, countMissing, isMissing, type Table } from "../../ml/table/index.ts";
import type { Check, Contract, ContractReport, Severity, Violation } from "./contract.ts";
import { duplicateRows } from "./duplicate-rows.ts";
import { formats } from "./formats.ts";
import { type LogicalType, type Schema, storageOf } from "./schema.ts";

/** Facts that a check needs beside table and contract. */
export interface CheckOptions {
  /** Rows that could not be read. */
  readonly nRejected?: number;
  /** The column that is predicted: its missing rows are counted. */
  readonly target?: string;
}

/** More levels than this share of the rows, and than `manyLevels`, are too many to learn from. */
const manyLevelsShare = 0.5;
const manyLevels = 1000;

/**
 * Checks a table against its contract, and for what no contract should have to say: rejected rows, duplicate rows, infinite numbers, constant
 * columns, columns without any value, too many levels, rows without a target. All breaches are reported, none stops the others.
 */
export function checkContract(
  contract: Contract,
  table: Table,
  schema: Schema,
  options: CheckOptions = {},
): ContractReport {
  const checks = checksOf(contract, table, schema, options);
  const violations = checks.flatMap(({ check, severity }) => {
    const found = runCheck(check, table, schema, options);
    return found === null ? [] : [violationOf(check, severity, table.nRows, found)];
  });
  const order = { error: 0, warning: 1 };
  violations.sort((a, b) => order[a.severity] - order[b.severity]);
  return {
    ok: violations.every(({ severity }) => severity !== "error"),
    nRows: table.nRows,
    nChecks: checks.length,
    violations,
  };
}

interface Rule {
  readonly check: Check;
  readonly severity: Severity;
}

function checksOf(contract: Contract, table: Table, schema: Schema, { target }: CheckOptions): Rule[] {
  const rules: Rule[] = [];
  const add = (severity: Severity, check: Check) => rules.push({ check, severity });
  add("warning", { kind: "rejected-rows" });
  if (contract.minRows !== undefined) add("warning", { kind: "min-rows", min: contract.minRows });
  add("warning", { kind: "duplicate-rows" });
  for (const [column, rule] of Object.entries(contract.columns)) {
    add(rule.severity ?? "error", { kind: "column-present", column });
    if (!table.has(column)) continue;
    add(rule.severity ?? "error", { kind: "type", column, type: rule.type });
    const type = schema.find(({ name }) => name === column)?.type;
    if (type !== undefined && storageOf[type] !== storageOf[rule.type]) continue; // the wrong type is said once
    const soft = rule.severity ?? "warning";
    if (rule.min !== undefined || rule.max !== undefined)
      add(soft, { kind: "range", column, ...limit("min", rule.min), ...limit("max", rule.max) });
    if (rule.levels) add(soft, { kind: "levels", column, levels: rule.levels });
    if (rule.maxMissingShare !== undefined) add(soft, { kind: "missing-share", column, max: rule.maxMissingShare });
    if (rule.unique) add(soft, { kind: "unique", column });
    if (rule.format !== undefined) add(soft, { kind: "format", column, format: rule.format });
  }
  for (const { name: column } of schema) {
    if (!Object.hasOwn(contract.columns, column)) add("warning", { kind: "column-unexpected", column });
    add("warning", { kind: "has-values", column });
    add("warning", { kind: "finite", column });
    if (column !== target) {
      add("warning", { kind: "not-constant", column });
      add("warning", { kind: "learnable-levels", column });
    }
  }
  if (target !== undefined) add("warning", { kind: "target-present", column: target });
  return rules;
}

function limit(side: "min" | "max", value: number | string | undefined): { min?: number; max?: number } {
  if (value === undefined) return {};
  return { [side]: typeof value === "string" ? Date.parse(value) : value };
}

interface Breach {
  readonly count: number;
  readonly rows: readonly number[];
  readonly message: string;
}

function runCheck(check: Check, table: Table, schema: Schema, { nRejected = 0 }: CheckOptions): Breach | null {
  const { nRows } = table;
  switch (check.kind) {
    case "rejected-rows":
      return counted(nRejected, `${rowsInWords(nRejected)} could not be read and ${isAre(nRejected)} left out`);
    case "min-rows":
      return nRows >= check.min
        ? null
        : { count: nRows, rows: [], message: `${nRows} rows, ${check.min} were expected` };
    case "duplicate-rows": {
      const rows = duplicateRows(table);
      return found(
        rows,
        `${rowsInWords(rows.length)} ${rows.length === 1 ? "repeats" : "repeat"} an earlier row exactly`,
      );
    }
    case "column-present":
      return table.has(check.column)
        ? null
        : whole(0, `column "${check.column}" is absent${nearIn(table, check.column)}`);
    case "column-unexpected":
      return whole(nRows, `column "${check.column}" is not in the contract`);
    case "type": {
      const type = schema.find(({ name }) => name === check.column)?.type ?? "text";
      if (fits(type, check.type)) return null;
      return whole(nRows, `column "${check.column}" holds ${type} values, ${check.type} values are expected`);
    }
    case "has-values":
      return countMissing(table.column(check.column)) < nRows || nRows === 0
        ? null
        : whole(nRows, `column "${check.column}" has no value in any row and is left out`);
    case "not-constant":
      return isConstant(table, check.column)
        ? whole(nRows, `column "${check.column}" has the same value in all rows and is left out`)
        : null;
    case "learnable-levels": {
      const column = table.column(check.column);
      const type = schema.find(({ name }) => name === check.column)?.type;
      if (column.kind !== "category" || type === "text") return null;
      const nLevels = column.dictionary.length;
      if (nLevels <= manyLevels || nLevels <= manyLevelsShare * nRows) return null;
      return whole(
        nRows,
        `column "${check.column}" has ${nLevels.toLocaleString("en-US")} different values in ${nRows.toLocaleString("en-US")} rows, too many to learn from`,
      );
    }
    case "missing-share": {
      const n = countMissing(table.column(check.column));
      if (n <= check.max * nRows) return null;
      return whole(
        n,
        `column "${check.column}" is missing in ${percent(n, nRows)} of the rows, at most ${percent(check.max, 1)} expected`,
      );
    }
    default: {
      const rows = rowsInBreach(check, table);
      return found(rows, rowMessage(check, rows.length));
    }
  }
}

type RowCheck = Extract<Check, { kind: "range" | "levels" | "unique" | "format" | "finite" | "target-present" }>;

/** Rows that breach a check on single values. */
function rowsInBreach(check: RowCheck, table: Table): number[] {
  const column = table.column(check.column);
  const breaches = (isBad: (i: number) => boolean) => {
    const rows: number[] = [];
    for (let i = 0; i < table.nRows; i++) if (isBad(i)) rows.push(i);
    return rows;
  };
  const badCodes = (isBad: (text: string) => boolean) => {
    if (column.kind !== "category") return [];
    const bad = column.dictionary.map(isBad);
    return breaches((i) => column.codes[i]! >= 0 && bad[column.codes[i]!]!);
  };
  switch (check.kind) {
    case "target-present":
      return breaches((i) => isMissing(column, i));
    case "finite":
      if (column.kind !== "number") return [];
      return breaches((i) => Math.abs(column.values[i]!) === Number.POSITIVE_INFINITY);
    case "range": {
      if (column.kind === "category") return [];
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = check;
      return breaches(
        (i) => Number.isFinite(column.values[i]!) && (column.values[i]! < min || column.values[i]! > max),
      );
    }
    case "levels": {
      const known = new Set(check.levels);
      return badCodes((text) => !known.has(text));
    }
    case "format":
      return badCodes((text) => !(formats[check.format]?.(text) ?? true));
    case "unique": {
      const seen = new Set<unknown>();
      return breaches((i) => {
        if (isMissing(column, i)) return false;
        const cell = cellOf(column, i);
        if (seen.has(cell)) return true;
        seen.add(cell);
        return false;
      });
    }
    default:
      return assertNever(check);
  }
}

function rowMessage(check: RowCheck, n: number): string {
  const rows = rowsInWords(n);
  switch (check.kind) {
    case "target-present":
      return `${rows} ${n === 1 ? "has" : "have"} no "${check.column}", the target, and ${isAre(n)} left out`;
    case "finite":
      return `column "${check.column}" is infinite in ${rows}, taken as missing`;
    case "range":
      return `column "${check.column}" is out of its range ${check.min ?? "…"} to ${check.max ?? "…"} in ${rows}`;
    case "levels":
      return `column "${check.column}" has a value that is no known level in ${rows}`;
    case "format":
      return `column "${check.column}" does not follow the format ${check.format} in ${rows}`;
    case "unique":
      return `column "${check.column}" repeats an earlier value in ${rows}`;
    default:
      return assertNever(check);
  }
}

/**
 * Rows that break a rule of the contract on a single value (range, levels, format, uniqueness) or hold an infinite number: what a quarantine
 * takes out. Ascending.
 */
export function quarantineRows(contract: Contract, table: Table, schema: Schema): Int32Array {
  const bad = new Set<number>();
  for (const { check } of checksOf(contract, table, schema, {}))
    if (["range", "levels", "format", "unique", "finite"].includes(check.kind))
      for (const row of rowsInBreach(check as RowCheck, table)) bad.add(row);
  return Int32Array.from(bad).sort();
}

function violationOf(check: Check, severity: Severity, nRows: number, { count, rows, message }: Breach): Violation {
  const column = "column" in check ? check.column : null;
  return { check, column, severity, count, share: nRows === 0 ? 0 : count / nRows, rows: rows.slice(0, 10), message };
}

function nearIn(table: Table, name: string): string {
  const near = nearestName(name, table.names);
  return near === undefined ? "" : `; did you mean it by "${near}"?`;
}

const whole = (count: number, message: string): Breach => ({ count, rows: [], message });
const counted = (count: number, message: string): Breach | null => (count === 0 ? null : { count, rows: [], message });
const found = (rows: readonly number[], message: string): Breach | null =>
  rows.length === 0 ? null : { count: rows.length, rows, message };

const rowsInWords = (n: number) => `${n.toLocaleString("en-US")} ${n === 1 ? "row" : "rows"}`;
const isAre = (n: number) => (n === 1 ? "is" : "are");
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

// Whole numbers are numbers; what is stored as text may be called category, text or id.
function fits(type: LogicalType, expected: LogicalType): boolean {
  if (type === expected || (type === "integer" && expected === "number")) return true;
  return storageOf[type] === "category" && storageOf[expected] === "category";
}

function isConstant(table: Table, name: string): boolean {
  const column = table.column(name);
  let first: number | undefined;
  const values = column.kind === "category" ? column.codes : column.values;
  for (let i = 0; i < table.nRows; i++) {
    if (isMissing(column, i)) continue;
    first ??= values[i]!;
    if (values[i] !== first) return false;
  }
  return first !== undefined && countMissing(column) === 0;
}
