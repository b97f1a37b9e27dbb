import { nearestName } from "../../lib/index.ts";
import type { ConformalRule } from "../../ml/conformal/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import { type CategoryColumn, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type LogicalType, storageOf } from "../data/index.ts";
import type { RawRow } from "../features/index.ts";

/** One input column of a model. */
export interface SignatureInput {
  readonly name: string;
  readonly type: LogicalType;
  /** Training range, for documentation; values outside it are answered. */
  readonly min?: number;
  readonly max?: number;
  /** Training levels of a category with at most 50 of them, for documentation; unseen levels are answered. */
  readonly levels?: readonly string[];
}

/** What a model takes and gives: the contract of a prediction. */
export interface Signature {
  readonly inputs: readonly SignatureInput[];
  readonly task: Task;
  /** Class names in the order of the probabilities; for binary the second is the positive one. Empty for regression. */
  readonly classes: readonly string[];
  /** Names of the outputs of a regression: `value`, or one per quantile such as `q0.9`. */
  readonly outputs: readonly string[];
  /** Ranking: the column that says which rows are ordered together; it is no input. Absent where it is not known. */
  readonly query?: string;
  /** Binary: probabilities from here on are answered as the positive class. */
  readonly threshold: number | null;
  /** Several classes: `costs[t][k]`, what answering k costs where t is true; the answer is the class of least expected cost. Absent: the most probable. */
  readonly costs?: readonly (readonly number[])[];
  /** What makes an interval or a set of classes out of the outputs; absent where the definition asks for none. */
  readonly conformal?: ConformalRule;
}

/** What is wrong with one field of one row. The value itself is never repeated, only its class. */
export interface RowProblem {
  readonly row: number;
  readonly field: string;
  readonly rule: "object" | "required" | "type" | "finite" | "instant" | "range" | "unknown";
  readonly message: string;
}

/** How a JSON value is called in a message. */
export function valueClass(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number" && !Number.isFinite(value)) return "infinite number";
  return typeof value;
}

/**
 * Reads one JSON row as a model's inputs, in signature order.
 *
 * A field must be present; `null` says that its value is missing. Fields that the model does not take are ignored.
 * number, integer: a finite JSON number. instant: ISO 8601 text or epoch milliseconds. category, text, id: a string; a boolean
 * reads as the level `true` or `false` however it is capitalised, a number as its shortest text. An unseen category is answered as unseen, never refused.
 * Problems are added to `problems`; the row is then not to be used.
 */
export function parseRow(
  signature: Pick<Signature, "inputs">,
  value: unknown,
  row: number,
  problems: RowProblem[],
): RawRow {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push({
      row,
      field: "",
      rule: "object",
      message: `row ${row} is ${valueClass(value)}, an object of fields is needed`,
    });
    return [];
  }
  const fields = value as Record<string, unknown>;
  let strange: readonly string[] | undefined;
  return signature.inputs.map((input) => {
    if (!Object.hasOwn(fields, input.name)) {
      strange ??= strangeFields(signature, fields);
      const near = nearestName(input.name, strange);
      const hint = near === undefined ? "" : `; did you mean it by "${near.slice(0, 80)}"?`;
      problems.push({
        row,
        field: input.name,
        rule: "required",
        message: `row ${row}: field "${input.name}" is absent, a value or null is needed${hint}`,
      });
      return null;
    }
    return parseValue(input, fields[input.name], row, problems);
  });
}

// Fields that the model does not take: one that it takes by its own name is no misspelling of another.
function strangeFields({ inputs }: Pick<Signature, "inputs">, fields: Record<string, unknown>): string[] {
  const names = new Set(inputs.map(({ name }) => name));
  return Object.keys(fields)
    .slice(0, 1000)
    .filter((field) => !names.has(field));
}

function parseValue(
  input: SignatureInput,
  value: unknown,
  row: number,
  problems: RowProblem[],
): number | string | null {
  if (value === null) return null;
  const refuse = (rule: RowProblem["rule"], needed: string): null => {
    const message = `row ${row}: field "${input.name}" is ${valueClass(value)}, ${needed} is needed`;
    problems.push({ row, field: input.name, rule, message });
    return null;
  };
  switch (storageOf[input.type]) {
    case "number":
      if (typeof value !== "number") return refuse("type", "a number");
      return Number.isFinite(value) ? value : refuse("finite", "a finite number");
    case "instant": {
      if (typeof value === "number" && Number.isFinite(value)) return value;
      const instant = typeof value === "string" ? parseInstant(value) : Number.NaN;
      return Number.isNaN(instant) ? refuse("instant", "an ISO 8601 instant") : instant;
    }
    case "category":
      if (typeof value === "string") return value;
      if (typeof value === "boolean") return levelOf(input, String(value));
      if (typeof value === "number" && Number.isFinite(value)) return String(value);
      return refuse("type", "a string");
  }
}

// Files write True, TRUE or true: a boolean is the level that says the same.
function levelOf({ levels = [] }: SignatureInput, text: string): string {
  return levels.find((level) => level.toLowerCase() === text) ?? text;
}

const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Epoch milliseconds of an ISO 8601 date or instant; a text without an offset is read as UTC, digits below a millisecond are cut off. NaN for
 * any other text and for days that no calendar has. `Date.parse` would differ between engines.
 */
export function parseInstant(text: string): number {
  const match = iso.exec(text);
  if (!match) return Number.NaN;
  const part = (k: number) => Number(match[k] ?? 0);
  const [month, hour, minute, second] = [part(2), part(4), part(5), part(6)];
  const date = new Date(0);
  date.setUTCFullYear(part(1), month - 1, part(3));
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === part(3);
  const isTime = minute < 60 && second < 60 && (hour < 24 || (hour === 24 && minute + second === 0));
  if (!isDay || !isTime) return Number.NaN;
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offsetOf(match[8]);
}

function offsetOf(offset = "Z"): number {
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** Rows in signature order as a table, for a model's batch form. */
export function tableOfRows(signature: Pick<Signature, "inputs">, rows: readonly RawRow[]): Table {
  return Table.of(
    signature.inputs.map((input, j) => {
      const values = rows.map((row) => row[j] ?? null);
      const kind = storageOf[input.type];
      if (kind === "category") return [input.name, categoryColumn(values as (string | null)[])] as const;
      const column = kind === "instant" ? instantColumn : numberColumn;
      return [input.name, column(values as (number | null)[])] as const;
    }),
    rows.length,
  );
}

/** Row `i` of a table as a model's inputs, in signature order; an infinite number counts as missing, as it does for features. */
export function rawRowOf(signature: Pick<Signature, "inputs">, table: Table, i: number): RawRow {
  return signature.inputs.map((input) => {
    const column = table.column(input.name);
    if (column.kind === "category") {
      const code = column.codes[i]!;
      return code < 0 ? null : (column as CategoryColumn).dictionary[code]!;
    }
    const value = column.values[i]!;
    return Number.isFinite(value) ? value : null; // infinite counts as missing, as it does in every feature
  });
}
