import { FettleError } from "../../lib/index.ts";
import { type JsonObject, notARanking, type RowProblem, type TaskModel, unexplainedTask } from "../capsule/index.ts";
import { type ModelService, type ModelServiceParts, RowsInvalid, rowsOf } from "./model-service.ts";

/** What a service of a task of its own is made of. */
export interface TaskServiceParts extends Omit<ModelServiceParts, "predictor" | "explainer" | "exampleRow"> {
  /** A model whose golden requests have been replayed. */
  readonly taskModel: TaskModel;
}

/** Answers for one version of a task's model: each row of a predict request is one request of the task. */
export function createTaskService(parts: TaskServiceParts): ModelService {
  const { model, version, taskModel, log } = parts;
  const { signature, example } = taskModel;
  return {
    model,
    version,
    task: signature.task,
    describe: () => ({ request: signature.request, answer: signature.answer }),
    example,
    predict(rows, explain) {
      const startedAt = parts.ticks();
      if (explain !== undefined && explain !== null && explain !== false)
        throw new FettleError(
          "invalid-input",
          "EXPLAIN_OPTION",
          `Cannot explain the predictions: ${unexplainedTask(signature.task)}`,
          { hint: 'Leave out "explain"' },
        );
      const problems: RowProblem[] = [];
      const requests: JsonObject[] = [];
      for (const [i, row] of rowsOf(rows, parts.maxRows).entries()) requests.push(taskModel.read(row, i, problems));
      if (problems.length > 0) throw new RowsInvalid(problems.slice(0, 20));
      const now = parts.now();
      const predictions = requests.map((request, row) => ({
        id: parts.newId(now),
        ...answerRow(taskModel, request, row),
      }));
      const latencyUs = parts.ticks() - startedAt;
      const written = log.append(
        predictions.map(({ id, ...outputs }, i) => ({
          id,
          at: now,
          model,
          version,
          inputs: requests[i]!,
          outputs,
          latencyUs,
        })),
      );
      const response = { model, version, predictions };
      return written === undefined ? response : written.then(() => response);
    },
    rank() {
      throw notARanking(signature.task);
    },
  };
}

// A request that reads well may still have no answer, such as a series that has left what its method can do: which one it was is said.
function answerRow(model: TaskModel, request: JsonObject, row: number): JsonObject {
  try {
    return model.answer(request);
  } catch (error) {
    if (!(error instanceof FettleError)) throw error;
    const { kind, code, message, hint, facts } = error;
    throw new FettleError(kind, code, `${message} (row ${row})`, {
      ...(hint === undefined ? {} : { hint }),
      facts: { ...facts, row },
      cause: error,
    });
  }
}
