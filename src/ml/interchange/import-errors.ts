import { FettleError } from "../../lib/index.ts";

/** The file is no model of this format at all. */
export function wrongFormat(library: string, found: string, needed: string, cause?: unknown): FettleError {
  return new FettleError(
    "invalid-input",
    "IMPORT_FORMAT",
    `Cannot import the ${library} model: ${found}, ${needed} is needed`,
    { cause },
  );
}

/** The file is of this format, but contradicts itself. */
export function damagedModel(library: string, found: string, needed: string): FettleError {
  return new FettleError(
    "invalid-input",
    "IMPORT_DAMAGED",
    `Cannot import the ${library} model: ${found}, ${needed} is needed`,
    { hint: "Save the model again; nothing is guessed from a damaged file" },
  );
}

/** The model is whole, but Fettle has no form for it. */
export function unsupportedModel(library: string, found: string, needed: string): FettleError {
  return new FettleError(
    "invalid-input",
    "IMPORT_UNSUPPORTED",
    `Cannot import the ${library} model: ${found}, ${needed} is needed`,
  );
}

/** The model takes more than an import may. */
export function tooLarge(library: string, what: string, count: number, limit: number): FettleError {
  return new FettleError(
    "too-large",
    "IMPORT_TOO_LARGE",
    `Cannot import the ${library} model: it has ${count} ${what}, at most ${limit} are read`,
    { facts: { count, limit } },
  );
}
