import type { Target } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { ColumnSchema, Schema, Split } from "../data/index.ts";
import { strengthOf, suspicionsOf } from "./column-evidence.ts";
import { duplicateRows } from "./duplicates.ts";
import type { LeakageEvidence, LeakageFinding } from "./finding.ts";
import { groupOverlap, identifierShare } from "./identifiers.ts";
import { messageOf } from "./message.ts";
import { namedLabels } from "./named-labels.ts";
import { duplicateQueries } from "./queries.ts";
import { quickMetric, quickScorer } from "./quick-score.ts";
import { repeatedTexts } from "./repeated-texts.ts";
import { type Sample, sampleOf } from "./sample.ts";
import { targetSum, withSums } from "./sum-evidence.ts";
import { laterInstants, timeColumnOf } from "./times.ts";

/** What {@link findLeakage} looks at. */
export interface LeakageInput {
  /** Source columns without the target; rows that have a target. */
  readonly table: Table;
  /** Types of the table's columns, by name. */
  readonly schema: Schema;
  /** Aligned with the table's rows. Read on training and validation rows only. */
  readonly target: Target;
  readonly targetColumn: string;
  readonly split: Split;
  readonly seed: number;
  /** Columns that the user leaves out, or keeps whatever the evidence. */
  readonly exclude: readonly string[];
  readonly keep: readonly string[];
  /** Columns that are no features anyway. */
  readonly ignore: readonly string[];
  /** Columns that are read as texts, and the names of the classes. Default: none. */
  readonly texts?: readonly string[];
  readonly classes?: readonly string[];
}

interface Draft {
  readonly columns: readonly string[];
  readonly strength: LeakageFinding["strength"];
  readonly evidence: readonly LeakageEvidence[];
}

const maxMeasured = 6;

/**
 * Columns that know the target too well, each with its evidence: strong findings first, then by what the validation score gains
 * with them. The same input gives the same findings. Only counts of equal rows and shared groups look at test rows.
 */
export function findLeakage(input: LeakageInput): LeakageFinding[] {
  const { table, target, split, seed, targetColumn } = input;
  const sample = sampleOf(table, target, split, seed);
  if (sample.nTrain === 0 || split.validation.length === 0) return [];
  const columns = featureColumns(input);
  const later = laterInstants(sample.table, split.rule);
  const suspicions = suspicionsOf(columns, { sample, targetColumn, seed, nRows: table.nRows, later });
  const drafts: Draft[] = [
    ...targetSum(columns, sample, seed),
    ...withSums(suspicions, columns, sample, seed).map((suspicion) => ({
      columns: [suspicion.column],
      strength: strengthOf(suspicion),
      evidence: suspicion.evidence,
    })),
  ];
  return [...measured(drafts, columns, sample, input), ...rowFindings(input, sample)];
}

function featureColumns({ table, schema, split, ignore }: LeakageInput): ColumnSchema[] {
  const left = new Set([...ignore, timeColumnOf(split.rule)]);
  return schema.filter(({ name }) => table.has(name) && !left.has(name));
}

function measured(
  drafts: readonly Draft[],
  columns: readonly ColumnSchema[],
  sample: Sample,
  { exclude, keep, seed, table }: LeakageInput,
): LeakageFinding[] {
  if (drafts.length === 0) return [];
  const score = quickScorer(sample, seed);
  const metric = quickMetric[sample.target.task];
  const found = new Set(drafts.flatMap((draft) => draft.columns));
  const honest = columns
    .filter(
      (column) =>
        !found.has(column.name) &&
        column.type !== "text" &&
        identifierShare(column, sample.table.column(column.name), table.nRows) === null,
    )
    .map(({ name }) => name);
  const without = score(honest);
  const strongFirst = [...drafts.filter(isStrong), ...drafts.filter((draft) => !isStrong(draft))];
  const findings = strongFirst.map((draft, i): LeakageFinding => {
    const decision = decisionOf(draft, exclude, keep);
    const isMeasured = i < maxMeasured && without !== null;
    return {
      ...draft,
      decision,
      scoreWith: isMeasured ? score([...honest, ...draft.columns]) : null,
      scoreWithout: isMeasured ? without : null,
      metric,
      message: messageOf({ ...draft, decision }),
    };
  });
  const sign = metric === "rocAuc" ? 1 : -1;
  const gain = ({ scoreWith, scoreWithout }: LeakageFinding) =>
    scoreWith === null || scoreWithout === null ? Number.NEGATIVE_INFINITY : sign * (scoreWith - scoreWithout);
  return [...findings.filter(isStrong), ...findings.filter((finding) => !isStrong(finding))].sort(
    (a, b) => Number(isStrong(b)) - Number(isStrong(a)) || compare(gain(b), gain(a)),
  );
}

const isStrong = ({ strength }: { readonly strength: LeakageFinding["strength"] }) => strength === "strong";
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

function decisionOf(
  { columns, strength }: Draft,
  exclude: readonly string[],
  keep: readonly string[],
): LeakageFinding["decision"] {
  if (columns.length > 0 && columns.every((name) => exclude.includes(name))) return "excluded";
  if (columns.some((name) => keep.includes(name))) return "kept";
  return strength === "strong" ? "excluded" : "named";
}

function rowFindings(
  { table, schema, split, seed, target, ignore, keep, exclude, texts = [], classes = [] }: LeakageInput,
  sample: Sample,
): LeakageFinding[] {
  const metric = quickMetric[target.task];
  const finding = (columns: readonly string[], evidence: LeakageEvidence): LeakageFinding => {
    const draft: Draft = { columns, strength: "suspect", evidence: [evidence] };
    const decision = decisionOf(draft, exclude, keep);
    return {
      ...draft,
      decision,
      scoreWith: null,
      scoreWithout: null,
      metric,
      message: messageOf({ ...draft, decision }),
    };
  };
  const contents = table.select(
    schema
      .filter(({ name }) => table.has(name) && !ignore.includes(name))
      .filter((column) => identifierShare(column, table.column(column.name), table.nRows) === null)
      .map(({ name }) => name),
  );
  const duplicates = duplicateRows(contents, split, seed);
  const queries = target.queries === undefined ? null : duplicateQueries(contents, target.queries, split);
  return [
    ...(duplicates === null ? [] : [finding([], duplicates)]),
    ...(queries === null ? [] : [finding([], queries)]),
    ...table.names.flatMap((name) => {
      const overlap = groupOverlap(name, table.column(name), split);
      return overlap === null ? [] : [finding([name], overlap)];
    }),
    ...texts
      .filter((name) => !ignore.includes(name))
      .flatMap((name) => {
        const byRows = split.rule.kind === "random" || split.rule.kind === "official";
        const repeated = byRows ? repeatedTexts(table.categories(name), split, seed) : null;
        const label = namedLabels(sample.table.categories(name), sample, classes);
        return [repeated, label].filter((evidence) => evidence !== null).map((evidence) => finding([name], evidence));
      }),
  ];
}
