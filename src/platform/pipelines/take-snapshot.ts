import { FettleError } from "../../lib/index.ts";
import { type Column, categoryColumn, cellOf, Table } from "../../ml/table/index.ts";
import { type Snapshot, type SourceReading, snapshotId } from "../data/index.ts";
import type { ModelDefinition } from "../training/index.ts";
import type { PipelinePorts } from "./ports.ts";

/** A snapshot with its rows. */
export interface TakenSnapshot {
  readonly snapshot: Snapshot;
  readonly table: Table;
  /** Where the official test rows begin; null where there is no test file. */
  readonly testStart: number | null;
}

/** Reads the files of a definition, stores their rows once and records the snapshot. */
export async function takeSnapshot(
  ports: Pick<PipelinePorts, "reader" | "tables" | "objects" | "ledger" | "clock" | "withScratch">,
  definition: Pick<ModelDefinition, "data"> & Partial<Pick<ModelDefinition, "target">>,
  resolvePath: (path: string) => string,
): Promise<TakenSnapshot> {
  const { files, test } = definition.data;
  const target = definition.target?.column;
  const { literalColumns = [], ...told } = definition.data.options ?? {};
  const options = {
    ...told,
    literalColumns: [...new Set([...(target === undefined ? [] : [target]), ...literalColumns])],
  };
  const reading = await ports.reader.read(files.map(resolvePath), options);
  const all = test === undefined ? reading : await withTestFile(ports, reading, resolvePath(test), target ?? "");
  const snapshot = await saveTable(ports, all);
  return { snapshot, table: all.table, testStart: test === undefined ? null : reading.table.nRows };
}

/** Reads a test file with the options of the training files and puts its rows below theirs. */
async function withTestFile(
  ports: Pick<PipelinePorts, "reader">,
  train: SourceReading,
  path: string,
  target: string,
): Promise<SourceReading> {
  const types = Object.fromEntries(train.schema.map(({ name, type }) => [name, type]));
  const read = await ports.reader.read([path], { ...train.options, types });
  const absent = train.table.names.filter((name) => !read.table.has(name));
  if (absent.length > 0)
    throw new FettleError(
      "invalid-input",
      "TEST_FILE_COLUMNS",
      `Cannot use the test file: ${absent.length} columns of the training files are not in it, the same columns are needed`,
      {
        facts: { absent: absent.slice(0, 20) },
        hint: `Absent: ${absent.slice(0, 5).join(", ")}`,
      },
    );
  const test = alignTarget(train.table, read, target);
  return {
    ...train,
    table: appendRows(train.table, test.table),
    files: [...train.files, ...test.files],
    nRejected: train.nRejected + test.nRejected,
    rejected: [...train.rejected, ...test.rejected].slice(0, 100),
    notes: [...train.notes, ...test.notes],
  };
}

// Official test files are known to end their labels in a full stop. A label that training rows do not have is mended so, or refused: it would
// count as a wrong class in silence.
function alignTarget(train: Table, test: SourceReading, target: string): SourceReading {
  if (!train.has(target)) return test;
  const known = train.column(target);
  const column = test.table.column(target);
  if (known.kind !== "category" || column.kind !== "category") return test;
  const labels = new Set(known.dictionary);
  const unknown = column.dictionary.filter((label) => !labels.has(label));
  if (unknown.length === 0) return test;
  const dictionary = column.dictionary.map((label) => (labels.has(label) ? label : label.replace(/\.$/, "")));
  const left = dictionary.filter((label) => !labels.has(label));
  if (left.length > 0)
    throw new FettleError(
      "invalid-input",
      "TEST_FILE_TARGET",
      `Cannot use the test file: its target has ${left.length} values that no training row has, the same classes are needed`,
      { hint: "Write both files with the same labels", facts: { column: target, nUnknown: left.length } },
    );
  const joined = categoryColumn(Array.from(column.codes, (code) => (code < 0 ? null : dictionary[code]!)));
  const note = `test labels end in a full stop that training labels do not have; they are read without it`;
  return { ...test, table: test.table.with(target, joined), notes: [...test.notes, note] };
}

/** The rows of `below` put under those of `above`, for the columns of `above`. */
export function appendRows(above: Table, below: Table): Table {
  return Table.of(
    [...above.entries()].map(([name, column]) => [name, appendColumn(column, below.column(name))] as const),
    above.nRows + below.nRows,
  );
}

function appendColumn(above: Column, below: Column): Column {
  if (above.kind === "category") {
    const n = below.kind === "category" ? below.codes.length : below.values.length;
    const text = (i: number) => {
      const cell = cellOf(below, i);
      return cell === null ? null : String(cell);
    };
    const added = categoryColumn(Array.from({ length: n }, (_, i) => text(i)));
    const codeOf = new Map(above.dictionary.map((value, code) => [value, code]));
    const dictionary = [...above.dictionary];
    const recoded = added.dictionary.map((value) => codeOf.get(value) ?? dictionary.push(value) - 1);
    const codes = new Int32Array(above.codes.length + n);
    codes.set(above.codes);
    for (let i = 0; i < n; i++) codes[above.codes.length + i] = added.codes[i]! < 0 ? -1 : recoded[added.codes[i]!]!;
    return { kind: "category", codes, dictionary };
  }
  const values = new Float64Array(
    above.values.length + (below.kind === "category" ? below.codes.length : below.values.length),
  ).fill(Number.NaN);
  values.set(above.values);
  if (below.kind !== "category") values.set(below.values, above.values.length);
  return { ...above, values };
}

async function saveTable(
  ports: Pick<PipelinePorts, "tables" | "objects" | "ledger" | "clock" | "withScratch">,
  reading: SourceReading,
): Promise<Snapshot> {
  const { table, schema, options, files, nRejected, rejected, notes } = reading;
  const id = snapshotId(table, schema);
  const known = await ports.ledger.snapshot(id);
  if (known && (await ports.objects.has(known.object))) return known;
  const stored = await ports.withScratch(async (path) => {
    await ports.tables.write(table, schema, path);
    return ports.objects.putFile(path);
  });
  const snapshot: Snapshot = {
    id,
    schema,
    nRows: table.nRows,
    object: stored,
    source: { files, options, nRejected, rejected, notes },
  };
  await ports.ledger.saveSnapshot(snapshot, ports.clock());
  return snapshot;
}

/** The rows of a snapshot, every byte verified, and its identity computed again. */
export async function loadSnapshotTable(
  ports: Pick<PipelinePorts, "tables" | "objects">,
  snapshot: Snapshot,
  threads?: number,
): Promise<Table> {
  const path = await ports.objects.verifiedPath(snapshot.object);
  return ports.tables.read(path, snapshot.schema, threads === undefined ? {} : { threads });
}
