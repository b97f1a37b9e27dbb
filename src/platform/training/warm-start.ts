import { FettleError } from "../../lib/index.ts";
import type { GbdtData, Task } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { PredictorData } from "../capsule/index.ts";
import { storageOf } from "../data/index.ts";
import { type FittedFeatures, loadFeatures } from "../features/index.ts";

/** A registered version by its name, `model@version`, and what it predicts with. */
export interface NamedPredictor {
  readonly name: string;
  readonly data: PredictorData;
}

/** Boosted trees of an earlier version that those of this run go on from. */
export interface WarmStart {
  readonly name: string;
  /** The earlier version's own: fitted anew, a level could get another code than its trees know. */
  readonly features: FittedFeatures;
  readonly model: GbdtData;
  readonly nRounds: number;
}

/** What a run asks of an earlier version. */
interface Question {
  readonly task: Task;
  readonly classes: readonly string[];
  readonly outputs: readonly string[];
  /** As the earlier model names it. */
  readonly loss: string;
  /** Source columns without the target. */
  readonly table: Table;
}

/** Opens the earlier version. Throws WARM_START_MISFIT where its model is no boosted trees or answers another question. */
export function openWarmStart({ name, data }: NamedPredictor, question: Question): WarmStart {
  const { model, signature } = data;
  if (model.kind !== "gbdt") throw misfit(name, `its model is of the kind "${model.kind}", boosted trees are needed`);
  const [theirs, ours] = [signature, question].map(({ task, classes, outputs }) => [task, ...classes, ...outputs]);
  if (JSON.stringify(theirs) !== JSON.stringify(ours))
    throw misfit(name, `it answers a ${signature.task} with other outputs, the same task and outputs are needed`);
  if (model.loss !== question.loss) throw misfit(name, `its loss is ${model.loss}, ${question.loss} is needed`);
  const lacking = signature.inputs.filter(({ name: column, type }) => !holds(question.table, column, storageOf[type]));
  if (lacking.length > 0) throw misfit(name, `the table lacks ${listed(lacking)} as that version read them`);
  return { name, features: loadFeatures(data.features), model, nRounds: model.trees.length / model.base.length };
}

/** Refuses to go on from a version that reads columns which are no features any more: WARM_START_MISFIT. */
export function checkWarmColumns({ name, features }: WarmStart, excluded: readonly string[]): void {
  const banned = features.inputs.filter((input) => excluded.includes(input.name));
  if (banned.length > 0) throw misfit(name, `it reads ${listed(banned)}, which this run leaves out`);
}

/** What must be known of scores after a warm start, and columns that the earlier version did not read. */
export function warmStartNotes({ name, features, nRounds }: WarmStart, columns: readonly string[]): string[] {
  const read = new Set(features.inputs.map((input) => input.name));
  const unread = columns.filter((column) => !read.has(column));
  return [
    `Boosted trees go on from the ${nRounds} rounds of ${name}, with its features. Rows that it was fitted on flatter every score here; later rows, in a split by time, do not.`,
    ...(unread.length > 0
      ? [`${name} did not read ${listed(unread.map((column) => ({ name: column })))}: they stay unused.`]
      : []),
  ];
}

function holds(table: Table, column: string, kind: string): boolean {
  return table.has(column) && table.column(column).kind === kind;
}

const listed = (inputs: readonly { readonly name: string }[]) =>
  inputs
    .slice(0, 20)
    .map(({ name }) => `"${name}"`)
    .join(", ");

function misfit(name: string, why: string): FettleError {
  return new FettleError("invalid-input", "WARM_START_MISFIT", `Cannot go on from ${name}: ${why}`, {
    hint: "Leave out warmStart, or name a version of boosted trees on the same columns",
  });
}
