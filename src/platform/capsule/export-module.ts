import { type Json, toBase64 } from "../../lib/index.ts";
import { isNumeric } from "../../ml/learners/index.ts";
import { storageOf } from "../data/index.ts";
import { loadFeatures } from "../features/index.ts";
import type { EmbeddedData } from "./embedded-runtime.ts";
import type { ForecastModelData } from "./forecast-data.ts";
import type { PredictorData } from "./predictor.ts";
import type { RecommendationData } from "./recommendation-model.ts";
import type { Signature, SignatureInput } from "./signature.ts";
import type { JsonObject, TaskModelData, TaskPredictorData } from "./task-model.ts";

/** An ES module that predicts without any dependency, and its types. */
export interface ExportedModule {
  readonly js: string;
  readonly dts: string;
}

/** What a module is made of beside the capsule. */
export interface ModuleParts {
  /** Text of the bundled embedded runtime, which exports `openEmbedded`. */
  readonly runtime: string;
  /** Compiled kernels that score trees, or a recommender's items; without them the module is slower, to the same bits. */
  readonly kernels?: Uint8Array;
  /** `model@version`, for the heading. */
  readonly title: string;
}

/** A task's capsule as a module; `runtime` is the text of its own embedded runtime, which exports `openEmbedded`. */
export function exportTaskModule(
  { model, signature }: TaskPredictorData,
  { runtime, kernels, title }: ModuleParts,
): ExportedModule {
  const json = JSON.stringify({ features: null, calibrator: null, model, signature });
  const compiled = hasKernels(model) && kernels !== undefined ? `, "${toBase64(kernels)}"` : "";
  return {
    js: moduleText(runtime, title, `openEmbedded(JSON.parse(${JSON.stringify(json)})${compiled})`),
    dts: [
      signature.types.trim(),
      "",
      "/** Answers one request; throws where it does not fit. */",
      "export declare function predict(request: Request): Answer;",
      "/** Answers many requests. */",
      "export declare function predictBatch(requests: readonly Request[]): Answer[];",
      "/** What the model takes and gives. */",
      "export declare const signature: unknown;",
      "",
    ].join("\n"),
  };
}

// Whether compiled kernels make the model faster: trees of a forecast, factors of a recommender.
function hasKernels(model: TaskModelData): boolean {
  if (model.kind === "forecast") return (model as ForecastModelData).global !== null;
  return model.kind === "recommendation" && (model as RecommendationData).recommender.kind === "als";
}

function moduleText(runtime: string, title: string, opened: string): string {
  return [
    `// ${title}, exported by fettle. Predicts in any JavaScript runtime; needs nothing else.`,
    runtime.replace(/export\s*\{[^}]*\};?\s*$/, "").trimEnd(),
    `const model = ${opened};`,
    "export const signature = model.signature;",
    "export const predict = model.predict;",
    "export const predictBatch = model.predictBatch;",
    "",
  ].join("\n");
}

/** A capsule as a module: the embedded runtime with the model as data inside. Its answers are those of the server, to the bit. */
export function exportModule(data: EmbeddedData, { runtime, kernels, title }: ModuleParts): ExportedModule {
  const { features, model, calibrator, signature } = data;
  const hasTrees = ["gbdt", "forest", "stack", "packed-trees"].includes(model.kind);
  const compiled = hasTrees && kernels !== undefined ? `, "${toBase64(kernels)}"` : "";
  const json = JSON.stringify({ features, model, calibrator, signature });
  const isRanking = signature.task === "ranking";
  const opened = `openEmbedded(JSON.parse(${JSON.stringify(json)})${compiled})`;
  const js = `${moduleText(runtime, title, opened)}${isRanking ? "export const rank = model.rank;\n" : ""}`;
  const readsTexts = loadFeatures(features).blocks.length > 0;
  return { js, dts: typesOf(signature, title, readsTexts) };
}

const intervalType =
  "  readonly interval: { readonly low: number | null; readonly high: number | null; readonly level: number };";

function typesOf(signature: Signature, title: string, readsTexts: boolean): string {
  const answer = isNumeric(signature.task)
    ? [
        "  readonly value: number;",
        ...(signature.outputs.length > 1 ? ["  readonly quantiles: Readonly<Record<string, number>>;"] : []),
        ...(signature.conformal ? [intervalType] : []),
      ]
    : [
        `  readonly label: ${signature.classes.map((name) => JSON.stringify(name)).join(" | ")};`,
        "  readonly probability: number;",
        "  readonly probabilities: Readonly<Record<string, number>>;",
        ...(signature.conformal ? ["  readonly set: readonly string[];"] : []),
      ];
  if (readsTexts)
    answer.push("  /** Text columns in which the model knows no term. */", "  readonly unread?: readonly string[];");
  return [
    `/** One row for ${title}; null says that a value is missing. */`,
    "export interface Row {",
    ...rowTypes(signature),
    "}",
    "",
    "/** The answer to one row. */",
    "export interface Answer {",
    ...answer,
    "}",
    "",
    "/** Answers one row; throws where a field does not fit. */",
    "export declare function predict(row: Row): Answer;",
    "/** Answers many rows. */",
    "export declare function predictBatch(rows: readonly Row[]): Answer[];",
    ...(signature.task === "ranking" ? rankTypes : []),
    "/** What the model takes and gives. */",
    "export declare const signature: unknown;",
    "",
  ].join("\n");
}

const rankTypes = [
  "/** The k best items (default all), the best first, equal scores in their order; `query` holds fields that all items share. */",
  "export declare function rank(",
  "  items: readonly Partial<Row>[],",
  "  k?: number,",
  "  query?: Partial<Row>,",
  "): { readonly rank: number; readonly index: number; readonly score: number }[];",
];

/** Lines of TypeScript that declare the fields of a row. */
export function rowTypes({ inputs }: Pick<Signature, "inputs">): string[] {
  return inputs.map((input) => `  readonly ${JSON.stringify(input.name)}: ${typeText(input)} | null;`);
}

function typeText({ type }: SignatureInput): string {
  return { number: "number", instant: "string | number", category: "string | number | boolean" }[storageOf[type]];
}

/** How the columns of an exported numeric model's input come about, in order: what goes beside a model that holds no encoders. */
export function encodingOf({ features, signature }: PredictorData): Record<string, unknown> {
  const { outputs } = loadFeatures(features);
  return {
    input:
      "features: f32 [rows, features]; a missing number is NaN, a category its place in levels, missing or unseen −1",
    features: outputs.map(({ name, from, says, kind, levels }) => ({
      name,
      from,
      says,
      kind,
      ...(levels && { levels }),
    })),
    steps: features.steps,
    outputs:
      signature.classes.length === 0 ? signature.outputs : signature.classes.slice(signature.task === "binary" ? 1 : 0),
    ...(signature.threshold === null ? {} : { threshold: signature.threshold }),
    ...(signature.costs === undefined ? {} : { costs: signature.costs }),
    ...(signature.conformal === undefined ? {} : { conformal: signature.conformal }),
  };
}

/** JSON Schema (draft 2020-12) of a predict request. */
export function requestSchema(signature: Signature): Record<string, unknown> {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const row = rowSchema(signature);
  const rows = { type: "object", required: ["rows"], properties: { rows: { type: "array", minItems: 1, items: row } } };
  return { $schema, ...(signature.task === "ranking" ? { anyOf: [rows, rankSchema(row)] } : rows) };
}

// A field may stand in the query or in the items, so neither has to have all.
function rankSchema({ properties }: JsonObject): Record<string, unknown> {
  const fields = { type: "object", properties };
  return {
    type: "object",
    required: ["items"],
    properties: { query: fields, items: { type: "array", items: fields }, k: { type: "integer", minimum: 1 } },
  };
}

/** JSON Schema of one row. */
export function rowSchema({ inputs }: Pick<Signature, "inputs">): JsonObject {
  const properties = Object.fromEntries(inputs.map((input) => [input.name, fieldSchema(input)]));
  return { type: "object", required: inputs.map(({ name }) => name), properties };
}

function fieldSchema({ type, min, max, levels }: SignatureInput): Record<string, Json> {
  const seen =
    levels !== undefined
      ? { examples: levels.slice(0, 10) }
      : min !== undefined
        ? { description: `seen in training: ${min} to ${max}` }
        : {};
  switch (storageOf[type]) {
    case "number":
      return { type: ["number", "null"], ...seen };
    case "instant":
      return { type: ["string", "number", "null"], description: "ISO 8601 text or epoch milliseconds" };
    case "category":
      return { type: ["string", "number", "boolean", "null"], ...seen };
  }
}
