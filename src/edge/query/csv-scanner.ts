/** How fields are written, as single bytes. */
export interface CsvDialect {
  /** A space stands for any run of spaces. */
  readonly separator: string;
  /** Empty: quotes are plain text. */
  readonly quote: string;
}

/** One record: the bytes of field k lie from `starts[k]` to `ends[k]`, and are in force until the callback returns. */
export interface CsvRecord {
  readonly bytes: Uint8Array;
  readonly nFields: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1-based number of the line on which the record starts. */
  readonly line: number;
}

/** What a scanner tells: every line of the file is in one record, in one problem, or blank. */
export interface CsvEvents {
  onRecord(record: CsvRecord): void;
  onProblem(line: number, reason: string): void;
  onBlank(line: number): void;
}

/** Takes a file's UTF-8 bytes in pieces. */
export interface CsvScanner {
  push(chunk: Buffer): void;
  /** Ends the last record. */
  finish(): void;
}

const lf = 10;
const cr = 13;
const space = 32;
const tab = 9;
const maxRecordBytes = 1 << 24;
const unclosed = "a quote is opened and never closed";
const afterQuote = "text follows a closing quote";

/**
 * Cuts text into records (RFC 4180). Beyond the RFC: LF, CRLF and CR all end a line; spaces around a field, outside its
 * quotes, are no part of it; a quote within a bare field is text. After a record that cannot be read the scan goes on at
 * the line below its first, so one bad quote costs one record.
 */
export function csvScanner(dialect: CsvDialect, events: CsvEvents): CsvScanner {
  const separator = dialect.separator.charCodeAt(0);
  const quote = dialect.quote === "" ? -1 : dialect.quote.charCodeAt(0);
  const bySpaces = separator === space;
  let starts = new Int32Array(64);
  let ends = new Int32Array(64);
  // The fields of the record at hand that hold doubled quotes; they are mended in place when the record is whole.
  const doubled: number[] = [];
  let carry: Buffer = Buffer.alloc(0);
  let line = 1;

  function setField(k: number, start: number, end: number): void {
    if (k === starts.length) {
      starts = Int32Array.from({ length: k * 2 }, (_, i) => starts[i] ?? 0);
      ends = Int32Array.from({ length: k * 2 }, (_, i) => ends[i] ?? 0);
    }
    starts[k] = start;
    ends[k] = end;
  }
  const isBlank = (byte: number) => byte === space || (byte === tab && separator !== tab);

  // Reads the record at `from`; returns where the next one starts, or -1 where the bytes end within the record.
  function scanRecord(bytes: Buffer, from: number, isLast: boolean): number {
    const end = bytes.length;
    let i = from;
    let n = 0;
    let quotedLines = 0;
    doubled.length = 0;
    for (;;) {
      while (i < end && isBlank(bytes[i]!)) i++;
      let start = i;
      let fieldEnd = i;
      if (i < end && bytes[i] === quote) {
        start = ++i;
        let write = i;
        for (; i < end; i++) {
          const byte = bytes[i]!;
          if (byte === quote) {
            if (bytes[i + 1] !== quote) break;
            i++;
          } else if (byte === lf || (byte === cr && bytes[i + 1] !== lf)) quotedLines++;
          write++;
        }
        if (i >= end) return isLast || end - from > maxRecordBytes ? reject(bytes, from, unclosed) : -1;
        fieldEnd = i;
        if (write < i) doubled.push(n);
        i++;
        if (i >= end && !isLast) return -1;
        while (i < end && isBlank(bytes[i]!)) i++;
        const next = bytes[i];
        if (i < end && next !== separator && next !== lf && next !== cr && !(bySpaces && bytes[i - 1] === space))
          return reject(bytes, from, afterQuote);
      } else {
        while (i < end && bytes[i] !== separator && bytes[i] !== lf && bytes[i] !== cr) i++;
        fieldEnd = i;
        while (fieldEnd > start && isBlank(bytes[fieldEnd - 1]!)) fieldEnd--;
        if (bySpaces) while (i < end && bytes[i] === space) i++;
      }
      if (i >= end && !isLast) return -1;
      const byte = i < end ? bytes[i]! : lf;
      if (bySpaces && byte !== lf && byte !== cr) {
        setField(n++, start, fieldEnd);
        continue;
      }
      // The spaces at the end of a line are no field of their own.
      if (!(bySpaces && start === i && n > 0)) setField(n++, start, fieldEnd);
      if (byte === separator) {
        i++;
        continue;
      }
      if (byte === cr && i + 1 >= end && !isLast) return -1;
      const next = byte === cr && bytes[i + 1] === lf ? i + 2 : i + 1;
      for (const k of doubled) ends[k] = undouble(bytes, starts[k]!, ends[k]!, quote);
      if (n === 1 && starts[0] === ends[0]) events.onBlank(line);
      else events.onRecord({ bytes, nFields: n, starts, ends, line });
      line += 1 + quotedLines;
      return next;
    }
  }

  function reject(bytes: Buffer, from: number, reason: string): number {
    events.onProblem(line, reason);
    line += 1;
    let i = from;
    while (i < bytes.length && bytes[i] !== lf && bytes[i] !== cr) i++;
    return bytes[i] === cr && bytes[i + 1] === lf ? i + 2 : i + 1;
  }

  function scan(bytes: Buffer, isLast: boolean): void {
    let from = 0;
    while (from < bytes.length) {
      const next = scanRecord(bytes, from, isLast);
      if (next < 0) break;
      from = next;
    }
    carry = from < bytes.length ? Buffer.from(bytes.subarray(from)) : Buffer.alloc(0);
  }
  return {
    push: (chunk) => scan(carry.length === 0 ? chunk : Buffer.concat([carry, chunk]), false),
    finish: () => scan(carry, true),
  };
}

function undouble(bytes: Buffer, start: number, end: number, quote: number): number {
  let write = start;
  for (let i = start; i < end; i++) {
    bytes[write++] = bytes[i]!;
    if (bytes[i] === quote) i++;
  }
  return write;
}
