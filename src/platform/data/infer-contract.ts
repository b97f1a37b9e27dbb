import { type CategoryColumn, type Column, countMissing, type Table } from "../../ml/table/index.ts";
import type { ColumnContract, Contract, PersonalDataKind } from "./contract.ts";
import { formatOf } from "./formats.ts";
import { detectPersonalData } from "./personal-data.ts";
import type { ColumnSchema, Schema } from "./schema.ts";

/** Most levels that a contract lists. */
const mostLevels = 50;

/**
 * The contract that a table itself keeps: types, ranges, levels where they are few, missing shares with some room, uniqueness, formats.
 * Nothing of a column that may be personal is written down but its type.
 */
export function inferContract(
  table: Table,
  schema: Schema,
  personalData: ReadonlyMap<string, PersonalDataKind> = detectPersonalData(table, schema),
): Contract {
  const columns = schema.map((column) => [
    column.name,
    columnContract(column, table.column(column.name), personalData.get(column.name)),
  ]);
  return { columns: Object.fromEntries(columns) as Contract["columns"], minRows: Math.floor(table.nRows / 2) };
}

function columnContract({ type }: ColumnSchema, column: Column, personalData?: PersonalDataKind): ColumnContract {
  const n = column.kind === "category" ? column.codes.length : column.values.length;
  const nMissing = countMissing(column);
  const missing = { maxMissingShare: nMissing === 0 ? 0 : roomAbove(nMissing / Math.max(1, n)) };
  if (personalData !== undefined) return { type, ...missing, personalData };
  if (column.kind === "category") return { type, ...textRules(column, type, n - nMissing), ...missing };
  const range = rangeOf(column.values);
  if (range === null) return { type, ...missing };
  const [min, max] =
    column.kind === "instant"
      ? [new Date(Math.floor(range[0])).toISOString(), new Date(Math.ceil(range[1])).toISOString()]
      : range;
  return { type, min, max, ...missing };
}

function textRules(column: CategoryColumn, type: ColumnSchema["type"], nPresent: number): Partial<ColumnContract> {
  const { dictionary } = column;
  if (type === "category" && dictionary.length <= mostLevels) return { levels: [...dictionary].sort() };
  const format = formatOf(dictionary);
  return {
    ...(type === "id" && nDistinct(column) === nPresent ? { unique: true } : {}),
    ...(format === undefined ? {} : { format }),
  };
}

function nDistinct({ codes }: CategoryColumn): number {
  return new Set(codes.filter((code) => code >= 0)).size;
}

// The next data may miss a little more: a fifth more and one in a hundred, rounded to hundredths.
function roomAbove(share: number): number {
  return Math.min(1, Math.ceil(100 * (1.2 * share + 0.01)) / 100);
}

function rangeOf(values: Float64Array): [number, number] | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : null;
}
