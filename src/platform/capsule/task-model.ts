import { canonicalJson, FettleError, type Json } from "../../lib/index.ts";
import type { PredictKernels, ShapKernels } from "../../ml/learners/index.ts";
import type { ScanKernels } from "../../ml/recommenders/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { LogicalType, Schema } from "../data/index.ts";
import { openAnomaly } from "./anomaly-model.ts";
import { openForecastModel } from "./forecast-model.ts";
import { openRecommendation } from "./recommendation-model.ts";
import type { RowProblem } from "./signature.ts";

/** Tasks whose answer is no value per row of a table: each has its own requests, answers and models. */
export type TaskName = "recommendation" | "forecast" | "anomaly";

/** A request or an answer of a task, as every transport carries it. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** What a task's model takes and gives, for those who ask before they send a request. */
export interface TaskSignature {
  readonly task: TaskName;
  /** JSON Schema (draft 2020-12) of one request. */
  readonly request: JsonObject;
  /** JSON Schema of one answer. */
  readonly answer: JsonObject;
  /** TypeScript of the interfaces `Request` and `Answer`, for the types of an exported module. */
  readonly types: string;
}

/** Why a task's answers cannot be explained beyond what they say. */
export function unexplainedTask(task: TaskName): string {
  return task === "anomaly"
    ? "each anomalous row's answer has its reasons already"
    : `a ${task} model has no columns whose part could be said`;
}

/** A model of a task as data; each kind is opened by its own function in {@link openTaskModel}'s table. */
export interface TaskModelData {
  readonly kind: TaskName;
}

/** Rows of a file to score, and answers to write. */
export interface TaskRows {
  readonly table: Table;
  readonly schema: Schema;
}

/** A task's model ready to answer; the same function behind every transport. */
export interface TaskModel {
  readonly signature: TaskSignature;
  /** A request that the model answers. */
  readonly example: JsonObject;
  /** Reads one request; what is wrong with it is added to `problems`, and the result is then not to be used. Values are never repeated in a problem. */
  read(request: unknown, row: number, problems: RowProblem[]): JsonObject;
  /** Answers a request that {@link read} gave. */
  answer(request: JsonObject): JsonObject;
  /** How columns of a file to score are to be read; absent ones may be missing. Throws SCORE_COLUMNS where the rows lack what is needed. */
  readonly inputTypes: Readonly<Record<string, LogicalType>>;
  /** Answers rows of files, part by part, in the same numbers as {@link answer}. Notes are facts a user should know. */
  score(batches: AsyncIterable<TaskRows>, onNote: (note: string) => void): AsyncIterable<TaskRows>;
}

/** Requests with the answers that a model gave when it was made. */
export interface TaskGolden {
  readonly requests: readonly JsonObject[];
  readonly answers: readonly JsonObject[];
}

/** What a task's capsule holds to answer: its features and calibrator are null, which tells it from a table's. */
export interface TaskPredictorData {
  readonly features: null;
  readonly calibrator: null;
  readonly model: TaskModelData;
  readonly signature: TaskSignature;
}

/** Compiled kernels that make a task's model faster, to the same bits; each task takes its own. */
export interface TaskKernels {
  /** Score trees. */
  readonly predict?: PredictKernels | undefined;
  /** Explain trees. */
  readonly shap?: ShapKernels | undefined;
  /** Score all items of a recommender. */
  readonly scan?: ScanKernels | undefined;
}

type OpenTask = (data: TaskModelData, signature: TaskSignature, kernels: TaskKernels) => TaskModel;

const openers: Readonly<Record<TaskName, OpenTask>> = {
  recommendation: openRecommendation,
  forecast: openForecastModel,
  anomaly: openAnomaly,
};

/** A task's model from its data. Throws a `damaged` error where the data cannot be one. */
export function openTaskModel({ model, signature }: TaskPredictorData, kernels: TaskKernels = {}): TaskModel {
  const open = Object.hasOwn(openers, model.kind) ? openers[model.kind] : undefined;
  if (open !== undefined) return open(model, signature, kernels);
  throw new FettleError(
    "damaged",
    "CAPSULE_TASK",
    "Cannot read the capsule: it holds a model of a task that is unknown here",
    { hint: "Use the version of fettle that made it" },
  );
}

/** Records what a model answers to requests. */
export function recordTaskGolden(model: TaskModel, requests: readonly JsonObject[]): TaskGolden {
  return { requests, answers: requests.map((request) => model.answer(request)) };
}

/** Asks the golden requests again. Throws CAPSULE_GOLDEN_MISMATCH (kind `damaged`) where an answer differs in one bit. */
export function replayTaskGolden(model: TaskModel, { requests, answers }: TaskGolden): void {
  requests.forEach((request, i) => {
    const problems: RowProblem[] = [];
    const read = model.read(request, i, problems);
    if (problems.length === 0 && canonicalJson(model.answer(read)) === canonicalJson(answers[i])) return;
    throw new FettleError(
      "damaged",
      "CAPSULE_GOLDEN_MISMATCH",
      `Cannot serve the model: golden request ${i} gets another answer than when the model was made, equal bits are needed`,
      { hint: 'Run "fettle doctor", then "fettle verify" on this version', facts: { row: i } },
    );
  });
}
