// The door of an exported model: bundled into one dependency-free module, which then carries the capsule as data.
import { FettleError, fromBase64 } from "../../lib/index.ts";
import { type ModelData, type PackedTrees, startPredictKernels, unpackTrees } from "../../ml/learners/index.ts";
import { type Answer, answerOf, loadPredictor, type PredictorData } from "./predictor.ts";
import { type RankedItem, rankItems, readRankRequest } from "./rank-items.ts";
import { parseRow, type RowProblem, type Signature, tableOfRows } from "./signature.ts";

/** A model that predicts in process, in any JavaScript runtime. */
export interface EmbeddedModel {
  readonly signature: Signature;
  /** Answers one row of named fields; throws on a row that does not fit. */
  predict(row: Readonly<Record<string, unknown>>): Answer;
  /** Answers many rows. */
  predictBatch(rows: readonly Readonly<Record<string, unknown>>[]): Answer[];
  /** Of a ranking: the k best items (default all), the best first, equal scores in their order. `query` holds fields that all items share. */
  rank(
    items: readonly Readonly<Record<string, unknown>>[],
    k?: number,
    query?: Readonly<Record<string, unknown>>,
  ): RankedItem[];
}

/** A predictor's data, its trees packed or not. */
export interface EmbeddedData extends Omit<PredictorData, "model"> {
  readonly model: ModelData | PackedTrees;
}

/**
 * Opens a capsule's data as an embedded model.
 * @param kernels base64 of the compiled kernels that score trees; where the runtime cannot have them, the plain form runs: the same bits
 */
export function openEmbedded({ model, ...data }: EmbeddedData, kernels?: string): EmbeddedModel {
  const predictor = loadPredictor(
    { ...data, model: model.kind === "packed-trees" ? unpackTrees(model) : model },
    kernels === undefined ? undefined : startPredictKernels(fromBase64(kernels)),
  );
  const { signature, nOutputs } = predictor;
  const checked = <T>(read: (problems: RowProblem[]) => T): T => {
    const problems: RowProblem[] = [];
    const inputs = read(problems);
    if (problems.length > 0)
      throw new FettleError(
        "invalid-input",
        "ROWS_INVALID",
        `Cannot predict: ${problems
          .slice(0, 20)
          .map((problem) => problem.message)
          .join("; ")}`,
      );
    return inputs;
  };
  const read = (rows: readonly unknown[]) =>
    checked((problems) => rows.map((row, i) => parseRow(signature, row, i, problems)));
  return {
    signature,
    predict(row) {
      const out = new Float64Array(nOutputs);
      const input = read([row])[0]!;
      const unread = predictor.predictRow(input, out);
      return answerOf(signature, out, 0, input, unread);
    },
    predictBatch(rows) {
      const inputs = read(rows);
      const unread = new Map<number, readonly string[]>();
      const outputs = predictor.predict(tableOfRows(signature, inputs), (row, columns) => unread.set(row, columns));
      return inputs.map((input, i) => answerOf(signature, outputs, i * nOutputs, input, unread.get(i)));
    },
    rank: (items, k, query) =>
      rankItems(
        predictor,
        checked((problems) => readRankRequest(signature, { items, k, query }, problems)),
      ),
  };
}
