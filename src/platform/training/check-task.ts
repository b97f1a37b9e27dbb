import { FettleError } from "../../lib/index.ts";
import { isNumeric, type Task } from "../../ml/learners/index.ts";
import type { RegressionLoss } from "../evaluation/index.ts";
import { conformalProblems } from "./conformal.ts";
import type { ModelDefinition } from "./definition.ts";
import { regressionLoss } from "./families.ts";

/** A setting that the task has no use for is a misunderstanding: it is said, not ignored. Throws DEFINITION_TASK. */
export function checkTask(definition: ModelDefinition, task: Task): void {
  const { loss, quantiles, query, evaluation, classWeights, sampling } = definition;
  const { kind, delta, variancePower, focusing, truncation, gains } = regressionLoss(definition);
  const isRanking = task === "ranking";
  const rules: readonly (readonly [boolean, string])[] = [
    [loss !== undefined && !takesLoss(task, kind), `the loss ${kind} is for ${tasksOf(kind)}`],
    [quantiles !== undefined && kind !== "quantile", "quantiles need the loss quantile"],
    [delta !== undefined && kind !== "huber", "lossOptions.delta needs the loss huber"],
    [variancePower !== undefined && kind !== "tweedie", "lossOptions.variancePower needs the loss tweedie"],
    [focusing !== undefined && kind !== "focal", "lossOptions.focusing needs the loss focal"],
    [isNumeric(task) && classWeights !== undefined, "classWeights are for classes"],
    [kind === "custom" && (classWeights ?? sampling) !== undefined, customWeights],
    [task !== "binary" && sampling !== undefined, "sampling is for two classes"],
    [truncation !== undefined && kind !== "lambdarank", "lossOptions.truncation needs the loss lambdarank"],
    [gains !== undefined && !isRanking, "lossOptions.gains are for a ranking"],
    [query !== undefined && !isRanking, "query is for a ranking"],
    [isRanking && query === undefined, "a ranking needs query, the column that says which rows are ordered together"],
    [isRanking && (evaluation?.slices ?? evaluation?.protected) !== undefined, noSlices],
    [task !== "multiclass" && evaluation?.costMatrix !== undefined, "evaluation.costMatrix is for several classes"],
    [task !== "binary" && evaluation?.cost !== undefined, "evaluation.cost is for two classes"],
    ...conformalProblems(definition, task),
  ];
  const problems = rules.flatMap(([isBroken, says]) => (isBroken ? [says] : []));
  if (problems.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_TASK",
    `Cannot train: the target makes this a ${task} task: ${problems.join("; ")}`,
    { hint: "Leave these settings out, or set the task" },
  );
}

const customWeights = "what classWeights and sampling do to probabilities cannot be undone for a loss of your own";

const noSlices =
  "a ranking is judged by whole queries, so evaluation.slices and evaluation.protected are for other tasks";

function tasksOf(kind: RegressionLoss["kind"]): string {
  if (kind === "custom") return "two classes or a regression";
  if (kind === "focal") return "classes";
  return kind === "lambdarank" || kind === "xendcg" ? "a ranking" : "a regression";
}

function takesLoss(task: Task, kind: RegressionLoss["kind"]): boolean {
  if (kind === "custom") return task === "binary" || task === "regression";
  if (kind === "focal") return !isNumeric(task);
  return task === (kind === "lambdarank" || kind === "xendcg" ? "ranking" : "regression");
}
