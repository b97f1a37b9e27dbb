import { FettleError } from "../../lib/index.ts";

/** A column that cannot be what the definition makes of it. */
export function badColumn(name: string, use: string, is: string, needed: string, hint?: string): FettleError {
  return new FettleError(
    "invalid-input",
    "RECOMMENDER_COLUMN",
    `Cannot train a recommender: column "${name}" is to be ${use}, but ${is}; ${needed} is needed`,
    { facts: { column: name }, ...(hint === undefined ? {} : { hint }) },
  );
}

/** Events that nothing can be learned from. */
export function badEvents(what: string, hint?: string): FettleError {
  return new FettleError(
    "invalid-input",
    "RECOMMENDER_EVENTS",
    `Cannot train a recommender: ${what}`,
    hint === undefined ? {} : { hint },
  );
}

/** Events that cannot be parted as asked. */
export function badSplit(what: string, hint: string): FettleError {
  return new FettleError("invalid-input", "RECOMMENDER_SPLIT", `Cannot split the events: ${what}`, { hint });
}
