import { isUtf8 } from "node:buffer";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { FettleError, hasher } from "../../lib/index.ts";
import type { RejectedRow, SourceFormat } from "../../platform/data/index.ts";

/** What one pass over a file's bytes says. */
export interface SourceFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly isUtf8: boolean;
  /** The first 64 KiB. */
  readonly head: Buffer;
}

const chunkBytes = 1 << 18;
const headBytes = 1 << 16;

/**
 * Hashes a file and looks at its encoding. Throws DATA_FILE_MISSING where there is none, DATA_FILE_KIND where it is no
 * regular file, DATA_EMPTY where it has no byte.
 */
export async function inspectFile(path: string): Promise<SourceFile> {
  const found = await stat(path).catch(() => null);
  const name = basename(path);
  if (found === null)
    throw new FettleError("not-found", "DATA_FILE_MISSING", `Cannot read "${path}": there is no such file`, {
      hint: "Check the path; a relative path starts at the project folder",
      facts: { file: name },
    });
  if (!found.isFile())
    throw new FettleError(
      "invalid-input",
      "DATA_FILE_KIND",
      `Cannot read "${path}": it is no regular file, one is needed`,
      {
        facts: { file: name },
      },
    );
  const hash = hasher();
  let bytes = 0;
  let valid = true;
  let head: Buffer = Buffer.alloc(0);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of rawChunks(path)) {
    hash.update(chunk);
    bytes += chunk.length;
    if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)]);
    if (!valid) continue;
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = wholeCharacters(text);
    valid = isUtf8(text.subarray(0, end));
    rest = Buffer.from(text.subarray(end));
  }
  if (bytes === 0) throw emptyFile(name);
  return { path, name, bytes, sha256: hash.digest(), isUtf8: valid && rest.length === 0, head };
}

/** The error for files without a row that can be read. */
export function emptyFile(names: string, rejected: readonly RejectedRow[] = []): FettleError {
  const [first] = rejected;
  const found =
    first === undefined ? "it has no rows" : `no row of it can be read (line ${first.line} ${first.reason})`;
  return new FettleError("invalid-input", "DATA_EMPTY", `Cannot read "${names}": ${found}, at least one is needed`, {
    facts: { file: names },
  });
}

async function* rawChunks(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path, "r");
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

// Bytes up to the last place where a UTF-8 character may end: at most three bytes of one that is cut are left for later.
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The encoding of a file as a WHATWG label: by its byte order mark, by where its zero bytes lie, or by being UTF-8. */
export function detectEncoding(file: SourceFile): string {
  const { head } = file;
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const sample = head.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) i % 2 === 0 ? even++ : odd++;
  const half = sample.length / 2;
  if (odd > 0.4 * half && even < 0.05 * half) return "utf-16le";
  if (even > 0.4 * half && odd < 0.05 * half) return "utf-16be";
  return file.isUtf8 ? "utf-8" : "windows-1252";
}

/** Counts what was left out of a text. */
export interface TextCounts {
  nulBytes: number;
}

/**
 * The text of a file in UTF-8, without byte order mark and NUL bytes, in chunks of about 256 KiB that may cut a character.
 * Throws ENCODING_UNKNOWN, and DATA_FILE_CHANGED where the file is no longer the one that was inspected.
 */
export async function* textChunks(file: SourceFile, encoding: string, counts: TextCounts): AsyncGenerator<Buffer> {
  const decoder = createDecoder(encoding);
  let bytes = 0;
  for await (const raw of rawChunks(file.path)) {
    const start = decoder === null && bytes === 0 && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
    bytes += raw.length;
    const text = decoder === null ? raw.subarray(start) : Buffer.from(decoder.decode(raw, { stream: true }));
    yield text.includes(0) ? withoutNul(text, counts) : text;
  }
  if (bytes !== file.bytes)
    throw new FettleError("conflict", "DATA_FILE_CHANGED", `Cannot read "${file.name}": it changed while it was read`, {
      facts: { file: file.name },
    });
  if (decoder !== null) yield Buffer.from(decoder.decode());
}

function createDecoder(encoding: string): InstanceType<typeof TextDecoder> | null {
  try {
    const decoder = new TextDecoder(encoding);
    return decoder.encoding === "utf-8" ? null : decoder;
  } catch (cause) {
    throw new FettleError(
      "invalid-input",
      "ENCODING_UNKNOWN",
      `Cannot read with encoding "${encoding}": it is no known encoding, a WHATWG label is needed`,
      { hint: "Such as utf-8, utf-16le, windows-1252, shift_jis or gb18030", cause },
    );
  }
}

function withoutNul(bytes: Buffer, counts: TextCounts): Buffer {
  const kept = bytes.filter((byte) => byte !== 0);
  counts.nulBytes += bytes.length - kept.length;
  return Buffer.from(kept.buffer, kept.byteOffset, kept.length);
}

const formatOfEnding: Readonly<Record<string, SourceFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
  pq: "parquet",
  svmlight: "svmlight",
  libsvm: "svmlight",
  svm: "svmlight",
  letor: "svmlight",
};

/** The format of a file: by its first bytes, then by its ending, else CSV. Throws DATA_FORMAT for archives. */
export function detectFormat(file: SourceFile): SourceFormat {
  const { head } = file;
  const magic = head.toString("latin1", 0, 4);
  if (magic === "PAR1") return "parquet";
  if (magic.startsWith("\x1f\x8b") || magic === "PK\x03\x04" || magic === "\x28\xb5\x2f\xfd")
    throw new FettleError(
      "invalid-input",
      "DATA_FORMAT",
      `Cannot read "${file.name}": it is compressed or a spreadsheet, CSV, TSV, JSON, NDJSON or Parquet is needed`,
      { hint: "Unpack it, or save the sheet as CSV", facts: { file: file.name } },
    );
  const byEnding = formatOfEnding[/\.([a-z]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? ""];
  if (byEnding !== undefined && byEnding !== "json") return byEnding;
  const text = new TextDecoder(detectEncoding(file)).decode(head);
  if (byEnding === undefined && beginsAsSvmlight(text)) return "svmlight";
  const first = text.trimStart()[0];
  if (first === "[" && byEnding === "json") return "json";
  return first === "{" ? "ndjson" : (byEnding ?? "csv");
}

const firstLine = /^\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?(?:\s+qid:\S+)?(?:\s+\d+:[-+.\deE]+)+\s*(?:#.*)?$/;

// Whether a file begins as svmlight does: a number, then numbered values.
function beginsAsSvmlight(text: string): boolean {
  return firstLine.test(text.split("\n", 1)[0]!.slice(0, 20_000));
}
