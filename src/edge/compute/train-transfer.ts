import { type Column, Table } from "../../ml/table/index.ts";
import type { TrainInput } from "../../platform/training/index.ts";

/** A training input as it crosses into a worker: the table as plain columns. */
export type PackedTrainInput = Omit<TrainInput, "table"> & {
  readonly columns: readonly (readonly [string, Column])[];
  readonly nRows: number;
};

/** Takes the table apart. Its arrays are copied on the way, since the caller goes on using them. */
export function packTrainInput({ table, ...rest }: TrainInput): PackedTrainInput {
  return { ...rest, columns: [...table.entries()], nRows: table.nRows };
}

/** Puts the table together again. */
export function unpackTrainInput({ columns, nRows, ...rest }: PackedTrainInput): TrainInput {
  return { ...rest, table: Table.of(columns, nRows) };
}
