import { FettleError, nearestName } from "../../lib/index.ts";
import type { Target, Task } from "../../ml/learners/index.ts";
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
import type { ModelDefinition } from "./definition.ts";
import type { TrainInput } from "./train-input.ts";

/** A run's rows, checked and parted: rows with a target only. */
export interface PreparedRun {
  readonly definition: ModelDefinition;
  readonly seed: number;
  /** Source columns without the target; rows that have a target. */
  readonly table: Table;
  readonly schema: Schema;
  readonly built: BuiltTarget;
  readonly contract: ContractReport;
  readonly personalData: ReadonlyMap<string, PersonalDataKind>;
  readonly split: Split;
  readonly sampleWeight: Float64Array | null;
  readonly notes: readonly string[];
}

/** Checks the contract, builds the target, parts the rows. Throws CONTRACT_BROKEN, DEFINITION_COLUMNS, DEFINITION_TASK, WEIGHTS_INVALID. */
export function prepareRun({ definition, snapshot, table, testStart }: TrainInput): PreparedRun {
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
  const built = buildTarget(withoutRows(table, quarantined, definition.target.column), schema, {
    column: definition.target.column,
    ...(definition.target.positive === undefined ? {} : { positive: definition.target.positive }),
    ...(definition.task === undefined ? {} : { task: definition.task }),
  });
  checkTask(definition, built.target.task);
  const rows = table.take(built.rows);
  const start = testStart === null ? undefined : countBelow(built.rows, testStart);
  const seed = definition.seed ?? 1;
  const split = splitRows(rows, {
    rule: splitRule(definition, testStart !== null),
    target: built.target,
    seed,
    ...(start === undefined ? {} : { testStart: start }),
  });
  const sources = rows.drop([definition.target.column]);
  const columns = new Set(sources.names);
  return {
    definition,
    seed,
    table: sources,
    schema: schema.filter(({ name }) => columns.has(name)),
    built,
    contract: report,
    personalData,
    split,
    sampleWeight: definition.weight === undefined ? null : weightsOf(rows, definition.weight, split),
    notes: [
      ...snapshot.source.notes,
      ...built.notes,
      ...(quarantined.length > 0
        ? [`${quarantined.length} rows break the contract and are left out, in quarantine`]
        : []),
      ...(built.nMissing > quarantined.length
        ? [`${built.nMissing - quarantined.length} rows have no target and are left out`]
        : []),
    ],
  };
}

// A mistyped name in a list of columns would leave a column in, in silence.
function checkColumns({ weight, split, ignore = [], leakage, evaluation }: ModelDefinition, table: Table): void {
  const named: Readonly<Record<string, readonly (string | undefined)[]>> = {
    weight: [weight],
    "split.column": [split?.column],
    ignore,
    "leakage.exclude": leakage?.exclude ?? [],
    "leakage.keep": leakage?.keep ?? [],
    "evaluation.slices": evaluation?.slices ?? [],
    "evaluation.protected": evaluation?.protected ?? [],
  };
  const problems = Object.entries(named).flatMap(([key, names]) =>
    names
      .filter((name) => name !== undefined && !table.has(name))
      .map((name) => {
        const near = nearestName(name!, table.names);
        return `${key} names "${name}"${near === undefined ? "" : `, did you mean "${near}"?`}`;
      }),
  );
  if (problems.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_COLUMNS",
    `Cannot train: the table lacks columns of the model definition: ${problems.slice(0, 20).join("; ")}`,
    { hint: "Mend the names in the model definition", facts: { problems: problems.slice(0, 20) } },
  );
}

// A setting that the task has no use for is a misunderstanding: it is said, not ignored.
function checkTask({ loss, quantiles, evaluation }: ModelDefinition, task: Task): void {
  const problems = [
    ...(task !== "regression" && (loss ?? quantiles) !== undefined ? ["loss and quantiles are for a regression"] : []),
    ...(task === "regression" && quantiles !== undefined && loss !== "quantile"
      ? ["quantiles need the loss quantile"]
      : []),
    ...(task !== "binary" && evaluation?.cost !== undefined ? ["evaluation.cost is for two classes"] : []),
  ];
  if (problems.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_TASK",
    `Cannot train: the target makes this a ${task} task: ${problems.join("; ")}`,
    { hint: "Leave these settings out, or set the task" },
  );
}

function refuseErrors({ violations }: ContractReport): void {
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

function splitRule({ split }: ModelDefinition, hasTestFile: boolean): SplitRule {
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
  return { ...target, values: takeNumbers(target.values, rows) };
}

/** Numbers at some rows. */
export function takeNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
