import { FettleError } from "../../lib/index.ts";
import type { NoExplainer } from "../../ml/learners/index.ts";
import {
  type Answer,
  answerOf,
  type Explanation,
  explanationOf,
  type JsonObject,
  type Predictor,
  parseRow,
  type RankedItem,
  type RowExplainer,
  type RowProblem,
  rankItems,
  readRankRequest,
} from "../capsule/index.ts";
import type { AnyTask } from "../evaluation/index.ts";
import type { RawRow } from "../features/index.ts";
import type { PredictionLog } from "./prediction-record.ts";

/** One answered row with its id; where it was asked for, the explanation, or null where the model has none. */
export type Prediction = { readonly id: string; readonly explanation?: Explanation | null } & (Answer | JsonObject);

/** The answer to one predict request. */
export interface PredictResponse {
  readonly model: string;
  readonly version: number;
  readonly predictions: readonly Prediction[];
  /** Why explanations that were asked for are null. */
  readonly unexplained?: string;
}

/** The answer to one request for a ranked list, the best item first. The id is the prediction's: what becomes of the item is told by it. */
export interface RankResponse {
  readonly model: string;
  readonly version: number;
  readonly ranked: readonly (RankedItem & { readonly id: string; readonly explanation?: Explanation | null })[];
  /** Why explanations that were asked for are null. */
  readonly unexplained?: string;
}

/** What a {@link ModelService} is made of; clock and ids come from outside. */
export interface ModelServiceParts {
  readonly model: string;
  readonly version: number;
  /** A predictor whose golden rows have been replayed. */
  readonly predictor: Predictor;
  /** Makes the explainer when one is first asked for: it takes memory of its own. */
  readonly explainer: () => RowExplainer | NoExplainer;
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
  readonly task: AnyTask;
  /** What the model takes and gives, as data. */
  describe(): Readonly<Record<string, unknown>>;
  /** A row that the model answers, by field name. */
  readonly example: JsonObject;
  /**
   * `explain` is nothing, true, or an object with the number of contributions to give as `top`. Throws ROWS_INVALID with every
   * problem (row, field, rule, value class), ROWS_TOO_MANY or EXPLAIN_OPTION.
   */
  predict(rows: unknown, explain?: unknown): PredictResponse | Promise<PredictResponse>;
  /**
   * Of a ranking: the best k of `items`, see `readRankRequest`; those that are listed are recorded. An empty list is answered by an empty one. Throws
   * RANK_REQUEST, ROWS_INVALID, ROWS_TOO_MANY, EXPLAIN_OPTION.
   */
  rank(
    request: { readonly query?: unknown; readonly items?: unknown; readonly k?: unknown },
    explain?: unknown,
  ): RankResponse | Promise<RankResponse>;
}

/** Most problems that one error lists. */
const maxProblems = 20;

/** Joins a predictor and a prediction log into a service. */
export function createModelService(parts: ModelServiceParts): ModelService {
  const { model, version, predictor, log } = parts;
  let explainer: RowExplainer | NoExplainer | undefined;
  const explainRows = (rows: readonly RawRow[], outputs: readonly (readonly number[])[], top: number) => {
    explainer ??= parts.explainer();
    if ("reason" in explainer) return { explanations: null, unexplained: explainer.reason };
    const made = explainer;
    const explained = new Float64Array(made.nOutputs * (made.signature.inputs.length + 1));
    const explanations = rows.map((row, i) => {
      made.explainRow(row, explained);
      return explanationOf(made, row, explained, Float64Array.from(outputs[i]!), top);
    });
    return { explanations };
  };
  return {
    model,
    version,
    task: predictor.signature.task,
    describe() {
      const { classes, threshold, outputs, query, conformal, inputs } = predictor.signature;
      const promised = conformal === undefined ? {} : { conformalLevel: conformal.level };
      return { classes, threshold, outputs, ...(query === undefined ? {} : { query }), ...promised, inputs };
    },
    example: Object.fromEntries(
      predictor.signature.inputs.map((input, j) => [input.name, parts.exampleRow[j] ?? null]),
    ),
    predict(rows, explain) {
      const startedAt = parts.ticks();
      const top = contributionsAsked(explain);
      const inputs = readRows(predictor, rows, parts.maxRows);
      const out = new Float64Array(predictor.nOutputs);
      const unread: (readonly string[])[] = [];
      const outputs = inputs.map((row) => {
        unread.push(predictor.predictRow(row, out));
        return Array.from(out);
      });
      return answered(startedAt, inputs, outputs, top, (ids, explained) => ({
        predictions: outputs.map((output, i) => ({
          id: ids[i]!,
          ...answerOf(predictor.signature, Float64Array.from(output), 0, inputs[i]!, unread[i]),
          ...explained[i],
        })),
      }));
    },
    rank(request, explain) {
      const startedAt = parts.ticks();
      const top = contributionsAsked(explain);
      checkCount(request.items, parts.maxRows);
      const problems: RowProblem[] = [];
      const read = readRankRequest(predictor.signature, request, problems);
      if (problems.length > 0) throw new RowsInvalid(problems.slice(0, maxProblems));
      const ranked = rankItems(predictor, read);
      const inputs = ranked.map(({ index }) => read.items[index]!);
      const outputs = ranked.map(({ score }) => [score]);
      return answered(startedAt, inputs, outputs, top, (ids, explained) => ({
        ranked: ranked.map((item, i) => ({ ...item, id: ids[i]!, ...explained[i] })),
      }));
    },
  };

  // Gives answers their ids, explains them where that is asked for, and records them.
  function answered<Answers>(
    startedAt: number,
    inputs: readonly RawRow[],
    outputs: readonly (readonly number[])[],
    top: number,
    answersOf: (ids: readonly string[], explained: readonly { readonly explanation?: Explanation | null }[]) => Answers,
  ) {
    const at = parts.now();
    const ids = inputs.map(() => parts.newId(at));
    const explained = top === 0 ? null : explainRows(inputs, outputs, top);
    const explanations = inputs.map((_, i) =>
      explained === null ? {} : { explanation: explained.explanations?.[i] ?? null },
    );
    const response = {
      model,
      version,
      ...answersOf(ids, explanations),
      ...(explained?.unexplained !== undefined && { unexplained: explained.unexplained }),
    };
    const latencyUs = parts.ticks() - startedAt;
    const written = log.append(
      inputs.map((row, i) => ({ id: ids[i]!, at, model, version, inputs: row, outputs: outputs[i]!, latencyUs })),
    );
    return written === undefined ? response : written.then(() => response);
  }
}

/** How many contributions are asked for: 0 where no explanation is. */
function contributionsAsked(explain: unknown): number {
  if (explain === undefined || explain === null || explain === false) return 0;
  if (explain === true) return Number.POSITIVE_INFINITY;
  const top = typeof explain === "object" ? (explain as { top?: unknown }).top : undefined;
  if (typeof top === "number" && Number.isInteger(top) && top >= 1) return top;
  throw new FettleError(
    "invalid-input",
    "EXPLAIN_OPTION",
    'Cannot explain the predictions: "explain" is neither true nor an object with "top", a whole number ≥ 1',
    { hint: 'Send "explain": true, or "explain": {"top": 5} for the greatest contributions only' },
  );
}

/** The rows of a predict request. Throws ROWS_INVALID where they are no list, ROWS_TOO_MANY. */
export function rowsOf(rows: unknown, maxRows = 1000): readonly unknown[] {
  if (!Array.isArray(rows) || rows.length === 0)
    throw new FettleError("invalid-input", "ROWS_INVALID", 'Cannot predict: "rows" is no list with at least one row', {
      hint: 'Send {"rows": [{"column": value, …}]}',
    });
  checkCount(rows, maxRows);
  return rows;
}

function checkCount(rows: unknown, maxRows = 1000): void {
  if (Array.isArray(rows) && rows.length > maxRows)
    throw new FettleError(
      "too-large",
      "ROWS_TOO_MANY",
      `Cannot predict ${rows.length} rows in one request: at most ${maxRows} are taken`,
      {
        hint: 'Send fewer rows at a time, or use "fettle score" for files',
      },
    );
}

function readRows(predictor: Predictor, asked: unknown, maxRows: number | undefined): RawRow[] {
  const rows = rowsOf(asked, maxRows);
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
