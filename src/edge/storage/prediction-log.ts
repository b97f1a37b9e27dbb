import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { FettleError } from "../../lib/index.ts";
import {
  type AckLevel,
  bufferedLossMs,
  type PredictionLog,
  type PredictionRecord,
} from "../../platform/serving/index.ts";
import { syncPath } from "./durable-file.ts";

// A segment is a run of frames. A frame: length of the payload (u32 LE), crc32 of the payload (u32 LE), the payload, which is
// one prediction record as JSON in UTF-8. A last frame that is cut short is the torn tail of a kill: passed over and counted. A
// frame that fails its checksum is damage. Every opening starts a segment of its own, so nothing is appended behind a torn tail.
const headerBytes = 8;

/** Records buffered before a write is due at once. */
const batchRecords = 1000;
const segmentBytes = 64 * 1024 * 1024;

/** Options of {@link openPredictionLog}. */
export interface PredictionLogOptions {
  readonly ackLevel?: AckLevel;
  readonly now: () => number;
}

/** Opens `predictions/` in a `.fettle` folder for appending; a new segment per opening. */
export function openPredictionLog(dir: string, { ackLevel = "buffered", now }: PredictionLogOptions): PredictionLog {
  const folder = join(dir, "predictions");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let segment = openSegment(folder, now());
  let written = 0;
  let pending: PredictionRecord[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const bytes = Buffer.concat(pending.map(frameOf));
    pending = [];
    for (let done = 0; done < bytes.length; ) done += writeSync(segment, bytes, done);
    fdatasyncSync(segment);
    written += bytes.length;
    if (written < segmentBytes) return;
    closeSync(segment);
    segment = openSegment(folder, now());
    written = 0;
  };

  return {
    ackLevel,
    append(records) {
      for (const record of records) pending.push(record);
      if (ackLevel === "sync") {
        flush();
        return Promise.resolve();
      }
      if (pending.length >= batchRecords) flush();
      else timer ??= setTimeout(flush, bufferedLossMs / 2);
    },
    async close() {
      flush();
      closeSync(segment);
    },
  };
}

/** Every whole record of all segments, oldest segment first, and how many bytes of torn tails were passed over. */
export function readPredictionLog(dir: string): { records: PredictionRecord[]; tornBytes: number } {
  const folder = join(dir, "predictions");
  const records: PredictionRecord[] = [];
  let tornBytes = 0;
  for (const name of segmentsOf(folder)) {
    const bytes = readFileSync(join(folder, name));
    const end = walkFrames(bytes, name, (payload) =>
      records.push(JSON.parse(payload.toString("utf8")) as PredictionRecord),
    );
    tornBytes += bytes.length - end;
  }
  return { records, tornBytes };
}

function segmentsOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".frames"))
      .sort();
  } catch {
    return [];
  }
}

function openSegment(folder: string, now: number): number {
  for (let attempt = 0; ; attempt++) {
    const name = `${String(now).padStart(15, "0")}-${process.pid}-${attempt}.frames`;
    try {
      const file = openSync(join(folder, name), "ax", 0o600);
      syncPath(folder);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function frameOf(record: PredictionRecord): Buffer {
  const payload = Buffer.from(JSON.stringify(record), "utf8");
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(crc32(payload), 4);
  payload.copy(frame, headerBytes);
  return frame;
}

// Calls back with each whole payload and returns where a cut-short last frame starts.
function walkFrames(bytes: Buffer, segment: string, onPayload: (payload: Buffer) => void): number {
  let at = 0;
  while (at + headerBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const payload = bytes.subarray(at + headerBytes, at + headerBytes + length);
    if (payload.length < length) break;
    if (crc32(payload) !== bytes.readUInt32LE(at + 4))
      throw new FettleError(
        "damaged",
        "PREDICTIONS_DAMAGED",
        `Cannot read prediction segment "${segment}": the frame at byte ${at} does not match its checksum, the bytes that were written are needed`,
        { hint: "Restore the segment from a backup", facts: { segment, byte: at } },
      );
    onPayload(payload);
    at += headerBytes + length;
  }
  return at;
}
