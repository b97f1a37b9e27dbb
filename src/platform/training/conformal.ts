import { FettleError } from "../../lib/index.ts";
import {
  type ConformalDesign,
  type ConformalGroups,
  type ConformalRule,
  calibrateConformal,
  classScore,
  groupsOfRows,
  numberScore,
} from "../../ml/conformal/index.ts";
import type { Target, Task } from "../../ml/learners/index.ts";
import { fewestScores } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Predictor, Signature } from "../capsule/index.ts";
import { foldRows, halveValidation, type Split, storageOf } from "../data/index.ts";
import type { EvaluationInput } from "../evaluation/index.ts";
import type { FittedFeatures } from "../features/index.ts";
import type { ConformalOptions, ModelDefinition } from "./definition.ts";
import { type AgainInput, dealing, learnAgain } from "./learn-again.ts";
import { joinRows, type Part, partOf } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** What a definition asks of conformal prediction that its task has no use for, as rules that are broken or not. */
export function conformalProblems(
  { evaluation, quantiles, loss }: ModelDefinition,
  task: Task,
): (readonly [isBroken: boolean, says: string])[] {
  const asked = evaluation?.conformal;
  if (asked === undefined) return [];
  const { score, perClass } = asked;
  const isOfClasses = score === "lac" || score === "aps" || score === "raps";
  const says = `evaluation.conformal.score "${score}"`;
  return [
    [task === "ranking", "evaluation.conformal is for classes and numbers"],
    [
      score !== undefined && isOfClasses === (task === "regression"),
      `${says} is for ${isOfClasses ? "classes" : "numbers"}`,
    ],
    [score === "quantile" && !hasTwoQuantiles(quantiles), `${says} needs quantiles, two or more`],
    [score === "scaled" && powerOf(loss) === undefined, `${says} needs the loss poisson, tweedie or gamma`],
    [perClass === true && task === "regression", "evaluation.conformal.perClass is for classes"],
  ];
}

function hasTwoQuantiles(quantiles: readonly number[] | undefined): boolean {
  return (quantiles?.length ?? 0) > 1;
}

// Power of the mean that the variance is proportional to, where a loss knows it.
function powerOf(loss: ModelDefinition["loss"], variancePower = 1.5): number | undefined {
  return loss === "poisson" ? 1 : loss === "tweedie" ? variancePower : loss === "gamma" ? 2 : undefined;
}

/** Kept rows of which fewer are expected outside of their interval would make a threshold that is mostly chance. */
const fewOutside = 9;

/**
 * Keeps half of the validation rows for conformal prediction, where the definition asks for it and they are enough: they train, choose and calibrate nothing
 * else, so that they are to the finished model what later rows are. Throws CONFORMAL_ROWS where there are too few rows for the level.
 */
export function keepConformalRows(split: Split, definition: ModelDefinition, rows: Table, target: Target): Split {
  const asked = definition.evaluation?.conformal;
  if (asked === undefined) return split;
  const { level } = asked;
  const [validation, conformal] = halveValidation(split, rows, target, definition.seed ?? 1);
  const isEnough = conformal.length * (1 - level) + 1e-9 >= fewOutside || split.resample.unit === "block";
  const method = asked.method ?? (isEnough ? "split" : "cross");
  if (method === "cross" && split.resample.unit !== "block") {
    checkEnough(level, "training and validation have", split.train.length + split.validation.length);
    return split;
  }
  checkEnough(level, "half of the validation part has", conformal.length);
  return { ...split, validation, conformal };
}

function checkEnough(level: number, what: string, n: number): void {
  const needed = fewestScores(level);
  if (n >= needed) return;
  throw new FettleError(
    "invalid-input",
    "CONFORMAL_ROWS",
    `Cannot promise the level ${level}: ${what} ${n} rows, at least ${needed} are needed`,
    { hint: "Ask for a lower evaluation.conformal.level, or bring more rows", facts: { rows: n, needed } },
  );
}

/** How intervals or sets of a run are made, before their thresholds are known. */
function conformalDesign(run: PreparedRun, asked: ConformalOptions, nRows: number): ConformalDesign {
  const { task } = run.built.target;
  const { kind, quantiles = [0.5], variancePower } = run.loss;
  const groups = conformalGroups(run, asked, nRows);
  const method = run.split.conformal === undefined ? "cross" : "split";
  if (task !== "regression") {
    const { level, score = "lac", penalty = 0.01, freePlaces = 5 } = asked;
    return { level, score, method, groups, ...(score === "raps" ? { penalty, freePlaces } : {}) };
  }
  const power = powerOf(run.definition.loss, variancePower);
  const isOfQuantiles = kind === "quantile" && hasTwoQuantiles(quantiles);
  const score = asked.score ?? (isOfQuantiles ? "quantile" : power === undefined ? "absolute" : "scaled");
  const middle = kind === "quantile" ? nearestToMedian(quantiles) : 0;
  return {
    level: asked.level,
    score,
    method,
    between: score === "quantile" ? [0, quantiles.length - 1] : [middle, middle],
    ...(score === "scaled" ? { variancePower: power! } : {}),
    ...(power === undefined ? {} : { least: 0 }),
    groups,
  };
}

function nearestToMedian(quantiles: readonly number[]): number {
  const distances = quantiles.map((level) => Math.abs(level - 0.5));
  return distances.indexOf(Math.min(...distances));
}

/** Most levels of a column that have a threshold of their own. */
const mostLevels = 50;

// Chosen by training rows alone: levels that promise twice the rows that a threshold needs.
function conformalGroups(
  run: PreparedRun,
  { level, perClass, perGroup }: ConformalOptions,
  nRows: number,
): ConformalGroups {
  if (perClass === true) return { kind: "class" };
  if (perGroup === undefined) return { kind: "all" };
  const column = run.table.column(perGroup);
  if (column.kind !== "category") throw unreadable(perGroup, "it holds no categories");
  const counts = new Int32Array(column.dictionary.length);
  for (const row of run.split.train) if (column.codes[row]! >= 0) counts[column.codes[row]!]!++;
  const share = nRows / run.split.train.length;
  const enough = 2 * fewestScores(level);
  const levels = column.dictionary
    .map((name, code) => ({ name, n: counts[code]! }))
    .filter(({ n }) => n * share >= enough)
    .sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
    .slice(0, mostLevels);
  return { kind: "column", column: perGroup, levels: levels.map(({ name }) => name) };
}

/** Refuses groups by a column that the model does not read, because no answer could know them: CONFORMAL_COLUMN. */
export function checkConformalColumn({ definition }: PreparedRun, features: readonly FittedFeatures[]): void {
  const column = definition.evaluation?.conformal?.perGroup;
  if (column === undefined) return;
  for (const { inputs } of features) {
    const type = inputs.find(({ name }) => name === column)?.type;
    if (type === undefined) throw unreadable(column, "the model does not read it");
    if (storageOf[type] !== "category") throw unreadable(column, "it holds no categories");
  }
}

function unreadable(column: string, why: string): FettleError {
  return new FettleError(
    "invalid-input",
    "CONFORMAL_COLUMN",
    `Cannot group intervals by "${column}": ${why}, a column of categories among the features is needed`,
    {
      hint: "Name another column in evaluation.conformal.perGroup, or report this one by evaluation.slices",
      facts: { column },
    },
  );
}

/** Folds of the rows that are scored by models made without them. */
const nFolds = 5;

/** The predictor of a run with the rule that its conformal rows make; as it is where the definition asks for none. */
export function withConformal(input: AgainInput, kept: Part | null): Predictor {
  const { run, learned } = input;
  const { predictor } = learned;
  const asked = run.definition.evaluation?.conformal;
  if (asked === undefined) return predictor;
  const part = kept ?? partOf(run, joinRows(run.split.train, run.split.validation));
  const outputs = kept === null ? crossOutputs(input, part) : predictor.predict(part.table);
  const conformal = conformalRule(conformalDesign(run, asked, part.rows.length), part, outputs);
  return { ...predictor, signature: { ...predictor.signature, conformal } };
}

// Each row's outputs by a model that the whole procedure made of the other folds.
function crossOutputs(input: AgainInput, { rows, table }: Part): Float64Array {
  const { run, learned } = input;
  const width = learned.predictor.nOutputs;
  const outputs = new Float64Array(rows.length * width);
  const places = new Map(Array.from(rows, (row, place) => [row, place] as const));
  for (const { train, validation } of foldRows(rows, nFolds, dealing(run), run.seed)) {
    const { predictor } = learnAgain(input, train);
    const at = validation.map((row) => places.get(row)!);
    const predicted = predictor.predict(table.take(at));
    at.forEach((place, i) => {
      outputs.set(predicted.subarray(i * width, (i + 1) * width), place * width);
    });
  }
  return outputs;
}

/** What an evaluation needs to check intervals or sets. */
export function conformalInput(
  { split: { rule } }: PreparedRun,
  { conformal }: Signature,
): Pick<EvaluationInput, "conformal" | "timeColumn"> {
  if (conformal === undefined) return {};
  const column = rule.kind === "time" ? rule.column : rule.kind === "official" ? rule.time : undefined;
  return { conformal, ...(column === undefined ? {} : { timeColumn: column }) };
}

function conformalRule(design: ConformalDesign, part: Part, outputs: Float64Array): ConformalRule {
  const { values: yTrue, task, nClasses } = part.target;
  const nOutputs = outputs.length / yTrue.length;
  const scores = yTrue.map((y, i) =>
    task === "regression"
      ? numberScore(design, y, outputs, i * nOutputs)
      : classScore(design, y, outputs, i * nOutputs, nClasses),
  );
  return calibrateConformal(design, scores, groupsOfRows(design.groups, part.table, yTrue), nClasses);
}
