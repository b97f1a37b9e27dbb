import { FettleError } from "../../lib/index.ts";
import type { ReadOptions } from "../../platform/data/index.ts";
import { detectLayout } from "./csv-dialect.ts";
import { csvScanner } from "./csv-scanner.ts";
import type { FileLog } from "./file-log.ts";
import { detectEncoding, type SourceFile, textChunks } from "./source-file.ts";
import type { TextTable } from "./text-columns.ts";

const headBytes = 1 << 22;

/**
 * Reads a CSV file into a table of texts. Pauses (yields) after every piece of the file, for a caller who takes the rows
 * that are there; returns the options that were in force.
 */
export async function* readCsv(
  file: SourceFile,
  options: ReadOptions,
  table: TextTable,
  log: FileLog,
): AsyncGenerator<void, ReadOptions> {
  checkSingleByte("separator", options.separator, -1);
  checkSingleByte("quote", options.quote, 0);
  const encoding = options.encoding ?? detectEncoding(file);
  if (encoding === "windows-1252" && options.encoding === undefined)
    log.note("The bytes are not UTF-8: read as windows-1252");
  const counts = { nulBytes: 0 };
  const chunks = textChunks(file, encoding, counts);
  const head: Buffer[] = [];
  let taken = 0;
  let isWhole = true;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) break;
    head.push(value);
    taken += value.length;
    if (taken >= headBytes) {
      isWhole = false;
      break;
    }
  }
  const start = Buffer.concat(head);
  const layout = detectLayout(start, isWhole, options);
  const found = { ...options, encoding };
  if (layout === null) return found;
  for (const note of layout.notes) log.note(note);

  const { names, firstRowLine, separator, quote, header } = layout;
  const width = names.length;
  const columns = names.map((name) => table.column(name));
  const scanner = csvScanner(
    { separator, quote },
    {
      onRecord({ bytes, nFields, starts, ends, line }) {
        if (line < firstRowLine) return;
        if (nFields !== width) {
          let used = nFields;
          while (used > width && starts[used - 1] === ends[used - 1]) used--;
          if (used !== width) return log.reject(line, `has ${nFields} fields, ${width} are needed`);
        }
        const row = table.nRows;
        for (let k = 0; k < width; k++)
          if (ends[k]! > starts[k]!) columns[k]!.setBytes(row, bytes, starts[k]!, ends[k]!);
        table.endRow();
      },
      onProblem: (line, reason) => line >= firstRowLine && log.reject(line, reason),
      onBlank: (line) => line >= firstRowLine && log.blank(),
    },
  );
  for (const chunk of head) {
    scanner.push(chunk);
    yield;
  }
  if (!isWhole)
    for await (const chunk of chunks) {
      scanner.push(chunk);
      yield;
    }
  scanner.finish();
  yield;
  if (counts.nulBytes > 0) log.note(`${counts.nulBytes} NUL bytes removed`);
  return { ...found, separator, quote, header };
}

function checkSingleByte(option: "separator" | "quote", value: string | undefined, least: number): void {
  const code = value?.charCodeAt(0) ?? 1;
  const isOne = value?.length === 1 && code > 0 && code < 128 && value !== "\r" && value !== "\n";
  if (value === undefined || isOne || value.length === least) return;
  throw new FettleError(
    "invalid-input",
    "READ_OPTION",
    `Cannot read with ${option} "${value}": it has ${value.length} characters, one ASCII character is needed`,
    { facts: { option } },
  );
}
