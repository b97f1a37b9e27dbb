import { z } from "zod";

/** Wire shapes of the REST interface: one source for types, documentation and the typed client. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      requestId: z.string(),
      problems: z
        .array(
          z.object({
            row: z.int(),
            field: z.string(),
            rule: z.enum(["object", "required", "type", "finite", "instant", "range", "unknown"]),
            message: z.string(),
          }),
        )
        .optional(),
    }),
  })
  .meta({ id: "Error", description: "What went wrong, where, and what to do" });

const explanation = z
  .object({
    of: z.string().meta({ description: "Whose score: the positive or the answered class, or the regression's output" }),
    scale: z.enum(["value", "log-odds", "class-score", "log-value", "share"]),
    base: z.number().meta({ description: "The score that is expected of a row of which nothing is known" }),
    score: z.number().meta({ description: "Base plus all contributions: the model's score before calibration" }),
    contributions: z
      .array(
        z.object({
          feature: z.string(),
          value: z.union([z.string(), z.number(), z.null()]).meta({ description: "The value as the model read it" }),
          contribution: z.number(),
        }),
      )
      .meta({ description: "Greatest first, whichever the sign" }),
    rest: z.number().optional().meta({ description: "Sum of the contributions that are left out" }),
    terms: z
      .array(z.object({ feature: z.string(), term: z.string(), contribution: z.number() }))
      .optional()
      .meta({ description: "Of a model that reads texts: what the terms of this row add, the greatest 20" }),
  })
  .nullable()
  .optional()
  .meta({ description: "SHAP values in the scale of the score; null where the model has none" });

const interval = z
  .object({ low: z.number().nullable(), high: z.number().nullable(), level: z.number() })
  .optional()
  .meta({ description: "Holds the true value with a chance of at least the level; null: no bound" });
const unread = z
  .array(z.string())
  .optional()
  .meta({ description: "Text columns in which the model knows no term: it answers as to an empty text" });

const classified = z.object({
  id: z.string().meta({ description: "UUIDv7 of the prediction: labels attach to it" }),
  label: z.string(),
  probability: z.number().meta({ description: "Binary: of the positive class; multiclass: of the label" }),
  probabilities: z.record(z.string(), z.number()),
  set: z
    .array(z.string())
    .optional()
    .meta({ description: "Classes that cannot be ruled out at the model's conformal level" }),
  unread,
  explanation,
});
const valued = z.object({
  id: z.string(),
  value: z.number(),
  quantiles: z.record(z.string(), z.number()).optional(),
  interval,
  unread,
  explanation,
});

const answered = z
  .looseObject({ id: z.string() })
  .meta({ description: "The answer of a task of its own: see the model's schema" });

const fields = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const explain = z
  .union([z.boolean(), z.object({ top: z.int().min(1).meta({ description: "Contributions to give" }) })])
  .optional()
  .meta({ description: "Also say what each column contributes to the score" });

const rowsBody = z
  .object({
    rows: z
      .array(
        z.union([
          fields,
          z.record(z.string(), z.unknown()).meta({ description: "The request of a task of its own: see the model" }),
        ]),
      )
      .min(1),
    explain,
  })
  .meta({ id: "PredictRequest" });

const rankBody = z
  .object({
    query: fields
      .optional()
      .meta({ description: "Fields that all items share; an item's own count where it has them" }),
    items: z.array(fields).meta({ description: "What is to be ordered" }),
    k: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "How many to list; all where it is absent or more than there are" }),
    explain,
  })
  .meta({ id: "RankRequest", description: "Of a ranking: a list to be ordered" });

export const predictBody = z.union([rowsBody, rankBody]);

export const predictQuery = z.object({
  explain: z.literal("true").optional().meta({ description: 'As "explain" in the body' }),
  top: z.int().min(1).optional().meta({ description: 'As "explain.top" in the body' }),
});

const ranked = z.object({
  rank: z.int().meta({ description: "1 is the best" }),
  index: z.int().meta({ description: "Place in the request's items, from 0" }),
  score: z.number(),
  id: z.string().meta({ description: "UUIDv7 of the prediction: labels attach to it" }),
  explanation,
});

const rankAnswer = z
  .object({
    model: z.string(),
    version: z.int(),
    ranked: z.array(ranked).meta({ description: "The best first; equal scores in the order of the items" }),
    unexplained: z.string().optional(),
  })
  .meta({ id: "RankResponse" });

const rowsAnswer = z
  .object({
    model: z.string(),
    version: z.int(),
    predictions: z.array(z.union([classified, valued, answered])),
    unexplained: z.string().optional().meta({ description: "Why explanations that were asked for are null" }),
  })
  .meta({ id: "PredictResponse" });

export const predictAnswer = z.union([rowsAnswer, rankAnswer]);

const taskModelAnswer = z.object({
  model: z.string(),
  version: z.int(),
  task: z.enum(["recommendation", "forecast", "anomaly"]),
  request: z
    .record(z.string(), z.unknown())
    .meta({ description: "JSON Schema of one of the rows of a predict request" }),
  answer: z.record(z.string(), z.unknown()).meta({ description: "JSON Schema of one of its predictions" }),
  example: z.record(z.string(), z.unknown()).meta({ description: "A request that the model answers" }),
});

const tableModelAnswer = z.object({
  model: z.string(),
  version: z.int(),
  task: z.enum(["binary", "multiclass", "regression", "ranking"]),
  classes: z.array(z.string()),
  threshold: z.number().nullable(),
  outputs: z.array(z.string()),
  query: z.string().optional().meta({ description: "Ranking: the column that says which rows are ordered together" }),
  conformalLevel: z
    .number()
    .optional()
    .meta({ description: "Chance, at least, that an answer's interval or set holds the true value" }),
  inputs: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["number", "integer", "instant", "category", "text", "id"]),
      min: z.number().optional(),
      max: z.number().optional(),
      levels: z.array(z.string()).optional(),
    }),
  ),
  example: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .meta({ description: "A row that the model answers" }),
});

export const modelAnswer = z.union([tableModelAnswer, taskModelAnswer]).meta({ id: "Model" });

export const modelsAnswer = z.object({
  models: z.array(z.object({ model: z.string(), version: z.int(), task: z.string() })),
});
export const healthAnswer = z.object({ status: z.enum(["live", "ready", "not-ready"]) });
export const modelParams = z.object({ name: z.string() });
