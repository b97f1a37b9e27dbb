import { FettleError, nearestName } from "../../lib/index.ts";
import { type Column, columnLength, numberColumn, Table } from "../../ml/table/index.ts";
import { type ColumnSchema, type Schema, storageOf } from "../data/index.ts";
import { parseInstant, type Signature, type SignatureInput } from "./signature.ts";

/** What a model reads of a row. */
export type ModelInputs = Pick<Signature, "inputs">;

/** Throws SCORE_COLUMNS where a table to score lacks an input. */
export function checkInputs({ inputs }: ModelInputs, table: Table): void {
  const absent = inputs.filter(({ name }) => !table.has(name)).map(({ name }) => name);
  if (absent.length === 0) return;
  const near = nearestName(absent[0]!, table.names);
  const which = absent.length === 1 ? `column "${absent[0]}" is` : `${absent.length} columns are`;
  throw new FettleError(
    "invalid-input",
    "SCORE_COLUMNS",
    `Cannot score the rows: ${which} absent, every input of the model is needed`,
    {
      hint:
        near === undefined
          ? `Absent: ${absent.slice(0, 5).join(", ")}; "fettle show" lists the inputs`
          : `Did you mean "${absent[0]}" by "${near}"?`,
      facts: { absent: absent.slice(0, 20) },
    },
  );
}

/** The model's inputs out of a table, each stored as its type demands; a value that does not fit counts as missing, and `onUnfit` is told. */
export function inputTable(
  { inputs }: ModelInputs,
  table: Table,
  onUnfit: (name: string, count: number) => void,
): Table {
  return Table.of(
    inputs.map((input) => {
      const column = table.column(input.name);
      const fitting = asStored(input, column);
      onUnfit(input.name, countLost(column, fitting));
      return [input.name, fitting] as const;
    }),
    table.nRows,
  );
}

function asStored(input: SignatureInput, column: Column): Column {
  const kind = storageOf[input.type];
  if (column.kind === kind) return kind === "number" ? withoutInfinite(column) : column;
  if (column.kind === "category") {
    const read = kind === "instant" ? parseInstant : readNumber;
    const parsed = column.dictionary.map(read);
    return {
      kind: kind as "number" | "instant",
      values: Float64Array.from(column.codes, (c) => parsed[c] ?? Number.NaN),
    };
  }
  if (kind !== "category") return { kind, values: column.values };
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const text = column.kind === "instant" ? new Date(value).toISOString() : String(value);
    const code = codeOf.get(text) ?? codeOf.size;
    codeOf.set(text, code);
    return code;
  });
  return { kind, codes, dictionary: [...codeOf.keys()] };
}

function readNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

// As over HTTP, where an infinite number is no value.
function withoutInfinite(column: Column): Column {
  if (column.kind !== "number" || column.values.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY))
    return column;
  return numberColumn(column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN)));
}

function countLost(before: Column, after: Column): number {
  if (before === after || after.kind === "category") return 0;
  let count = 0;
  for (let i = columnLength(after) - 1; i >= 0; i--) {
    const wasMissing = before.kind === "category" ? before.codes[i]! < 0 : Number.isNaN(before.values[i]!);
    if (!wasMissing && Number.isNaN(after.values[i]!)) count += 1;
  }
  return count;
}

/** A column of an answer. */
export interface AnswerColumn extends ColumnSchema {
  readonly column: Column;
}

/** Rows with the columns of their answers after their own; a name that is there already gets a number. */
export function joinAnswer(
  table: Table,
  layout: Schema,
  answer: readonly AnswerColumn[],
): { readonly table: Table; readonly schema: Schema; readonly renamed: readonly (readonly [string, string])[] } {
  const renamed: [string, string][] = [];
  const columns = new Map<string, Column>(layout.map(({ name }) => [name, table.column(name)]));
  const schema = [...layout];
  for (const { name: wanted, type, column } of answer) {
    let name = wanted;
    for (let n = 2; columns.has(name); n++) name = `${wanted}_${n}`;
    if (name !== wanted) renamed.push([wanted, name]);
    columns.set(name, column);
    schema.push({ name, type });
  }
  return { table: Table.of(columns, table.nRows), schema, renamed };
}
