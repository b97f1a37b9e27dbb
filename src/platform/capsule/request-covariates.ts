import { nearestName } from "../../lib/index.ts";
import type { SeriesColumns } from "../../ml/forecasters/index.ts";
import { type RowProblem, valueClass } from "./signature.ts";

/** Numbers of one step by column; null where one is missing. */
export type CovariateRow = { readonly [column: string]: number | null };

type Refuse = (field: string, rule: RowProblem["rule"], says: string) => undefined;

/** Steps that a refusal names, at most. */
const mostNamed = 5;

/**
 * `known`: covariates of the steps to forecast, a number for each; rows beyond the horizon are not read. Undefined where it is refused, or may be absent and is.
 */
export function readKnown(
  known: unknown,
  names: readonly string[],
  horizon: number,
  isNeeded: boolean,
  refuse: Refuse,
): readonly CovariateRow[] | undefined {
  const needed = `${quoted(names)} of each of the ${horizon} steps after the last value ${names.length === 1 ? "is" : "are"} needed`;
  if (known === undefined || known === null)
    return isNeeded ? refuse("known", "required", `is absent, ${needed}`) : undefined;
  if (!Array.isArray(known)) return refuse("known", "type", `is ${valueClass(known)}, a list of objects is needed`);
  if (known.length < horizon)
    return refuse("known", "range", `has no step ${listed(range(known.length, horizon))} of ${horizon}, ${needed}`);
  const rows: readonly unknown[] = known.slice(0, horizon);
  if (!areRows(rows, "known", names, refuse)) return undefined;
  for (const name of names) {
    const lacking = rows.flatMap((row, h) => (isNumber(cellOf(row, name)) ? [] : [h]));
    if (lacking.length > 0)
      return refuse("known", "required", `has no number for "${name}" at step ${listed(lacking)} of ${horizon}`);
  }
  return rows.map((row) => pick(row, names));
}

/**
 * Columns beside newer values: a number for each, or null where it is missing. What is absent is refused at steps that have a value, where it is needed.
 * @param field what the request calls the rows
 * @param isRead whether a step has a value that will be read
 */
export function readBeside(
  rows: readonly unknown[],
  names: readonly string[],
  field: string,
  isNeeded: boolean,
  isRead: (k: number) => boolean,
  refuse: Refuse,
): readonly CovariateRow[] | undefined {
  if (!areRows(rows, field, names, refuse)) return undefined;
  for (const name of names) {
    const wrong = rows.flatMap((row, k) => {
      const cell = cellOf(row, name);
      return cell === undefined || cell === null || isNumber(cell) ? [] : [k];
    });
    if (wrong.length > 0)
      return refuse(field, "type", `has no finite number for "${name}" at its row ${listed(wrong)}; null says missing`);
    const lacking = isNeeded ? rows.flatMap((row, k) => (cellOf(row, name) === undefined && isRead(k) ? [k] : [])) : [];
    if (lacking.length > 0)
      return refuse(field, "required", `lacks "${name}" at its row ${listed(lacking)}; null says missing`);
  }
  return rows.map((row) => pick(row, names));
}

/** Rows as columns. */
export function columnsOf(names: readonly string[], rows: readonly CovariateRow[] = []): SeriesColumns {
  return Object.fromEntries(
    names.map((name) => [name, Float64Array.from(rows, (row) => row[name] ?? Number.NaN)] as const),
  );
}

// A column may be called as something that every object has.
const cellOf = (row: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(row, name) ? row[name] : undefined;

const isNumber = (cell: unknown): cell is number => typeof cell === "number" && Number.isFinite(cell);

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(", ");

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

// Steps count from 1.
function listed(at: readonly number[]): string {
  const named = at.slice(0, mostNamed).map((k) => k + 1);
  return `${named.join(", ")}${at.length > mostNamed ? ` and ${at.length - mostNamed} more` : ""}`;
}

function pick(row: Readonly<Record<string, unknown>>, names: readonly string[]): CovariateRow {
  return Object.fromEntries(names.map((name) => [name, (cellOf(row, name) ?? null) as number | null]));
}

function areRows(
  rows: readonly unknown[],
  field: string,
  names: readonly string[],
  refuse: Refuse,
): rows is readonly Readonly<Record<string, unknown>>[] {
  for (const row of rows) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      refuse(field, "type", `holds ${valueClass(row)}, objects of ${quoted(names)} are needed`);
      return false;
    }
    const other = Object.keys(row).find((key) => !names.includes(key));
    if (other === undefined) continue;
    const near = nearestName(other.slice(0, 80), names);
    refuse(field, "unknown", `names what is no covariate${near === undefined ? "" : `; did you mean "${near}"?`}`);
    return false;
  }
  return true;
}
