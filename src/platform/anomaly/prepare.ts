import { FettleError } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import {
  type ContractReport,
  checkContract,
  detectPersonalData,
  inferContract,
  type PersonalDataKind,
  type Schema,
  type Split,
  type SplitRule,
  splitRows,
} from "../data/index.ts";
import { refuseErrors, refuseUnknownColumns, type TaskInput } from "../training/index.ts";
import type { AnomalyDefinition } from "./definition.ts";
import { known, readLabel } from "./read-label.ts";

/** A run's rows, checked and parted. */
export interface PreparedAnomalies {
  readonly definition: AnomalyDefinition;
  readonly seed: number;
  /** Source columns without the label. */
  readonly table: Table;
  readonly schema: Schema;
  /** One of {@link known} per row; null where the definition names no label. */
  readonly labels: Int8Array | null;
  /** Names of the usual and the anomalous class; empty without labels. */
  readonly classes: readonly string[];
  /** Kind of each anomalous row, null where it has none; null where no column names it. */
  readonly kinds: readonly (string | null)[] | null;
  readonly says: string;
  readonly contract: ContractReport;
  readonly personalData: ReadonlyMap<string, PersonalDataKind>;
  readonly split: Split;
  readonly notes: readonly string[];
}

/** Fewest rows of a table: one for each part, and some to learn from. */
const fewestRows = 20;

/**
 * Checks the contract, reads the label, parts the rows. Throws CONTRACT_BROKEN, DEFINITION_COLUMNS, TABLE_TOO_SMALL, ANOMALY_LABEL, SPLIT_ONE_CLASS, and what
 * `buildTarget` and `splitRows` throw.
 */
export function prepareAnomalies({
  definition,
  snapshot,
  table,
  testStart,
}: TaskInput<AnomalyDefinition>): PreparedAnomalies {
  const { schema } = snapshot;
  checkColumns(definition, table);
  if (table.nRows < fewestRows)
    throw new FettleError(
      "invalid-input",
      "TABLE_TOO_SMALL",
      `Cannot train on ${table.nRows} rows: at least ${fewestRows} are needed`,
      { hint: "Bring more rows; an honest split needs training, validation and test rows" },
    );
  const personalData = detectPersonalData(table, schema);
  const contract = checkContract(definition.contract ?? inferContract(table, schema, personalData), table, schema, {
    nRejected: snapshot.source.nRejected,
  });
  refuseErrors(contract);
  const labelled = definition.label === undefined ? null : readLabel(table, schema, definition.label);
  const left = new Set([definition.label?.column, definition.kind]);
  const sources = table.drop([...left].filter((name) => name !== undefined));
  const seed = definition.seed ?? 1;
  const split = splitRows(sources, {
    rule: splitRule(definition, testStart !== null),
    target: strata(labelled?.labels ?? null, table.nRows),
    seed,
    ...(testStart === null ? {} : { testStart }),
  });
  if (labelled !== null) checkLabelledParts(split, labelled.labels);
  const kinds = labelled === null ? null : kindsOf(table, labelled.labels, definition);
  const nUnlabelled = labelled?.nUnlabelled ?? 0;
  return {
    definition,
    seed,
    table: sources,
    schema: schema.filter(({ name }) => !left.has(name)),
    labels: labelled?.labels ?? null,
    classes: labelled?.classes ?? [],
    kinds,
    says:
      labelled === null
        ? "find anomalies; no row is known to be one"
        : `find anomalies; ${definition.label!.column} says which rows are ${labelled.classes[1]}`,
    contract,
    personalData,
    split,
    notes: [
      ...snapshot.source.notes,
      ...(labelled?.notes ?? []),
      ...(nUnlabelled > 0
        ? [`${nUnlabelled} rows have no label: detectors learn from them, nothing is measured on them`]
        : []),
    ],
  };
}

function checkColumns({ label, kind, split, ignore = [], leakage, evaluation }: AnomalyDefinition, table: Table): void {
  refuseUnknownColumns(
    {
      "label.column": [label?.column],
      kind: [kind],
      "split.column": [split?.column],
      ignore,
      "leakage.exclude": leakage?.exclude ?? [],
      "leakage.keep": leakage?.keep ?? [],
      "evaluation.slices": evaluation?.slices ?? [],
    },
    table,
  );
}

// What a random split is stratified by: usual, anomalous and unlabelled rows, as far as there are any.
function strata(labels: Int8Array | null, nRows: number): Target {
  if (labels === null) return { task: "regression", values: new Float64Array(nRows), nClasses: 0 };
  const hasUnlabelled = labels.includes(known.unlabelled);
  const values = Float64Array.from(labels, (label) => (label === known.unlabelled ? 2 : label));
  return hasUnlabelled ? { task: "multiclass", values, nClasses: 3 } : { task: "binary", values, nClasses: 2 };
}

function splitRule({ split }: AnomalyDefinition, isOfficial: boolean): SplitRule {
  const { kind = "random", column = "", validation = 0.2, test = 0.2 } = split ?? {};
  if (isOfficial)
    return {
      kind: "official",
      validation,
      ...(kind === "group" ? { group: column } : {}),
      ...(kind === "time" ? { time: column } : {}),
    };
  return kind === "random" ? { kind, validation, test } : { kind, column, validation, test };
}

function checkLabelledParts(split: Split, labels: Int8Array): void {
  for (const part of ["train", "validation", "test"] as const)
    for (const [label, needed] of [
      [known.usual, "row known to be usual"],
      [known.anomalous, "known anomaly"],
    ] as const)
      if (!split[part].some((row) => labels[row] === label) && !(part === "train" && label === known.anomalous))
        throw new FettleError(
          "invalid-input",
          "SPLIT_ONE_CLASS",
          `Cannot split the rows: the ${part} part holds no ${needed}, at least 1 is needed`,
          { hint: "Bring more labelled rows, or split in another way" },
        );
}

// The column of kinds, or the label's own where it tells several.
function kindsOf(table: Table, labels: Int8Array, { label, kind }: AnomalyDefinition): (string | null)[] | null {
  const name = kind ?? label!.column;
  const column = table.column(name);
  if (kind === undefined && column.kind !== "category") return null;
  const kinds = Array.from(labels, (value, i) =>
    value === known.anomalous && !isMissing(column, i) ? String(cellOf(column, i)) : null,
  );
  return kind === undefined && new Set(kinds.filter((one) => one !== null)).size < 2 ? null : kinds;
}
