import { strongColumns, type TrainHooks } from "../training/index.ts";
import { findLabelLeakage, ignoredColumns } from "./anomaly-leakage.ts";
import type { CandidateInput } from "./candidates.ts";
import { fitDetectorFeatures } from "./detector-features.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

/** Looks for what knows the label too well. */
export function checkLabelLeakage(run: PreparedAnomalies) {
  const leakage = findLabelLeakage(run);
  const excluded = [
    ...new Set([...ignoredColumns(run), ...(run.definition.leakage?.exclude ?? []), ...strongColumns(leakage)]),
  ];
  return { leakage, excluded };
}

/** What candidates are fitted on, without columns that become no feature. */
export function candidateInput(run: PreparedAnomalies, excluded: readonly string[], hooks: TrainHooks): CandidateInput {
  const fitted = fittedRows(run);
  const features = fitDetectorFeatures(run.table.take(fitted), run.schema, new Set(excluded));
  return { run, excluded, features, fitted, hooks };
}

// What is known to be strange does not teach what is usual.
function fittedRows({ split, labels, definition }: PreparedAnomalies): Int32Array {
  if (labels === null || definition.fitOn === "all") return split.train;
  return split.train.filter((row) => labels[row] !== known.anomalous);
}
