import { FettleError } from "../../lib/index.ts";
import { type Answer, answerOf, type Predictor, parseRow, type RowProblem } from "../capsule/index.ts";
import type { RawRow } from "../features/index.ts";
import type { PredictionLog } from "./prediction-record.ts";

/** One answered row with its id. */
export type Prediction = { readonly id: string } & Answer;

/** The answer to one predict request. */
export interface PredictResponse {
  readonly model: string;
  readonly version: number;
  readonly predictions: readonly Prediction[];
}

/** What a {@link ModelService} is made of; clock and ids come from outside. */
export interface ModelServiceParts {
  readonly model: string;
  readonly version: number;
  /** A predictor whose golden rows have been replayed. */
  readonly predictor: Predictor;
  /** A row in signature order that may be shown to callers. */
  readonly exampleRow: RawRow;
  readonly log: PredictionLog;
  readonly now: () => number;
  /** Monotonic microseconds. */
  readonly ticks: () => number;
  readonly newId: (now: number) => string;
  /** Most rows in one request, default 1,000. */
  readonly maxRows?: number;
}

/** Answers for one model version: the same function behind every transport. */
export interface ModelService {
  readonly model: string;
  readonly version: number;
  readonly predictor: Predictor;
  /** A row that the model answers, by field name. */
  readonly example: Readonly<Record<string, number | string | null>>;
  /** Throws ROWS_INVALID with every problem (row, field, rule, value class), or ROWS_TOO_MANY. */
  predict(rows: unknown): PredictResponse | Promise<PredictResponse>;
}

/** Most problems that one error lists. */
const maxProblems = 20;

/** Joins a predictor and a prediction log into a service. */
export function createModelService(parts: ModelServiceParts): ModelService {
  const { model, version, predictor, log } = parts;
  const maxRows = parts.maxRows ?? 1000;
  return {
    model,
    version,
    predictor,
    example: Object.fromEntries(
      predictor.signature.inputs.map((input, j) => [input.name, parts.exampleRow[j] ?? null]),
    ),
    predict(rows) {
      const startedAt = parts.ticks();
      const inputs = readRows(predictor, rows, maxRows);
      const now = parts.now();
      const out = new Float64Array(predictor.nOutputs);
      const outputs = inputs.map((row) => {
        predictor.predictRow(row, out);
        return Array.from(out);
      });
      const ids = inputs.map(() => parts.newId(now));
      const response: PredictResponse = {
        model,
        version,
        predictions: outputs.map((output, i) => ({
          id: ids[i]!,
          ...answerOf(predictor.signature, Float64Array.from(output)),
        })),
      };
      const latencyUs = parts.ticks() - startedAt;
      const records = inputs.map((row, i) => ({
        id: ids[i]!,
        at: now,
        model,
        version,
        inputs: row,
        outputs: outputs[i]!,
        latencyUs,
      }));
      const written = log.append(records);
      return written === undefined ? response : written.then(() => response);
    },
  };
}

function readRows(predictor: Predictor, rows: unknown, maxRows: number): RawRow[] {
  if (!Array.isArray(rows) || rows.length === 0)
    throw new FettleError("invalid-input", "ROWS_INVALID", 'Cannot predict: "rows" is no list with at least one row', {
      hint: 'Send {"rows": [{"column": value, …}]}',
    });
  if (rows.length > maxRows)
    throw new FettleError(
      "too-large",
      "ROWS_TOO_MANY",
      `Cannot predict ${rows.length} rows in one request: at most ${maxRows} are taken`,
      {
        hint: 'Send fewer rows at a time, or use "fettle score" for files',
      },
    );
  const problems: RowProblem[] = [];
  const inputs: RawRow[] = [];
  for (let i = 0; i < rows.length && problems.length < maxProblems; i++)
    inputs.push(parseRow(predictor.signature, rows[i], i, problems));
  if (problems.length === 0) return inputs;
  throw new RowsInvalid(problems.slice(0, maxProblems));
}

/** Rows that do not fit the signature, with every problem as data. */
export class RowsInvalid extends FettleError {
  readonly problems: readonly RowProblem[];

  constructor(problems: readonly RowProblem[]) {
    super("invalid-input", "ROWS_INVALID", `Cannot predict: ${problems.map((problem) => problem.message).join("; ")}`, {
      hint: "GET the model's schema at /v1/models/{name} to see its fields",
      facts: { nProblems: problems.length },
    });
    this.problems = problems;
  }
}
