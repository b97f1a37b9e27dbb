import type { Table } from "../../ml/table/index.ts";
import {
  type AnomalyModelData,
  type AnomalyScorerData,
  type JsonObject,
  rowSchema,
  rowTypes,
  type TaskSignature,
  usualColumn,
} from "../capsule/index.ts";
import { documented } from "../training/index.ts";
import { inputsOf } from "./candidates.ts";
import type { PreparedAnomalies } from "./prepare.ts";

/** A model as data: its scorer, what it reads, what was usual of it in the rows that it was fitted on, and where a row begins to be anomalous. */
export function modelDataOf(
  run: PreparedAnomalies,
  scorer: AnomalyScorerData,
  fitted: Table,
  threshold: number,
): AnomalyModelData {
  const names = inputsOf(scorer);
  const inputs = run.schema
    .filter(({ name }) => names.includes(name))
    .map(({ name, type }) => ({ name, type, ...documented(fitted, false, name) }));
  return {
    kind: "anomaly",
    inputs,
    usual: inputs.map(({ name }) => usualColumn(fitted.column(name), fitted.nRows)),
    scorer,
    threshold,
    example: exampleOf(inputs, fitted),
  };
}

function exampleOf(inputs: AnomalyModelData["inputs"], fitted: Table): JsonObject {
  const row = fitted.row(0);
  return Object.fromEntries(inputs.map(({ name }) => [name, row[name] ?? null]));
}

/** What a model takes and gives. */
export function signatureOf({ inputs }: AnomalyModelData): TaskSignature {
  const reason = {
    type: "object",
    required: ["column", "share", "says"],
    properties: {
      column: { type: "string" },
      share: { type: "number", description: "Share of all that speaks for an anomaly, above 0 up to 1" },
      says: { type: "string", description: "How unusual the value is beside the training rows" },
    },
  };
  return {
    task: "anomaly",
    request: rowSchema({ inputs }),
    answer: {
      type: "object",
      required: ["score", "anomalous", "threshold", "reasons"],
      properties: {
        score: { type: "number", description: "The greater, the stranger" },
        anomalous: { type: "boolean", description: "Whether the score reaches the threshold" },
        threshold: { type: "number" },
        reasons: {
          type: "array",
          maxItems: 5,
          items: reason,
          description: "The weightiest first; empty for a row that is not anomalous",
        },
      },
    },
    types: [
      "/** One row; null says that a value is missing. */",
      "export interface Request {",
      ...rowTypes({ inputs }),
      "}",
      "",
      "/** The answer to one row. */",
      "export interface Answer {",
      "  readonly score: number;",
      "  readonly anomalous: boolean;",
      "  readonly threshold: number;",
      "  readonly reasons: readonly { readonly column: string; readonly share: number; readonly says: string }[];",
      "}",
    ].join("\n"),
  };
}
