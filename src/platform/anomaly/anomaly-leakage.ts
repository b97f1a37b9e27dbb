import { findLeakage, type LeakageFinding } from "../leakage/index.ts";
import { labelledRows } from "./labelled-rows.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

/** Columns that are no features whatever they know: the user's, those of the split, personal data. */
export function ignoredColumns({ definition, personalData, split: { rule } }: PreparedAnomalies): string[] {
  const structural =
    rule.kind === "group" || rule.kind === "time"
      ? [rule.column]
      : rule.kind === "official"
        ? [rule.group, rule.time].filter((name) => name !== undefined)
        : [];
  return [...new Set([...(definition.ignore ?? []), ...structural, ...personalData.keys()])];
}

/**
 * What knows the label too well, on the rows that have one: columns derived from it, rows that training and test share. Without labels there is nothing to leak,
 * and nothing is looked for.
 */
export function findLabelLeakage(run: PreparedAnomalies): LeakageFinding[] {
  const { labels, split, definition } = run;
  if (labels === null) return [];
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row] !== known.unlabelled);
  const placeOf = new Map(Array.from(rows, (row, place) => [row, place]));
  const placed = (part: Int32Array) => {
    const { places } = labelledRows(run, part);
    return places.map((place) => placeOf.get(part[place]!)!);
  };
  const { resample } = split;
  return findLeakage({
    table: run.table.take(rows),
    schema: run.schema,
    target: { task: "binary", values: Float64Array.from(rows, (row) => labels[row]!), nClasses: 2 },
    targetColumn: definition.label!.column,
    split: {
      ...split,
      train: placed(split.train),
      validation: placed(split.validation),
      test: placed(split.test),
      resample:
        resample.unit === "group" ? { unit: "group", groups: rows.map((row) => resample.groups[row]!) } : resample,
    },
    seed: run.seed,
    exclude: definition.leakage?.exclude ?? [],
    keep: definition.leakage?.keep ?? [],
    ignore: ignoredColumns(run),
  });
}
