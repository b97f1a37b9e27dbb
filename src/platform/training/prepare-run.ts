import { FettleError } from "../../lib/index.ts";
import {
  type CustomLoss,
  checkLabels,
  defaultDelta,
  isNumeric,
  type Reweighting,
  type Target,
  type Task,
} from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import {
  type BuiltTarget,
  buildTarget,
  type ContractReport,
  checkContract,
  checkOrder,
  countQueries,
  detectPersonalData,
  groupCodes,
  inferContract,
  type PersonalDataKind,
  quarantineRows,
  type Schema,
  type Split,
  type SplitRule,
  saysQueries,
  splitRows,
} from "../data/index.ts";
import type { CostMatrix, RegressionLoss } from "../evaluation/index.ts";
import { refuseUnknownColumns } from "./check-columns.ts";
import { reweightingOf } from "./class-counts.ts";
import { conformalProblems, keepConformalRows } from "./conformal.ts";
import { costMatrixOf, rowCostsOf } from "./decision-costs.ts";
import type { ModelDefinition } from "./definition.ts";
import { nameOfLoss, regressionLoss } from "./families.ts";
import { outputsOf } from "./model-signature.ts";
import type { TrainInput } from "./train-input.ts";
import { openWarmStart, type WarmStart } from "./warm-start.ts";

/** A run's rows, checked and parted: rows with a target only. */
export interface PreparedRun {
  readonly definition: ModelDefinition;
  readonly seed: number;
  /** Source columns without the target; rows that have a target. */
  readonly table: Table;
  readonly schema: Schema;
  /** Of a ranking with its queries. */
  readonly built: BuiltTarget;
  /** With everything that the definition leaves open. */
  readonly loss: RegressionLoss;
  readonly contract: ContractReport;
  readonly personalData: ReadonlyMap<string, PersonalDataKind>;
  readonly split: Split;
  readonly sampleWeight: Float64Array | null;
  /** What a mistake on each row costs, times the cost of its kind; null where all cost alike. */
  readonly rowCost: Float64Array | null;
  /** Costs of decisions between several classes; undefined: the most probable class is answered. */
  readonly costMatrix: CostMatrix | undefined;
  /** How training counts classes; null: all rows alike. */
  readonly reweighting: Reweighting | null;
  /** What boosted trees go on from; null where from nothing. */
  readonly warmStart: WarmStart | null;
  readonly notes: readonly string[];
}

/**
 * Checks the contract, builds the target, parts the rows. Throws CONTRACT_BROKEN, DEFINITION_COLUMNS, DEFINITION_TASK, QUERY_PARTED, QUERIES_EQUAL, WEIGHTS_INVALID,
 * CONFORMAL_ROWS, FIT_LABELS, WARM_START_MISFIT.
 * @param customLoss the functions of a loss that the definition names by its module
 */
export function prepareRun(
  { definition, snapshot, table, testStart, warmStart }: TrainInput,
  customLoss?: CustomLoss,
): PreparedRun {
  const { schema } = snapshot;
  checkColumns(definition, table);
  const personalData = detectPersonalData(table, schema);
  const contract = definition.contract ?? inferContract(table, schema, personalData);
  const report = checkContract(contract, table, schema, {
    nRejected: snapshot.source.nRejected,
    target: definition.target.column,
  });
  refuseErrors(report);
  const quarantined = definition.data.quarantine === true ? quarantineRows(contract, table, schema) : new Int32Array(0);
  const plain = buildTarget(withoutRows(table, quarantined, definition.target.column), schema, {
    column: definition.target.column,
    ...(definition.target.positive === undefined ? {} : { positive: definition.target.positive }),
    ...(definition.task === undefined ? {} : { task: definition.task }),
  });
  checkTask(definition, plain.target.task);
  const rows = table.take(plain.rows);
  const start = testStart === null ? undefined : countBelow(plain.rows, testStart);
  const built = withQueries(plain, definition, rows, start);
  const seed = definition.seed ?? 1;
  const parted = splitRows(rows, {
    rule: splitRule(definition, testStart !== null),
    target: built.target,
    seed,
    ...(start === undefined ? {} : { testStart: start }),
  });
  const split = keepConformalRows(wholeQueries(parted, built.target.queries), definition, rows, built.target);
  const queryNotes = built.target.queries === undefined ? [] : checkQueries(built.target, split);
  const sources = rows.drop([definition.target.column]);
  const columns = new Set(sources.names);
  const loss = lossInForce(definition, built.target, split, customLoss);
  const { task } = built.target;
  const question = {
    task,
    classes: built.classes,
    outputs: outputsOf({ loss, built }),
    loss: nameOfLoss(task, loss),
    table: sources,
  };
  return {
    definition,
    seed,
    table: sources,
    schema: schema.filter(({ name }) => columns.has(name)),
    built,
    loss,
    contract: report,
    personalData,
    split,
    sampleWeight: definition.weight === undefined ? null : weightsOf(rows, definition.weight, split),
    rowCost: rowCostsOf(definition, rows),
    costMatrix: costMatrixOf(definition, built.classes),
    reweighting: reweightingOf(definition, built.classes),
    warmStart: warmStart === undefined ? null : openWarmStart(warmStart, question),
    notes: [
      ...snapshot.source.notes,
      ...built.notes,
      ...queryNotes,
      ...(quarantined.length > 0
        ? [`${quarantined.length} rows break the contract and are left out, in quarantine`]
        : []),
      ...(built.nMissing > quarantined.length
        ? [`${built.nMissing - quarantined.length} rows have no target and are left out`]
        : []),
    ],
  };
}

function checkColumns({ weight, query, split, ignore = [], leakage, evaluation }: ModelDefinition, table: Table): void {
  refuseUnknownColumns(
    {
      weight: [weight],
      query: [query],
      "split.column": [split?.column],
      ignore,
      "leakage.exclude": leakage?.exclude ?? [],
      "leakage.keep": leakage?.keep ?? [],
      "evaluation.slices": evaluation?.slices ?? [],
      "evaluation.protected": evaluation?.protected ?? [],
      "evaluation.cost.perRow": [evaluation?.cost?.perRow],
      "evaluation.conformal.perGroup": [evaluation?.conformal?.perGroup],
    },
    table,
  );
}

// A setting that the task has no use for is a misunderstanding: it is said, not ignored.
function checkTask(definition: ModelDefinition, task: Task): void {
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

// Queries of an official test file have nothing to do with those of the training files, whatever they are called.
function withQueries(built: BuiltTarget, { query }: ModelDefinition, rows: Table, testStart = rows.nRows): BuiltTarget {
  if (query === undefined) return built;
  const { groups, nGroups } = groupCodes(rows.column(query), rows.nRows);
  const queries = groups.map((group, row) => (row < testStart ? group : group + nGroups));
  return { ...built, target: { ...built.target, queries } };
}

// A query is drawn as a whole wherever rows are drawn, unless the split names greater groups.
function wholeQueries(split: Split, queries: Int32Array | undefined): Split {
  if (queries === undefined) return split;
  const partOf = new Map<number, string>();
  const parted = new Set<number>();
  for (const part of ["train", "validation", "test"] as const)
    for (const row of split[part]) {
      if ((partOf.get(queries[row]!) ?? part) !== part) parted.add(queries[row]!);
      partOf.set(queries[row]!, part);
    }
  if (parted.size > 0)
    throw new FettleError(
      "invalid-input",
      "QUERY_PARTED",
      `Cannot split the rows: ${parted.size} queries would lie in two parts, each must lie in one`,
      { hint: 'Leave "split" out, or split by groups that hold whole queries', facts: { queries: parted.size } },
    );
  return split.resample.unit === "group" ? split : { ...split, resample: { unit: "group", groups: queries } };
}

// Each part must have an order to learn or to judge. Throws QUERIES_EQUAL.
function checkQueries({ queries, values }: Target, split: Split): string[] {
  for (const part of ["train", "validation", "test"] as const) {
    const codes = split[part].map((row) => queries![row]!);
    checkOrder(countQueries(codes, takeNumbers(values, split[part])), partNames[part]);
  }
  return [saysQueries(countQueries(queries!, values))];
}

const partNames = { train: "the training part", validation: "the validation part", test: "the test part" } as const;

// Labels are checked on all rows: those of validation and test are measured by the same loss.
function lossInForce(
  definition: ModelDefinition,
  { task, values }: Target,
  { train }: Split,
  custom: CustomLoss | undefined,
): RegressionLoss {
  const loss = regressionLoss(definition);
  if (task === "regression" || task === "ranking") checkLabels(loss.kind, values, loss.gains ?? null);
  if (loss.kind === "huber" && loss.delta === undefined)
    return { ...loss, delta: defaultDelta(takeNumbers(values, train), new Float64Array(train.length).fill(1)) };
  return loss.kind === "custom" && custom !== undefined ? { ...loss, custom } : loss;
}

/** Refuses data that break their contract: CONTRACT_BROKEN. */
export function refuseErrors({ violations }: ContractReport): void {
  const errors = violations.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "CONTRACT_BROKEN",
    `Cannot train: the data breaks its contract: ${errors
      .slice(0, 10)
      .map(({ message }) => message)
      .join("; ")}`,
    {
      hint: "Mend the data, or change the contract in the model definition",
      facts: { nErrors: errors.length },
    },
  );
}

// A row in quarantine counts as one without a target: it is in no part.
function withoutRows(table: Table, rows: Int32Array, target: string): Table {
  if (rows.length === 0 || !table.has(target)) return table;
  const column = table.column(target);
  if (column.kind === "category") {
    const codes = column.codes.slice();
    for (const row of rows) codes[row] = -1;
    return table.with(target, { ...column, codes });
  }
  const values = column.values.slice();
  for (const row of rows) values[row] = Number.NaN;
  return table.with(target, { ...column, values });
}

function countBelow(rows: Int32Array, limit: number): number {
  let n = 0;
  for (const row of rows) if (row < limit) n++;
  return n;
}

function splitRule({ split: asked, query }: ModelDefinition, hasTestFile: boolean): SplitRule {
  const isByRow = asked === undefined || asked.kind === "random";
  const split = query !== undefined && isByRow ? { ...asked, kind: "group" as const, column: query } : asked;
  const validation = split?.validation ?? 0.2;
  const test = split?.test ?? 0.2;
  if (hasTestFile) {
    if (split?.kind === "group") return { kind: "official", validation, group: split.column! };
    if (split?.kind === "time") return { kind: "official", validation, time: split.column! };
    return { kind: "official", validation };
  }
  if (split === undefined || split.kind === "random") return { kind: "random", validation, test };
  return { kind: split.kind, column: split.column!, validation, test };
}

function weightsOf(rows: Table, column: string, split: Split): Float64Array {
  const { values } = rows.numbers(column);
  const nBad = values.reduce((n, value) => (value >= 0 && Number.isFinite(value) ? n : n + 1), 0);
  const invalid = (why: string, rows: number) =>
    new FettleError("invalid-input", "WEIGHTS_INVALID", `Cannot weigh rows by "${column}": ${why}`, {
      facts: { column, rows },
    });
  if (nBad > 0) throw invalid(`${nBad} values are missing or negative, numbers ≥ 0 are needed`, nBad);
  for (const part of ["train", "validation", "test"] as const)
    if (split[part].every((row) => values[row] === 0))
      throw invalid(`all rows of the ${part} part have weight 0, some weight is needed`, split[part].length);
  return values;
}

/** The target of some rows. */
export function takeTarget(target: Target, rows: Int32Array): Target {
  const { queries } = target;
  return {
    ...target,
    values: takeNumbers(target.values, rows),
    ...(queries === undefined ? {} : { queries: rows.map((row) => queries[row]!) }),
  };
}

/** Numbers at some rows. */
export function takeNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
