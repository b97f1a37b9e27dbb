import { FettleError } from "../../lib/index.ts";
import { type CustomLoss, checkLabels, defaultDelta, type Reweighting, type Target } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import {
  type BuiltTarget,
  buildTarget,
  type ContractReport,
  checkContract,
  detectPersonalData,
  inferContract,
  type PersonalDataKind,
  quarantineRows,
  type Schema,
  type Split,
  type SplitRule,
  splitRows,
} from "../data/index.ts";
import type { CostMatrix, RegressionLoss } from "../evaluation/index.ts";
import { refuseUnknownColumns } from "./check-columns.ts";
import { checkTask } from "./check-task.ts";
import { reweightingOf } from "./class-counts.ts";
import { keepConformalRows } from "./conformal.ts";
import { costMatrixOf, rowCostsOf } from "./decision-costs.ts";
import type { ModelDefinition } from "./definition.ts";
import { nameOfLoss, regressionLoss } from "./families.ts";
import { outputsOf } from "./model-signature.ts";
import { takeNumbers } from "./take-rows.ts";
import type { TrainInput } from "./train-input.ts";
import { openWarmStart, type WarmStart } from "./warm-start.ts";
import { checkQueries, wholeQueries, withQueries } from "./whole-queries.ts";

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
  const queryNotes = built.target.queries === undefined ? [] : checkQueries(built.target, split, rows, definition);
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
