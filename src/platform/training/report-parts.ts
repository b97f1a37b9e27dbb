import { assertNever } from "../../lib/index.ts";
import type { CalibrationDecision } from "../evaluation/index.ts";
import type { Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { Candidate } from "./run-report.ts";
import type { SearchResult } from "./search.ts";

/** Mean of a part's target: the share of the positive class, or the mean number; null for several classes. */
export function targetMean({ target }: Part): number | null {
  if (target.task === "multiclass" || target.values.length === 0) return null;
  let sum = 0;
  for (const value of target.values) sum += value;
  return sum / target.values.length;
}

/** How rows were parted, in a few words. */
export function splitInWords({ split }: PreparedRun): string {
  const { rule } = split;
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
