import { FettleError } from "../../lib/index.ts";
import type { ReadOptions } from "../../platform/data/index.ts";
import type { FileLog } from "./file-log.ts";
import { detectEncoding, type SourceFile, textChunks } from "./source-file.ts";
import type { TextTable } from "./text-columns.ts";

/**
 * Reads a JSON array of objects, or NDJSON, into a table of texts: numbers as they are written, booleans as `true` and
 * `false`, nested values as JSON text, null and the empty string as missing. Pauses (yields) after every piece of the file.
 */
export async function* readJson(
  file: SourceFile,
  format: "json" | "ndjson",
  options: ReadOptions,
  table: TextTable,
  log: FileLog,
): AsyncGenerator<void, ReadOptions> {
  const encoding = options.encoding ?? detectEncoding(file);
  const counts = { nulBytes: 0 };
  const onValue = (text: string, line: number) => {
    const reason = addRow(table, text);
    if (reason !== null) log.reject(line, reason);
  };
  const splitter = format === "ndjson" ? lineSplitter(onValue) : elementSplitter(file.name, onValue);
  for await (const chunk of textChunks(file, encoding, counts)) {
    splitter.push(chunk);
    yield;
  }
  splitter.finish();
  yield;
  if (counts.nulBytes > 0) log.note(`${counts.nulBytes} NUL bytes removed`);
  return { ...options, encoding };
}

/** Adds a row from the text of an object; returns why it cannot, or null. */
function addRow(table: TextTable, text: string): string | null {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch {
    return "is not valid JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "is not an object";
  const row = table.nRows;
  for (const name in value) {
    const cell = cellText((value as Record<string, unknown>)[name]);
    const column = table.column(name);
    if (cell !== "") column.setText(row, cell);
  }
  table.endRow();
  return null;
}

/** JSON with integers over 2^53 as the text they are written in. */
function parseExact(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown, context?: { source?: string }) => {
    const isLarge = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isLarge && /^-?\d+$/.test(context?.source ?? "") ? context!.source : value;
  });
}

function cellText(value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

interface Splitter {
  push(chunk: Buffer): void;
  finish(): void;
}

/** Cuts a text into lines; calls `onValue` for those that are not blank, with their numbers from 1. */
export function lineSplitter(onValue: (text: string, line: number) => void): Splitter {
  let carry: Buffer = Buffer.alloc(0);
  let line = 1;
  const take = (text: string) => {
    if (text.trim() !== "") onValue(text, line);
    line += 1;
  };
  return {
    push(chunk) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        const own = chunk.subarray(from, end);
        take((carry.length === 0 ? own : Buffer.concat([carry, own])).toString());
        if (carry.length > 0) carry = Buffer.alloc(0);
        from = end + 1;
      }
      carry = Buffer.concat([carry, chunk.subarray(from)]);
    },
    finish: () => take(carry.toString()),
  };
}

const [quote, backslash, open, close, openList, closeList, comma, lf] = [34, 92, 123, 125, 91, 93, 44, 10] as const;

/** Cuts the elements out of one top-level array, however long. Throws DATA_UNREADABLE for any other text. */
function elementSplitter(name: string, onValue: (text: string, line: number) => void): Splitter {
  let carry: Buffer = Buffer.alloc(0);
  let depth = 0;
  let inText = false;
  let isEscaped = false;
  let line = 1;
  let startLine = 1;
  let isEnded = false;

  const refuse = (found: string): never => {
    throw new FettleError(
      "invalid-input",
      "DATA_UNREADABLE",
      `Cannot read "${name}": ${found} at line ${line}, one array of objects is needed`,
      { hint: "One object a line is NDJSON: name the file .ndjson", facts: { file: name, line } },
    );
  };
  const take = (bytes: Buffer, from: number, to: number) => {
    const text = bytes.toString("utf8", from, to).trim();
    if (text !== "") onValue(text, startLine);
  };
  function push(chunk: Buffer): void {
    const known = carry.length;
    const bytes = known === 0 ? chunk : Buffer.concat([carry, chunk]);
    let start = 0;
    for (let i = known; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === lf) line += 1;
      if (inText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inText = false;
        continue;
      }
      if (byte <= 32) continue;
      if (isEnded || (depth === 0 && byte !== openList)) refuse(isEnded ? "text after the array" : "no array");
      if (byte === quote) inText = true;
      else if (byte === open || byte === openList) {
        if (depth === 1) startLine = line;
        if (depth === 0) start = i + 1;
        depth += 1;
      } else if (byte === close || byte === closeList) {
        depth -= 1;
        if (depth === 0) {
          take(bytes, start, i);
          start = i + 1;
          isEnded = true;
        }
      } else if (byte === comma && depth === 1) {
        take(bytes, start, i);
        start = i + 1;
      }
    }
    carry = depth === 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
  }
  return {
    push,
    finish: () => {
      if (!isEnded) refuse("the end of the file");
    },
  };
}
