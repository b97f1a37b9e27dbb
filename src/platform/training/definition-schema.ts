import { z } from "zod";
import { familyNames, lossNames } from "./definition-names.ts";

const share = z.number().gt(0).lt(0.9);
const names = z.array(z.string()).readonly();
const positive = z.number().positive();
const plain = z.record(z.string(), z.unknown());
const lengths = z
  .tuple([z.int().min(1).max(10), z.int().min(1).max(10)])
  .readonly()
  .refine(([fewest, most]) => fewest <= most, "the fewest must not exceed the most");
const featureOption = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("drop") }),
  z.strictObject({ kind: z.literal("number") }),
  z.strictObject({ kind: z.literal("levels"), most: z.int().min(1).max(254).optional() }),
  z.strictObject({ kind: z.literal("ordinal"), levels: z.array(z.string()).min(1).readonly() }),
  z.strictObject({ kind: z.literal("target-mean"), smoothing: z.number().min(0).optional() }),
  z.strictObject({
    kind: z.literal("date"),
    parts: z
      .array(z.enum(["hour", "weekday", "yearday"]))
      .min(1)
      .readonly()
      .optional(),
  }),
  z.strictObject({
    kind: z.literal("text"),
    terms: z.int().min(1).max(1_000_000).optional(),
    words: z.union([z.literal(false), lengths]).optional(),
    characters: z.union([z.literal(false), lengths]).optional(),
    fewest: z.int().min(1).optional(),
  }),
]);

/** A model's name, as definitions check it. */
export const nameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "must be of the form [a-z][a-z0-9-]{0,62}");

/** The files of a definition and how to read them. */
export const dataSchema = z.strictObject({
  files: z.array(z.string().min(1)).min(1).readonly(),
  test: z.string().min(1).optional(),
  options: z
    .strictObject({
      format: z.enum(["csv", "tsv", "json", "ndjson", "parquet", "svmlight"]).optional(),
      separator: z.string().length(1).optional(),
      quote: z.string().max(1).optional(),
      header: z.boolean().optional(),
      encoding: z.string().optional(),
      missing: names.optional(),
      literalColumns: names.optional(),
      types: z.record(z.string(), z.enum(["number", "integer", "instant", "category", "text", "id"])).optional(),
    })
    .optional(),
  quarantine: z.boolean().optional(),
});

/** What {@link ModelDefinition} allows, and what its settings ask of one another. */
export const definitionSchema = z
  .strictObject({
    name: nameSchema,
    data: dataSchema,
    target: z.strictObject({ column: z.string().min(1), positive: z.string().min(1).optional() }),
    task: z.enum(["binary", "multiclass", "regression", "ranking"]).optional(),
    query: z.string().min(1).optional(),
    contract: plain.optional(),
    split: z
      .strictObject({
        kind: z.enum(["random", "group", "time"]),
        column: z.string().optional(),
        validation: share.optional(),
        test: share.optional(),
      })
      .refine((split) => split.kind === "random" || split.column !== undefined, "a group or time split needs a column")
      .refine(
        (split) => (split.validation ?? 0.2) + (split.test ?? 0.2) <= 0.9,
        "validation and test may take at most 0.9 together",
      )
      .optional(),
    weight: z.string().optional(),
    ignore: names.optional(),
    leakage: z.strictObject({ exclude: names.optional(), keep: names.optional() }).optional(),
    features: z.record(z.string(), featureOption).optional(),
    loss: z
      .union([
        z.enum(lossNames),
        z.strictObject({ module: z.string().min(1), export: z.string().min(1), hash: z.string().optional() }),
      ])
      .optional(),
    lossOptions: z
      .strictObject({
        delta: positive.optional(),
        variancePower: z.number().gt(1).lt(2).optional(),
        focusing: z.number().min(0).max(10).optional(),
        truncation: z.int().min(1).optional(),
        gains: z.array(z.number().min(0)).min(2).readonly().optional(),
      })
      .optional(),
    classWeights: z.union([z.literal("balanced"), z.record(z.string(), positive)]).optional(),
    sampling: z.strictObject({ negativeRate: z.number().gt(0).lt(1) }).optional(),
    quantiles: z
      .array(z.number().gt(0).lt(1))
      .min(1)
      .max(99)
      .readonly()
      .refine((levels) => levels.every((level, k) => k === 0 || level > levels[k - 1]!), "levels must ascend")
      .optional(),
    search: z
      .strictObject({
        trials: z.int().min(1).max(1000).optional(),
        seconds: positive.optional(),
        families: z.array(z.enum(familyNames)).min(1).readonly().optional(),
        stack: z.boolean().optional(),
        configurations: z
          .array(z.strictObject({ family: z.enum(familyNames), params: plain }))
          .min(1)
          .readonly()
          .optional(),
      })
      .optional(),
    warmStart: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}@[1-9]\d{0,8}$/, 'must name one version, for example "churn@3"')
      .optional(),
    evaluation: z
      .strictObject({
        metric: z.string().optional(),
        slices: names.optional(),
        protected: names.optional(),
        cost: z
          .strictObject({ falsePositive: positive, falseNegative: positive, perRow: z.string().min(1).optional() })
          .optional(),
        costMatrix: z.record(z.string(), z.record(z.string(), z.number().min(0))).optional(),
        calibration: z.enum(["auto", "none", "temperature", "platt", "beta", "isotonic"]).optional(),
        conformal: z
          .strictObject({
            level: z.number().min(0.5).lt(1),
            score: z.enum(["absolute", "scaled", "quantile", "lac", "aps", "raps"]).optional(),
            penalty: z.number().min(0).max(1).optional(),
            freePlaces: z.int().min(0).optional(),
            method: z.enum(["split", "cross"]).optional(),
            perClass: z.boolean().optional(),
            perGroup: z.string().min(1).optional(),
          })
          .refine(
            ({ perClass, perGroup }) => perClass !== true || perGroup === undefined,
            "perClass and perGroup cannot both be asked for",
          )
          .refine(
            ({ score, penalty, freePlaces }) => score === "raps" || (penalty ?? freePlaces) === undefined,
            'penalty and freePlaces are for the score "raps"',
          )
          .optional(),
        crossValidation: z.enum(["auto", "always", "never"]).optional(),
        resamples: z.int().min(200).max(10_000).optional(),
      })
      .optional(),
    seed: z.int().min(0).optional(),
  })
  .superRefine(({ target, split, weight, query, search, warmStart, evaluation }, context) => {
    const refuse = (path: string[]) =>
      context.addIssue({ code: "custom", path, message: `"${target.column}" is the target, another column is needed` });
    if (split?.kind === "group" && split.column === target.column) refuse(["split", "column"]);
    if (weight === target.column) refuse(["weight"]);
    if (query === target.column) refuse(["query"]);
    if (evaluation?.cost?.perRow === target.column) refuse(["evaluation", "cost", "perRow"]);
    if (evaluation?.conformal?.perGroup === target.column) refuse(["evaluation", "conformal", "perGroup"]);
    if (evaluation?.conformal?.method === "cross" && split?.kind === "time")
      context.addIssue({
        code: "custom",
        path: ["evaluation", "conformal", "method"],
        message: '"cross" trains on later rows than it scores, which a split by time must not: "split" is needed',
      });
    // Rows that the earlier version was fitted on would make the intervals too narrow.
    if (evaluation?.conformal !== undefined && warmStart !== undefined && split?.kind !== "time")
      context.addIssue({
        code: "custom",
        path: ["evaluation", "conformal"],
        message: "needs rows that no model has seen, which a warm start has only in a split by time",
      });
    if (warmStart === undefined) return;
    const { families = ["gbdt"], configurations, stack } = search ?? {};
    if (!(configurations?.map(({ family }) => family) ?? families).includes("gbdt"))
      context.addIssue({
        code: "custom",
        path: ["warmStart"],
        message: 'boosted trees go on from a version: the family "gbdt" is needed',
      });
    // The weights of a stack come from rows that its models have not seen; the earlier version may have.
    if (stack === true)
      context.addIssue({ code: "custom", path: ["search", "stack"], message: "a stack cannot go on from a version" });
  });
