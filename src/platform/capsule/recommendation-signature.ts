import type { TaskSignature } from "./task-model.ts";

/** Most items of one answer, and most ids of one field of a request. */
export const mostItems = 1000;
/** Most ids that one list of a request may hold. */
export const mostIds = 10_000;

const id = {
  type: ["string", "number"],
  description: "an id as the training data write it; a number reads as its text",
};
const ids = (description: string) => ({ type: "array", items: id, maxItems: mostIds, description });

/**
 * What a recommender takes and gives.
 * @param k items in an answer unless a request says otherwise
 * @param hasNames whether the items of an answer have names beside their ids
 */
export function recommendationSignature(k: number, includeSeen: boolean, hasNames = false): TaskSignature {
  return {
    task: "recommendation",
    request: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      additionalProperties: false,
      properties: {
        user: { ...id, type: ["string", "number", "null"], description: "who is asked for; absent or null: anyone" },
        k: {
          type: "integer",
          minimum: 1,
          maximum: mostItems,
          description: `items in the answer; ${k} where absent, or all of "items" where they are given`,
        },
        history: ids("items of the user beside those of the training: the answer follows them too"),
        exclude: ids("items that are not wanted"),
        includeSeen: {
          type: "boolean",
          description: `whether items of the user's history may be recommended; ${includeSeen} where absent`,
        },
        items: ids("only these are ranked"),
      },
    },
    answer: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      required: ["user", "items", "basis"],
      properties: {
        user: { type: ["string", "null"] },
        items: {
          type: "array",
          description: "the best first",
          items: {
            type: "object",
            required: ["item", ...(hasNames ? ["name"] : []), "rank", "score"],
            properties: {
              item: { type: "string" },
              ...(hasNames && { name: { type: ["string", "null"], description: "null: the training data name none" } }),
              rank: { type: "integer", minimum: 1 },
              score: { type: ["number", "null"], description: "null: the model has no score, popularity ranks it" },
            },
          },
        },
        basis: {
          enum: ["user", "history", "popularity"],
          description: "what the order rests on; popularity: nothing is known of the user",
        },
      },
    },
    types: `
/** An id as the training data write it; a number reads as its text. */
export type Id = string | number;

/** What is asked for; every field may be absent. */
export interface Request {
  /** Absent or null: anyone. */
  readonly user?: Id | null;
  /** Items in the answer, 1 to ${mostItems}. Default ${k}, or all of \`items\` where they are given. */
  readonly k?: number;
  /** Items of the user beside those of the training: the answer follows them too. */
  readonly history?: readonly Id[];
  /** Items that are not wanted. */
  readonly exclude?: readonly Id[];
  /** Whether items of the user's history may be recommended. Default ${includeSeen}. */
  readonly includeSeen?: boolean;
  /** Only these are ranked. */
  readonly items?: readonly Id[];
}

/** Items, the best first. */
export interface Answer {
  readonly user: string | null;
  readonly items: readonly {
    readonly item: string;${hasNames ? "\n    /** Null: the training data name none. */\n    readonly name: string | null;" : ""}
    readonly rank: number;
    /** Null: the model has no score, popularity ranks the item. */
    readonly score: number | null;
  }[];
  /** What the order rests on; popularity: nothing is known of the user. */
  readonly basis: "user" | "history" | "popularity";
}
`,
  };
}
