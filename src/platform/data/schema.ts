import type { Column } from "../../ml/table/index.ts";

/**
 * What a column means, beyond how it is stored:
 * number, integer → number column; instant → instant column; category (few levels), text (free text), id (an identifier,
 * integers over 2^53 included) → category column.
 */
export type LogicalType = "number" | "integer" | "instant" | "category" | "text" | "id";

/** Name and meaning of one column. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: LogicalType;
}

/** The columns of a dataset, in order. */
export type Schema = readonly ColumnSchema[];

/** How a logical type is stored. */
export const storageOf: Readonly<Record<LogicalType, Column["kind"]>> = {
  number: "number",
  integer: "number",
  instant: "instant",
  category: "category",
  text: "category",
  id: "category",
};
