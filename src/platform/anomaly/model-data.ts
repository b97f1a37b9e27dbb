import type { Table } from "../../ml/table/index.ts";
import {
  type AnomalyModelData,
  type AnomalyScorerData,
  type JsonObject,
  rowSchema,
  rowTypes,
  type ScoreScale,
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
  scale: ScoreScale,
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
    scale,
    example: exampleOf(inputs, fitted),
  };
}

function exampleOf(inputs: AnomalyModelData["inputs"], fitted: Table): JsonObject {
  const row = fitted.row(0);
  return Object.fromEntries(inputs.map(({ name }) => [name, row[name] ?? null]));
}

/** What a model takes and gives. */
export function signatureOf({ inputs, scale }: AnomalyModelData): TaskSignature {
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
      required: ["score", "percentile", "probability", "anomalous", "threshold", "reasons"],
      properties: {
        score: { type: "number", description: "The greater, the stranger" },
        percentile: {
          type: "number",
          description: "Share of validation rows of a lower score, from 0 to 1; of equal scores half",
        },
        probability: { type: ["number", "null"], description: scale?.says ?? "" },
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
      "  /** The greater, the stranger. */",
      "  readonly score: number;",
      "  /** Share of validation rows of a lower score, from 0 to 1. */",
      "  readonly percentile: number;",
      `  /** ${scale?.probability === null ? "Always null: the score tells no probability." : "Of an anomaly, among rows such as the labelled ones."} */`,
      "  readonly probability: number | null;",
      "  readonly anomalous: boolean;",
      "  readonly threshold: number;",
      "  readonly reasons: readonly { readonly column: string; readonly share: number; readonly says: string }[];",
      "}",
    ].join("\n"),
  };
}
