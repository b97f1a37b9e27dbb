import { FettleError, type Json } from "../../lib/index.ts";
import type { PredictKernels, ShapKernels } from "../learners/index.ts";
import { columnLength, type Table } from "../table/index.ts";
import type { DetectorData } from "./detector-data.ts";

/** Options of {@link Detector.fit}. */
export interface DetectorFitOptions {
  /** The only source of chance. */
  readonly seed: number;
  /** Compiled kernels that score trees; without them the same bits take longer. */
  readonly predictKernels?: PredictKernels;
  /** Compiled kernels that explain trees; without them the same bits take longer. */
  readonly shapKernels?: ShapKernels;
  /** Asked between steps; true ends the fit with FIT_CANCELLED. */
  readonly shouldStop?: () => boolean;
}

/** A fitted detector: the stranger a row, the greater its score. */
export interface FittedDetector {
  readonly kind: DetectorData["kind"];
  /** Names of the feature columns, in the order in which `scoreRow` takes them. All are numbers; missing is NaN. */
  readonly featureNames: readonly string[];
  /** Scores of every row of a table that holds the feature columns. Length nRows. */
  score(features: Table): Float64Array;
  /** The score of one row, one number per feature name. Equal to {@link score} to the bit. */
  scoreRow(row: Float64Array): number;
  /**
   * What each feature contributes to the row's strangeness, to `out`, one number per feature name: on the scale that {@link reasonScale}
   * names they add up, with {@link expected}, to the score on that scale. Negative: the feature speaks for a usual row.
   */
  explainRow(row: Float64Array, out: Float64Array): void;
  readonly reasonScale: ReasonScale;
  /** Where the contributions start from. */
  readonly expected: number;
  /** The detector as plain data: `loadDetector(detector.toJSON())` scores the same bytes. */
  toJSON(): DetectorData;
}

/** `log2-score`: the binary logarithm of the score; `score`: the score itself. */
export type ReasonScale = "log2-score" | "score";

/** A method with its parameters. Holds nothing learned: `fit` returns a new value. */
export interface Detector {
  readonly kind: DetectorData["kind"];
  /** All parameters with their defaults filled in, as plain data. */
  readonly params: Readonly<Record<string, Json>>;
  /** Learns what is usual from a table of number columns. Pure: same input, same bytes. */
  fit(features: Table, options: DetectorFitOptions): FittedDetector;
}

/** Features that tell rows apart: DETECTOR_NO_FEATURES where there is none. */
export function checkDetectorFit(subject: string, features: Table): void {
  const refuse = (code: string, message: string) =>
    new FettleError("invalid-input", code, `Cannot fit ${subject}: ${message}`);
  for (const name of features.names) {
    const column = features.column(name);
    if (column.kind !== "number")
      throw refuse("DETECTOR_FEATURES", `feature "${name}" holds ${column.kind} values, numbers are needed`);
    if (columnLength(column) !== features.nRows)
      throw refuse(
        "DETECTOR_FEATURES",
        `feature "${name}" has ${columnLength(column)} rows, ${features.nRows} are needed`,
      );
  }
  if (features.nRows < 2) throw refuse("DETECTOR_ROWS", `there are ${features.nRows} rows, at least 2 are needed`);
  if (features.names.length === 0) throw refuse("DETECTOR_FEATURES", "there is no feature, at least 1 is needed");
}

/** A check that parameters keep their rules, given as [name, value, is right, what is needed]: DETECTOR_PARAMS. */
export function checkParams(
  subject: string,
  rules: readonly (readonly [name: string, value: number | string, isRight: boolean, needed: string])[],
): void {
  for (const [name, value, isRight, needed] of rules)
    if (!isRight)
      throw new FettleError(
        "invalid-input",
        "DETECTOR_PARAMS",
        `Cannot fit ${subject}: ${name} is ${value}, ${needed} is needed`,
        { facts: { parameter: name } },
      );
}
