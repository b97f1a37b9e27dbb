import { type ErrorKind, type Facts, FettleError } from "../../lib/index.ts";

/** An error as it crosses the border of a worker: plain data, because structured clone would lose the class. */
export interface PlainError {
  readonly kind: ErrorKind | null;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly facts?: Facts;
  readonly stack?: string;
}

/** Plain data of any thrown value. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof FettleError)
    return {
      kind: error.kind,
      code: error.code,
      message: error.message,
      facts: error.facts,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: null, code: "WORKER_FAILED", message, ...(stack === undefined ? {} : { stack }) };
}

/** The error again; one without a kind is a bug and keeps the worker's stack. */
export function fromPlainError(plain: PlainError): Error {
  if (plain.kind === null) {
    const error = new Error(plain.message);
    if (plain.stack !== undefined) error.stack = plain.stack;
    return error;
  }
  return new FettleError(plain.kind, plain.code, plain.message, {
    ...(plain.hint === undefined ? {} : { hint: plain.hint }),
    ...(plain.facts === undefined ? {} : { facts: plain.facts }),
  });
}
