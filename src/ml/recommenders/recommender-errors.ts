import { FettleError } from "../../lib/index.ts";

/** Interactions that are none. */
export function refused(message: string): FettleError {
  return new FettleError("invalid-input", "INTERACTIONS", `Cannot read the interactions: ${message}`);
}

/** A user that the model was not fitted with. */
export function unknownUser(user: number, nUsers: number): FettleError {
  return new FettleError(
    "invalid-input",
    "RECOMMENDER_USER",
    `Cannot score items: there is no user with index ${user}, one of ${nUsers} users is needed`,
    { hint: "Give the history of a user who is not known" },
  );
}

/** A parameter outside of its range. */
export function badParameter(kind: string, parameter: string, value: unknown, needed: string): FettleError {
  return new FettleError(
    "invalid-input",
    "RECOMMENDER_PARAMS",
    `Cannot fit "${kind}": ${parameter} is ${String(value)}, ${needed} is needed`,
    { facts: { parameter } },
  );
}

/** Interactions without any. */
export function noInteractions(): FettleError {
  return new FettleError(
    "invalid-input",
    "RECOMMENDER_EMPTY",
    "Cannot fit a recommender: there is no interaction with a weight above 0, at least one is needed",
  );
}

/** Data of a recommender that no recommender here wrote. */
export function damagedRecommender(what: string): FettleError {
  return new FettleError("damaged", "RECOMMENDER_DATA", `Cannot load the recommender: ${what}`, {
    hint: "Use the version of fettle that made it, or train again",
  });
}
