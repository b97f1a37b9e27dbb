import { z } from "zod";
import type { AlsParams, ItemNeighboursParams } from "../../ml/recommenders/index.ts";
import { mostItems } from "../capsule/index.ts";
import { checkDefinition, dataSchema, freezeDeep, nameSchema, type TaskDefinition } from "../training/index.ts";
import { familyNames, type RecommenderFamily } from "./families.ts";

/** The metrics of lists that a choice may go by. */
export const listMetricNames = ["ndcg", "recall", "precision", "hit-rate", "mrr", "map"] as const;

/** One configuration of a recommender to try: a family and the parameters that differ from its defaults. */
export type RecommenderConfiguration =
  | { readonly family: "als"; readonly params?: AlsParams }
  | { readonly family: "item-neighbours"; readonly params?: ItemNeighboursParams }
  | { readonly family: "popularity"; readonly params?: Readonly<Record<string, never>> };

/**
 * What a user writes for a recommender: events of users with items, and everything that decides which model comes out of them. Plain data with a stable
 * hash; only `name`, `data`, `user` and `item` are required.
 */
export interface RecommenderDefinition extends TaskDefinition {
  readonly task: "recommendation";
  /** Column of the users' ids. */
  readonly user: string;
  /** Column of the items' ids. */
  readonly item: string;
  /** Column of the items' names, such as titles: answers carry them beside the ids. */
  readonly itemName?: string;
  /** Column of the instants, or numbers, at which events happened. Without it nothing is known of past and future. */
  readonly time?: string;
  /** A rating, a count, an amount. Default: every event counts 1. */
  readonly weight?: {
    readonly column: string;
    /** Least value that counts as wanting the item; rows below it are left out. Default: above 0; a negative value is refused then. */
    readonly atLeast?: number;
    /** Whether the value also says how strongly the item is wanted. Default true; false: every event that counts weighs 1. */
    readonly strength?: boolean;
  };
  /** Items of a list, 1 to 1000; the metric that chooses looks at as many. Default 10. */
  readonly k?: number;
  /**
   * Whether items that a user had may be recommended again: true for what is bought again and again. Where false, the default, an event of the test that
   * repeats an earlier one is not counted.
   */
  readonly includeSeen?: boolean;
  /**
   * `time` (default where there is a time): trained on the past, tested on the latest events of all. `latest`: of each user the latest events are held out;
   * measures more users, and knows the others' later events. `random` (default without a time): of each user items at random.
   */
  readonly split?: {
    readonly kind: "time" | "latest" | "random";
    /** Share of the events, default 0.1. */
    readonly validation?: number;
    /** Share of the events, default 0.1. */
    readonly test?: number;
  };
  readonly search?: {
    /** Configurations to try, default 8. */
    readonly trials?: number;
    /** Cap on the time of the search in seconds, default 600. It may end a search early; it never changes a trial. */
    readonly seconds?: number;
    /** Default item-item neighbours and ALS. */
    readonly families?: readonly RecommenderFamily[];
    /** Exactly these configurations instead of a search. */
    readonly configurations?: readonly RecommenderConfiguration[];
  };
  readonly evaluation?: {
    /** The metric of the first `k` places that chooses and is reported first. Default `ndcg`. */
    readonly metric?: (typeof listMetricNames)[number];
    /** Lengths of lists that recall and NDCG are reported for, beside `k`. Default 1, 5, 10, 20, 50. */
    readonly at?: readonly number[];
    /** Columns with a level per user, such as a country, that are reported as slices. */
    readonly slices?: readonly string[];
    /** Most users that are measured, drawn at random from more. Default 10,000. */
    readonly users?: number;
    /** Bootstrap resamples over users, default 1000. */
    readonly resamples?: number;
  };
}

const column = z.string().min(1);
const share = z.number().gt(0).lt(0.5);
const positive = z.number().positive();
const length = z.int().min(1).max(mostItems);
const configuration = z.discriminatedUnion("family", [
  z.strictObject({
    family: z.literal("als"),
    params: z
      .strictObject({
        factors: z.int().min(1).max(1024).optional(),
        lambda: positive.optional(),
        alpha: positive.optional(),
        iterations: z.int().min(1).max(1000).optional(),
        steps: z.int().min(1).max(1000).optional(),
      })
      .optional(),
  }),
  z.strictObject({
    family: z.literal("item-neighbours"),
    params: z
      .strictObject({
        neighbours: z.int().min(1).optional(),
        similarity: z.enum(["cosine", "jaccard"]).optional(),
        shrinkage: z.number().min(0).optional(),
      })
      .optional(),
  }),
  z.strictObject({ family: z.literal("popularity"), params: z.strictObject({}).optional() }),
]);

const schema = z
  .strictObject({
    name: nameSchema,
    task: z.literal("recommendation").optional(),
    data: dataSchema,
    user: column,
    item: column,
    itemName: column.optional(),
    time: column.optional(),
    weight: z.strictObject({ column, atLeast: positive.optional(), strength: z.boolean().optional() }).optional(),
    k: length.optional(),
    includeSeen: z.boolean().optional(),
    split: z
      .strictObject({
        kind: z.enum(["time", "latest", "random"]),
        validation: share.optional(),
        test: share.optional(),
      })
      .optional(),
    search: z
      .strictObject({
        trials: z.int().min(1).max(1000).optional(),
        seconds: positive.optional(),
        families: z.array(z.enum(familyNames)).min(1).readonly().optional(),
        configurations: z.array(configuration).min(1).readonly().optional(),
      })
      .optional(),
    evaluation: z
      .strictObject({
        metric: z.enum(listMetricNames).optional(),
        at: z.array(length).min(1).max(20).readonly().optional(),
        slices: z.array(column).readonly().optional(),
        users: z.int().min(10).optional(),
        resamples: z.int().min(200).max(10_000).optional(),
      })
      .optional(),
    seed: z.int().min(0).optional(),
  })
  .superRefine(({ user, item, itemName, time, weight, split, data }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const columns: [string[], string | undefined][] = [
      [["user"], user],
      [["item"], item],
      [["itemName"], itemName],
      [["time"], time],
      [["weight", "column"], weight?.column],
    ];
    columns.forEach(([path, name], k) => {
      const [other] = columns.slice(0, k).find(([, earlier]) => name !== undefined && earlier === name) ?? [];
      if (other !== undefined) refuse(path, `"${name}" is the column of ${other.join(".")}, another column is needed`);
    });
    if (time === undefined && split !== undefined && split.kind !== "random")
      refuse(["split", "kind"], `a split by ${split.kind} needs the column "time"`);
    if (data.quarantine !== undefined) refuse(["data", "quarantine"], "events have no contract that could be broken");
  });

/**
 * Declares a recommender: checks the definition and freezes it. Ids of users and items are read as texts, as the files write them.
 * Throws DEFINITION_INVALID with every problem: its path, the rule, and the nearest known key for an unknown one.
 *
 * ```ts
 * export default defineRecommender({ name: 'films', data: { files: ['ratings.csv'] }, user: 'userId', item: 'movieId', time: 'timestamp' });
 * ```
 */
export function defineRecommender(
  definition: Omit<RecommenderDefinition, "task"> & Partial<Pick<RecommenderDefinition, "task">>,
): RecommenderDefinition {
  checkDefinition(definition, schema);
  const { data, user, item } = definition;
  const types = { [user]: "id", [item]: "id", ...data.options?.types } as const;
  return freezeDeep(
    structuredClone({ ...definition, task: "recommendation", data: { ...data, options: { ...data.options, types } } }),
  );
}
