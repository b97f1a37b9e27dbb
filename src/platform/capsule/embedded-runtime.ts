// The door of an exported model: bundled into one dependency-free module, which then carries the capsule as data.
import { FettleError } from "../../lib/index.ts";
import { type Answer, answerOf, loadPredictor, type PredictorData } from "./predictor.ts";
import { parseRow, type RowProblem, type Signature, tableOfRows } from "./signature.ts";

/** A model that predicts in process, in any JavaScript runtime. */
export interface EmbeddedModel {
  readonly signature: Signature;
  /** Answers one row of named fields; throws on a row that does not fit. */
  predict(row: Readonly<Record<string, unknown>>): Answer;
  /** Answers many rows. */
  predictBatch(rows: readonly Readonly<Record<string, unknown>>[]): Answer[];
}

/** Opens a capsule's data as an embedded model. */
export function openEmbedded(data: PredictorData): EmbeddedModel {
  const predictor = loadPredictor(data);
  const { signature, nOutputs } = predictor;
  const read = (rows: readonly unknown[]) => {
    const problems: RowProblem[] = [];
    const inputs = rows.map((row, i) => parseRow(signature, row, i, problems));
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
  return {
    signature,
    predict(row) {
      const out = new Float64Array(nOutputs);
      predictor.predictRow(read([row])[0]!, out);
      return answerOf(signature, out);
    },
    predictBatch(rows) {
      const inputs = read(rows);
      const outputs = predictor.predict(tableOfRows(signature, inputs));
      return inputs.map((_, i) => answerOf(signature, outputs, i * nOutputs));
    },
  };
}
