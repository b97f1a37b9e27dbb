import { FettleError } from "../../lib/index.ts";
import { type Column, Table } from "../../ml/table/index.ts";
import { type LogicalType, type Schema, storageOf, type TableFiles } from "../../platform/data/index.ts";
import { createBatchWriter } from "./batch-writer.ts";
import { sqlPath, withDuckdb } from "./duckdb.ts";
import { type RawColumn, type RawRows, relationParts } from "./read-files.ts";

/**
 * Tables as Parquet files with plain types: DOUBLE, BIGINT where every number is whole, TIMESTAMP, VARCHAR; missing is NULL.
 * A table comes back equal, its dictionaries in order of first appearance without unused entries: the form in which
 * `createSourceReader` gives them. A file that is not such a table is `damaged`, TABLE_FILE_DAMAGED.
 */
export function tableFiles(): TableFiles {
  return {
    async write(table, schema, path) {
      const writer = await createBatchWriter(path, "parquet");
      try {
        await writer.write(table.select(schema.map(({ name }) => name)), schema);
        await writer.finish();
      } catch (error) {
        await writer.abort();
        throw error;
      }
    },
    async read(path, schema, options = {}) {
      const rows = await withDuckdb(options, (connection) =>
        readAll(connection, `read_parquet(${sqlPath(path)})`),
      ).catch((cause: unknown) => {
        throw damaged("it cannot be read as Parquet", cause);
      });
      return tableOf(rows, schema);
    },
  };
}

async function readAll(connection: Parameters<typeof relationParts>[0], relation: string): Promise<RawRows> {
  for await (const rows of relationParts(connection, relation, Number.POSITIVE_INFINITY)) return rows;
  return { nRows: 0, columns: [] };
}

// Columns are matched by place: names that differ in case alone are changed in the file.
function tableOf({ nRows, columns }: RawRows, schema: Schema): Table {
  if (nRows > 0 && columns.length !== schema.length)
    throw damaged(`it has ${columns.length} columns, ${schema.length} are needed`);
  const named = schema.map(({ name, type }, k) => [name, columnOf(columns[k], type)] as const);
  return Table.of(named, nRows);
}

function columnOf(raw: RawColumn | undefined, type: LogicalType): Column {
  const kind = storageOf[type];
  if (raw === undefined)
    return kind === "category"
      ? { kind, codes: new Int32Array(0), dictionary: [] }
      : { kind, values: new Float64Array(0) };
  if ("codes" in raw !== (kind === "category")) throw damaged(`column "${raw.name}" is ${raw.kind}, ${type} is needed`);
  return "codes" in raw
    ? { kind: "category", codes: raw.codes, dictionary: raw.dictionary }
    : { kind: kind as "number" | "instant", values: raw.values };
}

function damaged(found: string, cause?: unknown): FettleError {
  return new FettleError("damaged", "TABLE_FILE_DAMAGED", `Cannot read a table file: ${found}`, { cause });
}
