import { FettleError } from "../../lib/index.ts";
import type { TaskModel, TaskRows } from "../capsule/index.ts";
import type { ScoreInput, ScoreSummary } from "./score-run.ts";

/** What {@link scoreTaskRun} needs. */
export interface TaskScoreInput extends Omit<ScoreInput, "predictor" | "explainer"> {
  readonly model: TaskModel;
}

/**
 * Answers the rows of files by a task's model, batch by batch, and writes the answers: the model says what rows they are. Throws SCORE_COLUMNS,
 * `cancelled` on the signal; the writer is aborted then.
 */
export async function scoreTaskRun({ batches, model, writer, onRows, signal }: TaskScoreInput): Promise<ScoreSummary> {
  const notes = new Set<string>();
  const summary = { nRows: 0, nRejected: 0, rejected: [] as ScoreSummary["rejected"] };
  async function* requests(): AsyncIterable<TaskRows> {
    for await (const batch of batches) {
      if (signal?.aborted === true)
        throw new FettleError("cancelled", "CANCELLED", "Cannot go on scoring: it was cancelled");
      for (const note of batch.notes) notes.add(note);
      summary.rejected = [...summary.rejected, ...batch.rejected].slice(0, 100);
      summary.nRejected += batch.nRejected;
      summary.nRows += batch.table.nRows;
      yield batch;
      onRows?.(summary.nRows);
    }
  }
  let nWritten = 0;
  try {
    for await (const { table, schema } of model.score(requests(), (note) => notes.add(note))) {
      await writer.write(table, schema);
      nWritten += table.nRows;
    }
    for (const note of await writer.finish()) notes.add(note);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return { ...summary, nWritten, notes: [...notes] };
}
