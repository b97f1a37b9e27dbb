import type { ForecastModelData, JsonObject, TaskSignature } from "../capsule/index.ts";

/** What a forecast model takes and gives. */
export function forecastSignature(data: ForecastModelData): TaskSignature {
  const isNumber = data.calendar.unit === "number";
  const at: JsonObject = isNumber
    ? { type: "number" }
    : { type: ["string", "number"], description: "ISO 8601 text or epoch milliseconds" };
  const cell: JsonObject = { type: ["number", "null"], description: "null where missing" };
  const isNamed = data.columns.series !== null;
  const { levels } = data.intervals;
  const request: JsonObject = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    additionalProperties: false,
    required: isNamed && data.series.length > 1 ? ["series"] : [],
    properties: {
      series: { type: ["string", "number"], examples: data.series.slice(0, 10).map(({ name }) => name) },
      horizon: { type: "integer", minimum: 1, maximum: data.horizon, default: data.horizon },
      levels: { type: "array", items: { enum: levels }, default: levels },
      history: {
        type: "array",
        maxItems: 10_000,
        items: { type: "object", required: ["at", "value"], properties: { at, value: cell } },
        description: "values newer than the model's, or all of a series that it does not know",
      },
      values: { type: "array", maxItems: 10_000, items: cell, description: "the same, one per step from start on" },
      start: { ...at, description: "when the first of values was; default the step after the model's last" },
    },
  };
  const shown: JsonObject = isNumber ? { type: "number" } : { type: "string", format: "date-time" };
  const bound: JsonObject = { type: ["number", "null"] };
  const answer: JsonObject = {
    type: "object",
    required: ["method", "from", "forecast"],
    properties: {
      series: { type: "string" },
      method: { type: "string" },
      from: { ...shown, description: "the last step that the forecast knows" },
      forecast: {
        type: "array",
        items: {
          type: "object",
          required: ["at", "value", "intervals"],
          properties: {
            at: shown,
            value: { type: "number" },
            intervals: {
              type: "array",
              items: {
                type: "object",
                required: ["level", "low", "high"],
                properties: { level: { enum: levels }, low: bound, high: bound },
              },
            },
          },
        },
      },
    },
  };
  return { task: "forecast", request, answer, types: typesOf(isNumber) };
}

function typesOf(isNumber: boolean): string {
  const at = isNumber ? "number" : "string | number";
  const shown = isNumber ? "number" : "string";
  return `
/** What is to be forecast. */
export interface Request {
  /** Name of the series; may be left out where the model has one. */
  readonly series?: string | number;
  /** Steps to forecast; default the horizon of the definition, which is the greatest. */
  readonly horizon?: number;
  /** Levels of intervals; default those of the definition. */
  readonly levels?: readonly number[];
  /** Values newer than the model's, or all of a series that it does not know. Those it has seen are not read again. */
  readonly history?: readonly { readonly at: ${at}; readonly value: number | null }[];
  /** The same, one per step from \`start\` on. */
  readonly values?: readonly (number | null)[];
  /** When the first of \`values\` was; default the step after the model's last. */
  readonly start?: ${at};
}

/** A forecast. */
export interface Answer {
  readonly series?: string;
  /** What forecasts it. */
  readonly method: string;
  /** The last step that the forecast knows. */
  readonly from: ${shown};
  readonly forecast: readonly {
    readonly at: ${shown};
    readonly value: number;
    /** Null where too few errors were known for an interval. */
    readonly intervals: readonly { readonly level: number; readonly low: number | null; readonly high: number | null }[];
  }[];
}`;
}
