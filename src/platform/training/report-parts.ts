import { assertNever } from "../../lib/index.ts";
import { profileTable } from "../data/index.ts";
import type { CalibrationDecision } from "../evaluation/index.ts";
import type { LeakageFinding } from "../leakage/index.ts";
import { pretendedScore, strongColumns } from "./leakage-decision.ts";
import type { Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { Candidate } from "./run-report.ts";
import type { SearchResult } from "./search.ts";
import type { TrainInput, TrainOutcome } from "./train-input.ts";

/** The parts of a run's rows, by name. */
export interface RunParts {
  readonly train: Part;
  readonly validation: Part;
  /** Rows that make intervals or sets; null where none are kept for that. */
  readonly conformal: Part | null;
  readonly test: Part;
}

/** What the report says of the data and of leaks; `notes` are added to those of the run. */
export function rowsAccount(
  run: Pick<PreparedRun, "table" | "schema" | "personalData" | "contract" | "notes">,
  { snapshot, testStart }: Pick<TrainInput, "snapshot" | "testStart">,
  leakage: readonly LeakageFinding[],
  notes: readonly string[],
): Pick<TrainOutcome["report"], "data" | "leakage"> {
  return {
    data: {
      snapshot,
      nColumns: snapshot.schema.length,
      columns: profileTable(run.table, run.schema, { personalData: run.personalData }),
      violations: run.contract.violations,
      notes: [...run.notes, ...notes],
      testStart,
    },
    leakage: { findings: leakage, excluded: strongColumns(leakage), pretended: pretendedScore(leakage) },
  };
}

/** {@link rowsAccount}, and how the rows were parted. */
export function accountOf(
  run: PreparedRun,
  input: Pick<TrainInput, "snapshot" | "testStart">,
  leakage: readonly LeakageFinding[],
  parts: RunParts,
  notes: { readonly data: readonly string[]; readonly split: readonly string[] },
): Pick<TrainOutcome["report"], "data" | "leakage" | "split"> {
  return {
    ...rowsAccount(run, input, leakage, notes.data),
    split: {
      kind: run.split.rule.kind,
      says: splitInWords(run.split),
      parts: (["train", "validation", "conformal", "test"] as const).flatMap((name) => {
        const part = parts[name];
        return part === null ? [] : [{ name, n: part.rows.length, targetMean: targetMean(part) }];
      }),
      notes: [...run.split.notes, ...notes.split],
    },
  };
}

// Mean of a part's target: the share of the positive class, or the mean number; null for several classes.
function targetMean({ target }: Part): number | null {
  if (target.task === "multiclass" || target.values.length === 0) return null;
  let sum = 0;
  for (const value of target.values) sum += value;
  return sum / target.values.length;
}

/** How rows were parted, in a few words. */
export function splitInWords({ rule }: PreparedRun["split"]): string {
  switch (rule.kind) {
    case "random":
      return "random, stratified by the target";
    case "group":
      return `by whole groups of "${rule.column}"`;
    case "time":
      return `by time along "${rule.column}", the latest rows for the test`;
    case "official":
      return "the official test file";
    default:
      return assertNever(rule);
  }
}

/** The trials as the report lists them. */
export function candidatesOf(found: SearchResult, metric: string, calibration: CalibrationDecision): Candidate[] {
  return found.trials.map((trial) => ({
    name: trial.name,
    family: trial.role === "baseline" ? "baseline" : trial.stack === null ? trial.family : "stack",
    role: trial.role,
    params: trial.learner.params,
    metric,
    validation: trial.value,
    seconds: trial.seconds,
    chosen: trial === found.chosen,
    ...(trial === found.chosen ? { note: `${found.sentence} ${calibration.sentence}` } : {}),
  }));
}
