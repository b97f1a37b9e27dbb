/** What went wrong, in ten words that transports map to their own codes. Closed: a new kind needs a row in {@link transportOf}. */
export type ErrorKind =
  | "invalid-input"
  | "not-found"
  | "conflict"
  | "not-allowed"
  | "not-ready"
  | "too-large"
  | "overloaded"
  | "unavailable"
  | "damaged"
  | "cancelled";

/** Values that an error may carry: column names, counts, limits. Never row values or secrets. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/** Options of {@link FettleError}. `hint` is one sentence with the next command or setting. */
export interface ErrorDetails {
  readonly hint?: string;
  readonly facts?: Facts;
  readonly cause?: unknown;
}

/**
 * A caller or the world did something that stops this operation.
 * Message grammar: "Cannot <action> <subject>: <what is>, <what is needed>", values in quotes or with a unit, no full stop.
 */
export class FettleError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly facts: Facts;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "FettleError";
    this.kind = kind;
    this.code = code;
    this.hint = details.hint;
    this.facts = details.facts ?? {};
  }
}

/** How a kind is said by HTTP (status), gRPC (status code) and a process (exit code). Read by the edge alone. */
export const transportOf: Readonly<Record<ErrorKind, { http: number; grpc: number; exit: number }>> = {
  "invalid-input": { http: 400, grpc: 3, exit: 2 },
  "not-found": { http: 404, grpc: 5, exit: 2 },
  conflict: { http: 409, grpc: 10, exit: 3 },
  "not-allowed": { http: 403, grpc: 7, exit: 3 },
  "not-ready": { http: 503, grpc: 14, exit: 3 },
  "too-large": { http: 413, grpc: 8, exit: 2 },
  overloaded: { http: 429, grpc: 8, exit: 3 },
  unavailable: { http: 503, grpc: 14, exit: 3 },
  damaged: { http: 500, grpc: 15, exit: 3 },
  cancelled: { http: 499, grpc: 1, exit: 130 },
};

/** Stops on a broken invariant: a bug, not a condition a caller can mend. */
export function unreachable(message: string): never {
  throw new Error(`Broken invariant: ${message}`);
}

/** Ends an exhaustive switch: the compiler rejects a missing case, a broken value stops here. */
export function assertNever(value: never): never {
  return unreachable(`unexpected case ${JSON.stringify(value)}`);
}
