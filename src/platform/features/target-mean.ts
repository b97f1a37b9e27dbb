import type { Target } from "../../ml/learners/index.ts";
import { type CategoryColumn, type NumberColumn, numberColumn, type Table } from "../../ml/table/index.ts";
import type { Step } from "./step.ts";

type TargetMeanStep = Extract<Step, { op: "target-mean" }>;

/**
 * Mean target by level, drawn to the overall mean by `smoothing` rows of it (Micci-Barreca 2001). One step for two classes and for
 * numbers, one per class for more.
 */
export function targetMeanSteps(
  column: CategoryColumn,
  input: number,
  target: Target,
  smoothing: number,
  sampleWeight?: Float64Array,
): Step[] {
  const classes = target.task === "multiclass" ? Array.from({ length: target.nClasses }, (_, k) => k) : [null];
  return classes.map((classIndex): Step => {
    const { sums, weights, mean } = sumsByLevel(column, target, classIndex, sampleWeight);
    const levels = column.dictionary.flatMap((level, code) => (weights[code]! > 0 ? [{ level, code }] : []));
    levels.sort((a, b) => (a.level < b.level ? -1 : 1));
    return {
      op: "target-mean",
      input,
      levels: levels.map(({ level }) => level),
      means: levels.map(({ code }) => (sums[code]! + smoothing * mean) / (weights[code]! + smoothing)),
      other: mean,
      smoothing,
      classIndex,
    };
  });
}

/** The feature of training rows: each row is encoded by the rows of the other folds. */
export function encodeTargetMeans(
  step: TargetMeanStep,
  from: string,
  table: Table,
  target: Target,
  folds: Uint8Array,
  sampleWeight?: Float64Array,
): NumberColumn {
  const column = table.categories(from);
  const values = new Float64Array(table.nRows);
  for (const fold of new Set(folds)) {
    const weight = folds.map((of) => (of === fold ? 0 : 1));
    const outside = Float64Array.from(weight, (w, i) => w * (sampleWeight?.[i] ?? 1));
    const { sums, weights, mean } = sumsByLevel(column, target, step.classIndex, outside);
    for (let i = 0; i < values.length; i++) {
      if (folds[i] !== fold) continue;
      const code = column.codes[i]!;
      values[i] =
        code < 0 || weights[code] === 0
          ? mean
          : (sums[code]! + step.smoothing * mean) / (weights[code]! + step.smoothing);
    }
  }
  return numberColumn(values);
}

function sumsByLevel(
  { codes, dictionary }: CategoryColumn,
  { values }: Target,
  classIndex: number | null,
  sampleWeight?: Float64Array,
) {
  const sums = new Float64Array(dictionary.length);
  const weights = new Float64Array(dictionary.length);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < codes.length; i++) {
    const w = sampleWeight?.[i] ?? 1;
    const y = classIndex === null ? values[i]! : values[i] === classIndex ? 1 : 0;
    sum += w * y;
    total += w;
    const code = codes[i]!;
    if (code < 0) continue;
    sums[code]! += w * y;
    weights[code]! += w;
  }
  return { sums, weights, mean: total > 0 ? sum / total : 0 };
}
