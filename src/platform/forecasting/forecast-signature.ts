import { type ForecastModelData, type JsonObject, needsCovariates, type TaskSignature } from "../capsule/index.ts";

/** What a forecast model takes and gives. */
export function forecastSignature(data: ForecastModelData): TaskSignature {
  const isNumber = data.calendar.unit === "number";
  const at: JsonObject = isNumber
    ? { type: "number" }
    : {
        type: ["string", "number"],
        description: "ISO 8601 text, a month (2026-03), a quarter (2026Q1) or epoch milliseconds",
      };
  const cell: JsonObject = { type: ["number", "null"], description: "null where missing" };
  const isNamed = data.columns.series !== null;
  const { levels } = data.intervals;
  const { known = [], observed = [] } = data.covariates ?? {};
  const beside = Object.fromEntries([...known, ...observed].map((name) => [name, cell] as const));
  const isKnownNeeded = known.length > 0 && [undefined, ...data.series].every((one) => needsCovariates(data, one));
  const required = [...(isNamed && data.series.length > 1 ? ["series"] : []), ...(isKnownNeeded ? ["known"] : [])];
  const request: JsonObject = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    additionalProperties: false,
    required,
    properties: {
      series: { type: ["string", "number"], examples: data.series.slice(0, 10).map(({ name }) => name) },
      horizon: { type: "integer", minimum: 1, maximum: data.horizon, default: data.horizon },
      levels: { type: "array", items: { enum: levels }, default: levels },
      history: {
        type: "array",
        maxItems: 10_000,
        items: { type: "object", required: ["at", "value"], properties: { at, value: cell, ...beside } },
        description: "values newer than the model's, or all of a series that it does not know",
      },
      values: { type: "array", maxItems: 10_000, items: cell, description: "the same, one per step from start on" },
      start: { ...at, description: "when the first of values was; default the step after the model's last" },
      ...(data.covariates === undefined
        ? {}
        : {
            covariates: {
              type: "array",
              maxItems: 10_000,
              items: { type: "object", additionalProperties: false, properties: beside },
              description: "columns beside values, one row for each",
            },
          }),
      ...(known.length === 0
        ? {}
        : {
            known: {
              type: "array",
              items: {
                type: "object",
                additionalProperties: false,
                required: known,
                properties: Object.fromEntries(known.map((name) => [name, { type: "number" }] as const)),
              },
              description: "one row for each step that is forecast, from the step after the last value on",
            },
          }),
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
  return { task: "forecast", request, answer, types: typesOf(isNumber, known, observed, isKnownNeeded) };
}

function typesOf(
  isNumber: boolean,
  known: readonly string[],
  observed: readonly string[],
  isKnownNeeded: boolean,
): string {
  const at = isNumber ? "number" : "string | number";
  const shown = isNumber ? "number" : "string";
  const fields = (names: readonly string[], type: string) =>
    names.map((name) => `readonly ${JSON.stringify(name)}${type}`).join("; ");
  const all = fields([...known, ...observed], "?: number | null");
  const covariates =
    all === ""
      ? ""
      : `
  /** Columns beside \`values\`, one row for each; null where missing. */
  readonly covariates?: readonly { ${all} }[];`;
  const ahead =
    known.length === 0
      ? ""
      : `
  /** One row for each step that is forecast, from the step after the last value on. */
  readonly known${isKnownNeeded ? "" : "?"}: readonly { ${fields(known, ": number")} }[];`;
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
  readonly history?: readonly { readonly at: ${at}; readonly value: number | null${all === "" ? "" : `; ${all}`} }[];
  /** The same, one per step from \`start\` on. */
  readonly values?: readonly (number | null)[];
  /** When the first of \`values\` was; default the step after the model's last. */
  readonly start?: ${at};${covariates}${ahead}
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
