import { FettleError } from "../../lib/index.ts";
import { cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import { buildTarget, type Schema } from "../data/index.ts";
import type { AnomalyDefinition } from "./definition.ts";

/** What is known of a row. */
export const known = { unlabelled: -1, usual: 0, anomalous: 1 } as const;

/** Fewest labelled rows, and fewest of a kind: some to choose by, some to measure on, some to leave out of the fit. */
const fewest = { rows: 20, ofKind: 5 } as const;

/** The label of a table. */
export interface ReadLabel {
  /** One of {@link known} per row. */
  readonly labels: Int8Array;
  /** Names of the usual and the anomalous class. */
  readonly classes: readonly string[];
  readonly nUnlabelled: number;
  readonly notes: readonly string[];
}

/**
 * Reads what is known of each row. Throws ANOMALY_LABEL where the label says the same of every row or too little to choose and measure by, and what `buildTarget`
 * throws.
 */
export function readLabel(table: Table, schema: Schema, label: NonNullable<AnomalyDefinition["label"]>): ReadLabel {
  const column = table.column(label.column);
  const counts = new Map<string, number>();
  for (let i = 0; i < table.nRows; i++)
    if (!isMissing(column, i)) {
      const value = String(cellOf(column, i));
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  if (counts.size < 2)
    throw refused(
      label.column,
      counts.size === 0 ? "no row has it" : "it says the same of every row",
      "rows that are anomalous and rows that are not are needed",
    );
  const nLabelled = [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (nLabelled < fewest.rows)
    throw refused(
      label.column,
      `only ${nLabelled} rows have it`,
      `at least ${fewest.rows} are needed to choose and to measure by`,
    );
  const rarest = Math.min(...counts.values());
  if (label.positive === undefined && counts.size === 2 && rarest < fewest.ofKind)
    throw tooFewOfKind(label.column, rarest);
  const { target, rows, classes, notes } = buildTarget(table, schema, { ...label, task: "binary" });
  const nAnomalous = target.values.reduce((sum, y) => sum + y, 0);
  const rarer = Math.min(nAnomalous, rows.length - nAnomalous);
  if (rarer < fewest.ofKind) throw tooFewOfKind(label.column, rarer);
  const labels = new Int8Array(table.nRows).fill(known.unlabelled);
  rows.forEach((row, k) => {
    labels[row] = target.values[k]!;
  });
  return { labels, classes, nUnlabelled: table.nRows - rows.length, notes };
}

function tooFewOfKind(column: string, n: number): FettleError {
  return refused(
    column,
    `only ${n} ${n === 1 ? "row is" : "rows are"} of the rarer kind`,
    `at least ${fewest.ofKind} of either are needed to choose and to measure by`,
  );
}

function refused(column: string, what: string, needed: string): FettleError {
  return new FettleError("invalid-input", "ANOMALY_LABEL", `Cannot use the label "${column}": ${what}, ${needed}`, {
    hint: "Leave the label out to train without, and label the rows of the highest scores first",
    facts: { column },
  });
}
