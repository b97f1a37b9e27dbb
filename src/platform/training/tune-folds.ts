import type { Column } from "../../ml/table/index.ts";
import { type Fold, type FoldRule, foldRows, outsideEmbargo } from "../data/index.ts";
import { blocksOf } from "../tuning/index.ts";
import { joinRows } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { TuneSettings } from "./tune-input.ts";

/** The rows that a tuning may look at: training and validation part. */
export function developmentRows({ split }: PreparedRun): Int32Array {
  return joinRows(split.train, split.validation);
}

/** Folds of rows by the kind of the run's split: stratified, whole groups, or in time; the split's own two parts where 1 is asked for. */
export function tuningFolds(run: PreparedRun, rows: Int32Array, nFolds: number, settings: TuneSettings): Fold[] {
  const rule = foldRule(run, settings);
  if (nFolds > 1) return foldRows(rows, nFolds, rule, run.seed);
  const { train, validation } = run.split;
  if (rule.kind !== "time") return [{ train, validation }];
  return [{ train: outsideEmbargo(train, validation, rule.times, settings.embargo), validation }];
}

function foldRule({ split, table, built }: PreparedRun, { window, embargo }: TuneSettings): FoldRule {
  const time = timeColumn(split.rule);
  if (time !== undefined) return { kind: "time", times: timesOf(table.column(time)), window, embargo };
  if (split.resample.unit === "group") return { kind: "group", groups: split.resample.groups };
  return { kind: "stratified", target: built.target };
}

// The split has refused a column of texts.
function timesOf(column: Column): Float64Array {
  return column.kind === "category" ? new Float64Array(column.codes.length).fill(Number.NaN) : column.values;
}

function timeColumn(rule: PreparedRun["split"]["rule"]): string | undefined {
  return rule.kind === "time" ? rule.column : rule.kind === "official" ? rule.time : undefined;
}

/** How trials are measured, in a few words. */
export function foldsInWords({ split }: PreparedRun, { folds, window, embargo }: TuneSettings): string {
  if (folds === 1) return "on the validation part of the split";
  const gap = embargo > 0 ? `, embargo ${embargo}` : "";
  if (timeColumn(split.rule) !== undefined) return `by ${folds} folds in time (${window} window${gap})`;
  return split.resample.unit === "group" ? `by ${folds} folds of whole groups` : `by ${folds} stratified folds`;
}

/**
 * The block of each validation row, fold by fold: rows of a group share one, rows in time lie beside their neighbours, other rows are dealt
 * out.
 */
export function blocksOfFolds({ split }: PreparedRun, folds: readonly Fold[]): Int32Array[] {
  const rows = folds.flatMap(({ validation }) => [...validation]);
  const { resample } = split;
  const codeOf = new Map<number, number>();
  const clusters = Int32Array.from(rows, (row, i) => {
    const group = resample.unit === "group" ? resample.groups[row]! : i;
    if (!codeOf.has(group)) codeOf.set(group, codeOf.size);
    return codeOf.get(group)!;
  });
  const blocks = blocksOf(clusters, codeOf.size, resample.unit === "block");
  let from = 0;
  return folds.map(({ validation }) => {
    from += validation.length;
    return blocks.subarray(from - validation.length, from);
  });
}
