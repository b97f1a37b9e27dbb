import { FettleError } from "../../lib/index.ts";
import { isNumeric } from "../../ml/learners/index.ts";
import { categoryColumn, numberColumn, type Table } from "../../ml/table/index.ts";
import {
  type AnswerColumn,
  answeredClass,
  checkInputs,
  conformalAnswer,
  explainedOutput,
  inputTable,
  joinAnswer,
  medianOutput,
  type Predictor,
  type RowExplainer,
  rawRowOf,
  type Signature,
} from "../capsule/index.ts";
import type { RejectedRow, Schema } from "../data/index.ts";

/** A part of the rows to score, as the reader gives it. */
export interface ScoreBatch {
  readonly table: Table;
  readonly schema: Schema;
  readonly nRejected: number;
  readonly rejected: readonly RejectedRow[];
  readonly notes: readonly string[];
  /** Cells per column that were text where a number or an instant is needed; they are missing in the table. */
  readonly nCoerced: ReadonlyMap<string, number>;
}

/** Port: takes the scored rows, part by part; nothing is to be seen of them before `finish`. */
export interface ScoreWriter {
  /** Every part has the columns of the first, in the same order. */
  write(table: Table, schema: Schema): Promise<void>;
  /** Makes the file durable, puts it under its name, and returns facts a user should know. */
  finish(): Promise<readonly string[]>;
  /** Removes what was written; does nothing after `finish`. */
  abort(): Promise<void>;
}

/** What {@link scoreRun} needs. */
export interface ScoreInput {
  readonly batches: AsyncIterable<ScoreBatch>;
  readonly predictor: Predictor;
  /** Adds what each column contributed (see {@link contributionColumns}). */
  readonly explainer?: RowExplainer;
  /** Ranks of all rows within their queries, see `rankQueries`: adds the column `rank`. */
  readonly ranks?: Float64Array;
  readonly writer: ScoreWriter;
  /** Told the number of rows scored so far, after each batch. */
  readonly onRows?: (rows: number) => void;
  readonly signal?: AbortSignal;
}

/** What batch scoring did. */
export interface ScoreSummary {
  readonly nRows: number;
  /** Rows written, where the answers are no rows of the input: lists, forecasts. */
  readonly nWritten?: number;
  readonly nRejected: number;
  /** The first 100. */
  readonly rejected: readonly RejectedRow[];
  readonly notes: readonly string[];
}

/**
 * Scores rows batch by batch and writes each with all its columns, then those of the answer (see {@link answerColumns} and {@link conformalColumns}),
 * whose names get a number where the input has them already. A cell that does not fit the model's input counts as
 * missing, and a note says how many did. Throws SCORE_COLUMNS where the rows lack an input, `cancelled` on the signal; the
 * writer is aborted then.
 */
export async function scoreRun(input: ScoreInput): Promise<ScoreSummary> {
  try {
    return await scoreBatches(input);
  } catch (error) {
    await input.writer.abort();
    throw error;
  }
}

async function scoreBatches({
  batches,
  predictor,
  explainer,
  ranks,
  writer,
  onRows,
  signal,
}: ScoreInput): Promise<ScoreSummary> {
  const { signature } = predictor;
  const notes = new Set<string>();
  const rejected: RejectedRow[] = [];
  const nUnfit = new Map<string, number>();
  const nUnread = new Map<string, number>();
  const onUnread = (_row: number, columns: readonly string[]) => {
    for (const name of columns) add(nUnread, name, 1);
  };
  let layout: Schema | null = null;
  let nRows = 0;
  let nRejected = 0;
  for await (const batch of batches) {
    if (signal?.aborted === true)
      throw new FettleError("cancelled", "CANCELLED", "Cannot go on scoring: it was cancelled");
    for (const note of batch.notes) notes.add(note);
    rejected.push(...batch.rejected.slice(0, 100 - rejected.length));
    nRejected += batch.nRejected;
    checkInputs(signature, batch.table);
    layout ??= batch.schema;
    const known = new Set(layout.map(({ name }) => name));
    for (const { name } of batch.schema)
      if (!known.has(name)) notes.add(`column "${name}" is absent from the first rows and is not copied`);
    const inputs = inputTable(signature, batch.table, (name, count) => add(nUnfit, name, count));
    for (const { name } of signature.inputs) add(nUnfit, name, batch.nCoerced.get(name) ?? 0);
    const outputs = batch.table.nRows === 0 ? new Float64Array(0) : predictor.predict(inputs, onUnread);
    const scored = joinAnswer(batch.table, layout, [
      ...answerColumns(signature, outputs, batch.table.nRows),
      ...conformalColumns(signature, outputs, inputs),
      ...(ranks ? [rankColumn(ranks.subarray(nRows, nRows + batch.table.nRows), batch.table.nRows)] : []),
      ...(explainer ? contributionColumns(explainer, inputs, outputs) : []),
    ]);
    await writer.write(scored.table, scored.schema);
    for (const [wanted, name] of scored.renamed)
      notes.add(`column "${wanted}" is in the input already; the answer is in "${name}"`);
    nRows += batch.table.nRows;
    onRows?.(nRows);
  }
  if (ranks !== undefined && ranks.length !== nRows) throw rowsChanged();
  const nUnranked = ranks?.reduce((n, rank) => (Number.isNaN(rank) ? n + 1 : n), 0) ?? 0;
  if (nUnranked > 0)
    notes.add(`${nUnranked === 1 ? "1 row has" : `${nUnranked} rows have`} no "${signature.query}" and no rank`);
  for (const [name, count] of nUnfit)
    if (count > 0)
      notes.add(
        `column "${name}": ${count === 1 ? "1 value does not fit its type and counts" : `${count} values do not fit its type and count`} as missing`,
      );
  for (const [name, count] of nUnread)
    notes.add(
      `column "${name}": the model knows no term of ${count === 1 ? "1 text" : `${count} texts`}, and answers as to an empty one`,
    );
  for (const note of await writer.finish()) notes.add(note);
  return { nRows, nRejected, rejected, notes: [...notes] };
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

/**
 * The answers for `nRows` rows as columns. Classification: `prediction` (the class), `probability` (binary: of the positive
 * class; multiclass: of the answered one) and `probability_<class>` for each. Regression and ranking: `prediction` (with quantiles the
 * middle one), then one column per quantile.
 * @param outputs row-major, nRows × the outputs of the model
 */
export function answerColumns(signature: Signature, outputs: Float64Array, nRows: number): AnswerColumn[] {
  const { task, classes, threshold } = signature;
  const numbers = (name: string, cell: (i: number) => number): AnswerColumn => ({
    name,
    type: "number",
    column: { kind: "number", values: Float64Array.from({ length: nRows }, (_, i) => cell(i)) },
  });
  if (isNumeric(task)) {
    const width = signature.outputs.length;
    const prediction = numbers("prediction", (i) => outputs[i * width + medianOutput(signature.outputs)]!);
    if (width === 1) return [prediction];
    return [prediction, ...signature.outputs.map((name, k) => numbers(name, (i) => outputs[i * width + k]!))];
  }
  const width = classes.length;
  const probabilityOf =
    task === "binary"
      ? (i: number, k: number) => (k === 1 ? outputs[i]! : 1 - outputs[i]!)
      : (i: number, k: number) => outputs[i * width + k]!;
  const codes = Int32Array.from({ length: nRows }, (_, i) => {
    return task === "binary" ? Number(outputs[i]! >= (threshold ?? 0.5)) : answeredClass(signature, outputs, i * width);
  });
  return [
    { name: "prediction", type: "category", column: { kind: "category", codes, dictionary: classes } },
    numbers("probability", (i) => (task === "binary" ? outputs[i]! : probabilityOf(i, codes[i]!))),
    ...classes.map((name, k) => numbers(`probability_${name}`, (i) => probabilityOf(i, k))),
  ];
}

// The files are read twice: what was ranked must be what is written.
function rankColumn(ranks: Float64Array, nRows: number): AnswerColumn {
  if (ranks.length !== nRows) throw rowsChanged();
  return { name: "rank", type: "integer", column: numberColumn(ranks) };
}

function rowsChanged(): FettleError {
  return new FettleError(
    "conflict",
    "SCORE_ROWS_CHANGED",
    "Cannot rank the rows: the files have other rows than a moment ago, files that rest are needed",
  );
}

/**
 * What the true values may be, as columns; none where the model says nothing of it. Numbers: `interval_low` and `interval_high`, missing without a
 * bound. Classes: `set`, a JSON list of those that cannot be ruled out, and `set_size`.
 */
export function conformalColumns(signature: Signature, outputs: Float64Array, inputs: Table): AnswerColumn[] {
  const { conformal, task } = signature;
  if (conformal === undefined) return [];
  const nOutputs = outputs.length / Math.max(1, inputs.nRows);
  const answers = Array.from({ length: inputs.nRows }, (_, i) =>
    conformalAnswer(signature, outputs, i * nOutputs, rawRowOf(signature, inputs, i)),
  );
  const numbers = (name: string, values: (number | null)[]): AnswerColumn => ({
    name,
    type: "number",
    column: numberColumn(values),
  });
  if (task === "regression")
    return [
      numbers(
        "interval_low",
        answers.map(({ interval }) => interval!.low),
      ),
      numbers(
        "interval_high",
        answers.map(({ interval }) => interval!.high),
      ),
    ];
  const sets = answers.map(({ set }) => set!);
  return [
    { name: "set", type: "category", column: categoryColumn(sets.map((set) => JSON.stringify(set))) },
    numbers(
      "set_size",
      sets.map(({ length }) => length),
    ),
  ];
}

/**
 * SHAP values of rows as columns: `contribution_<column>` for each input, and `contribution_base`, the expected score. They sum to the score
 * before calibration of what is explained: the positive class, the answered class, or the middle quantile.
 * @param outputs row-major, the model's outputs for the rows of `inputs`
 */
export function contributionColumns(explainer: RowExplainer, inputs: Table, outputs: Float64Array): AnswerColumn[] {
  const { signature, nOutputs } = explainer;
  const explained = explainer.explain(inputs);
  const stride = signature.inputs.length + 1;
  const from = Int32Array.from({ length: inputs.nRows }, (_, i) => {
    const { output } = explainedOutput(signature, outputs.subarray(i * nOutputs, (i + 1) * nOutputs));
    return (i * nOutputs + output) * stride;
  });
  return [...signature.inputs.map(({ name }) => name), "base"].map((name, j) => ({
    name: `contribution_${name}`,
    type: "number",
    column: { kind: "number", values: Float64Array.from(from, (start) => explained[start + j]!) },
  }));
}

/** Rows that a background is made of, at most: each costs about one prediction per explained row. */
const mostBackground = 100;

/** The first 100 rows of batches as a model's inputs: what explanations compare with. Throws SCORE_COLUMNS, SCORE_BACKGROUND where there is none. */
export async function readBackground(batches: AsyncIterable<ScoreBatch>, signature: Signature): Promise<Table> {
  for await (const { table } of batches) {
    checkInputs(signature, table);
    if (table.nRows === 0) continue;
    const rows = Int32Array.from({ length: Math.min(mostBackground, table.nRows) }, (_, i) => i);
    return inputTable(signature, table.take(rows), () => {});
  }
  throw new FettleError(
    "invalid-input",
    "SCORE_BACKGROUND",
    "Cannot explain the scores: the background has no row, at least 1 is needed",
  );
}
