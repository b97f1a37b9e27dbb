import { type Column, Table } from "../../ml/table/index.ts";

/** An input as it crosses into a worker: the table as plain columns. */
export type Packed<Input extends { readonly table: Table }> = Omit<Input, "table"> & {
  readonly columns: readonly (readonly [string, Column])[];
  readonly nRows: number;
};

/** Takes the table apart. Its arrays are copied on the way, since the caller goes on using them. */
export function packInput<Input extends { readonly table: Table }>({ table, ...rest }: Input): Packed<Input> {
  return { ...rest, columns: [...table.entries()], nRows: table.nRows };
}

/** Puts the table together again. */
export function unpackInput<Input extends { readonly table: Table }>({
  columns,
  nRows,
  ...rest
}: Packed<Input>): Input {
  return { ...rest, table: Table.of(columns, nRows) } as unknown as Input;
}
