import type { DuckDBConnection, DuckDBVector } from "@duckdb/node-api";
import { queryRows, sqlName, stringHeaders, vectorItems } from "./duckdb.ts";

/** How a column of a Parquet file is read: as numbers (`DOUBLE`) or as texts, and what it means. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: "number" | "integer" | "instant" | "boolean" | "text";
  /** SQL expression of type DOUBLE (missing is NaN) or VARCHAR. */
  readonly expression: string;
}

const wholeNumbers = new Set(["TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"]);
const largeNumbers = new Set(["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"]);
const nested = /^(STRUCT|MAP|UNION)\(|\]$/;

/** How the columns of a relation (an SQL text) are read, in order. */
export async function parquetColumns(connection: DuckDBConnection, relation: string): Promise<ParquetColumn[]> {
  const described = await queryRows(connection, `DESCRIBE SELECT * FROM ${relation}`);
  const columns = described.map(([name, type]) => columnOf(String(name), String(type)));
  const large = described.flatMap(([name, type]) => (largeNumbers.has(String(type)) ? [String(name)] : []));
  const unsafe = await unsafeIntegers(connection, relation, large);
  return columns.map((column) =>
    unsafe.has(column.name)
      ? { name: column.name, kind: "text", expression: `${sqlName(column.name)}::VARCHAR` }
      : column,
  );
}

function columnOf(name: string, type: string): ParquetColumn {
  const column = sqlName(name);
  const double = (value: string) => `coalesce((${value})::DOUBLE, 'nan'::DOUBLE)`;
  if (wholeNumbers.has(type) || largeNumbers.has(type)) return { name, kind: "integer", expression: double(column) };
  if (type === "FLOAT" || type === "DOUBLE" || type.startsWith("DECIMAL("))
    return { name, kind: "number", expression: double(column) };
  if (type === "DATE" || type.startsWith("TIMESTAMP"))
    return { name, kind: "instant", expression: double(`CASE WHEN isfinite(${column}) THEN epoch_ms(${column}) END`) };
  if (type === "BOOLEAN") return { name, kind: "boolean", expression: `${column}::VARCHAR` };
  return { name, kind: "text", expression: nested.test(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR` };
}

// Integers over 2^53 would be rounded as doubles: such a column is text.
async function unsafeIntegers(connection: DuckDBConnection, relation: string, names: readonly string[]) {
  if (names.length === 0) return new Set<string>();
  const limit = Number.MAX_SAFE_INTEGER;
  const sums = names.map((name) => `bool_or(${sqlName(name)} > ${limit} OR ${sqlName(name)} < ${-limit})`);
  const [row] = await queryRows(connection, `SELECT ${sums.join(", ")} FROM ${relation}`);
  return new Set(names.filter((_, k) => row?.[k] === true));
}

/** Collects the chunks of one column. */
export interface VectorCollector<T> {
  add(vector: DuckDBVector, nRows: number): void;
  /** What was collected; the collector is empty afterwards. */
  take(): T;
}

/** Collects DOUBLE vectors. */
export function numberCollector(): VectorCollector<Float64Array> {
  let values = new Float64Array(2048);
  let count = 0;
  return {
    add(vector, nRows) {
      if (count + nRows > values.length) {
        const grown = new Float64Array(Math.max(count + nRows, values.length * 2));
        grown.set(values.subarray(0, count));
        values = grown;
      }
      values.set(vectorItems(vector).subarray(0, nRows), count);
      count += nRows;
    },
    take() {
      const taken = values.slice(0, count);
      count = 0;
      return taken;
    },
  };
}

/** Collects VARCHAR vectors as codes over the distinct texts in order of first appearance; a null is -1. */
export function textVectorCollector(): VectorCollector<{ codes: Int32Array; dictionary: string[] }> {
  let codes = new Int32Array(2048);
  let count = 0;
  let codeOf = new Map<string, number>();
  const headers = headerTable();

  function codeOfText(text: string): number {
    const known = codeOf.get(text);
    if (known !== undefined) return known;
    codeOf.set(text, codeOf.size);
    return codeOf.size - 1;
  }
  return {
    add(vector, nRows) {
      if (count + nRows > codes.length) {
        const grown = new Int32Array(Math.max(count + nRows, codes.length * 2));
        grown.set(codes.subarray(0, count));
        codes = grown;
      }
      const words = stringHeaders(vector);
      const validity = validityWords(vector);
      headers.clear();
      for (let i = 0; i < nRows; i++) {
        if (validity !== null && (validity[i >> 5]! & (1 << (i & 31))) === 0) {
          codes[count + i] = -1;
          continue;
        }
        const slot = headers.find(words, i * 4);
        let code = headers.codeAt(slot);
        if (code < 0) {
          code = codeOfText(textOf(vector, words, i));
          headers.set(slot, words, i * 4, code);
        }
        codes[count + i] = code;
      }
      count += nRows;
    },
    take() {
      const taken = { codes: codes.slice(0, count), dictionary: [...codeOf.keys()] };
      count = 0;
      codeOf = new Map();
      return taken;
    },
  };
}

function validityWords(vector: DuckDBVector): Uint32Array | null {
  const { validity } = vector as unknown as { readonly validity: { readonly data: BigUint64Array | null } };
  const { data } = validity;
  return data === null ? null : new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
}

// The package's decoder drops a byte order mark at the start of a text.
function textOf(vector: DuckDBVector, words: Uint32Array, i: number): string {
  const length = words[i * 4]!;
  if (length <= 12) {
    const offset = words.byteOffset + i * 16 + 4;
    return Buffer.from(words.buffer, offset, length).toString("utf8", 0, length);
  }
  const text = String(vector.getItem(i));
  return (words[i * 4 + 1]! & 0xffffff) === 0xbfbbef ? `\ufeff${text}` : text;
}

/*
 * Codes by string header, within one chunk: equal headers are equal texts there, as a header holds either the text or
 * where it lies. Parquet's dictionaries make most headers of a chunk equal, so few texts are decoded.
 */
function headerTable() {
  const size = 4096;
  const keys = new Uint32Array(size * 4);
  const values = new Int32Array(size).fill(-1);
  const same = (slot: number, words: Uint32Array, at: number) =>
    keys[slot * 4] === words[at] &&
    keys[slot * 4 + 1] === words[at + 1] &&
    keys[slot * 4 + 2] === words[at + 2] &&
    keys[slot * 4 + 3] === words[at + 3];
  return {
    clear: () => void values.fill(-1),
    find(words: Uint32Array, at: number): number {
      let hash = Math.imul(words[at]! ^ Math.imul(words[at + 1]!, 0x9e3779b1), 0x85ebca6b);
      hash = Math.imul(hash ^ words[at + 2]!, 0xc2b2ae35) ^ words[at + 3]!;
      hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
      let slot = (hash ^ (hash >>> 13)) & (size - 1);
      while (values[slot]! >= 0 && !same(slot, words, at)) slot = (slot + 1) & (size - 1);
      return slot;
    },
    codeAt: (slot: number) => values[slot]!,
    set(slot: number, words: Uint32Array, at: number, code: number): void {
      for (let k = 0; k < 4; k++) keys[slot * 4 + k] = words[at + k]!;
      values[slot] = code;
    },
  };
}
