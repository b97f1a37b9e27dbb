import type { Target } from "../../ml/learners/index.ts";
import { findLeakage, type LeakageFinding } from "../leakage/index.ts";
import { textColumns } from "./families.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { RunReport } from "./run-report.ts";

/** Looks for leaks on training and validation rows. */
export function checkLeakage(run: PreparedRun): LeakageFinding[] {
  const { definition } = run;
  return findLeakage({
    table: run.table,
    schema: run.schema,
    target: asNumbers(run.built.target),
    targetColumn: definition.target.column,
    split: run.split,
    seed: run.seed,
    exclude: definition.leakage?.exclude ?? [],
    keep: definition.leakage?.keep ?? [],
    ignore: ignoredColumns(run),
    texts: textColumns(definition, run.schema),
    classes: run.built.classes,
  });
}

// What knows the grades of a ranking too well is found as for any other number.
function asNumbers(target: Target): Target {
  return target.task === "ranking" ? { ...target, task: "regression" } : target;
}

// Columns that are no features whatever they know: the user's, those of the split and the weights, personal data.
function ignoredColumns({ definition, personalData, split: { rule } }: PreparedRun): string[] {
  const group = rule.kind === "group" ? rule.column : rule.kind === "official" ? rule.group : undefined;
  const structural = [definition.weight, definition.query, group];
  return [...(definition.ignore ?? []), ...structural.filter((name) => name !== undefined), ...personalData.keys()];
}

/** Columns that the findings leave out. */
export function strongColumns(findings: readonly LeakageFinding[]): string[] {
  return [...new Set(findings.filter(({ decision }) => decision === "excluded").flatMap(({ columns }) => columns))];
}

/** Every column that becomes no feature. */
export function excludedColumns(run: PreparedRun, findings: readonly LeakageFinding[]): string[] {
  return [...new Set([...ignoredColumns(run), ...(run.definition.leakage?.exclude ?? []), ...strongColumns(findings)])];
}

/** What the validation score would have been with the leaks; null where none was left out and measured. */
export function pretendedScore(findings: readonly LeakageFinding[]): RunReport["leakage"]["pretended"] {
  const found = findings.find(
    ({ decision, scoreWith, scoreWithout }) => decision === "excluded" && scoreWith !== null && scoreWithout !== null,
  );
  return found ? { metric: found.metric, withLeak: found.scoreWith!, without: found.scoreWithout! } : null;
}
