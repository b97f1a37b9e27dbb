import type { JsonObject } from "../capsule/index.ts";
import type { RawRow } from "../features/index.ts";

/** One answered row. Its id is the join key for labels that arrive later. */
export interface PredictionRecord {
  /** UUIDv7. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly model: string;
  readonly version: number;
  /** The validated inputs in signature order, or the request of a task of its own; never the raw body. */
  readonly inputs: RawRow | JsonObject;
  /** nOutputs numbers, or the answer of a task of its own. */
  readonly outputs: readonly number[] | JsonObject;
  /** Time spent on the whole request, in microseconds. */
  readonly latencyUs: number;
}

/**
 * How durable a record is when the answer leaves: `buffered` loses nothing when the process is killed cleanly and at most the
 * last {@link bufferedLossMs} of records when it is killed hard; `sync` waits for the disk.
 */
export type AckLevel = "buffered" | "sync";

/** Longest time a buffered record waits for its write, in milliseconds. */
export const bufferedLossMs = 200;

/** Port: keeps prediction records, many at a time. */
export interface PredictionLog {
  readonly ackLevel: AckLevel;
  /** Takes records over; at `sync` the promise resolves when they are on disk. */
  append(records: readonly PredictionRecord[]): Promise<void> | void;
  /** Writes what is buffered and ends. */
  close(): Promise<void>;
}
