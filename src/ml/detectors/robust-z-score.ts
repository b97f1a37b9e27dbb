import { stopCheck } from "../learners/index.ts";
import { checkDetectorFit, checkParams, type Detector, type FittedDetector } from "./detector.ts";
import type { RobustZScoreData } from "./detector-data.ts";
import { robustColumn } from "./robust-scale.ts";
import { scoreRows } from "./score-rows.ts";

/** Parameters of {@link robustZScore}. */
export interface RobustZScoreParams {
  /** The greatest distance of a column is the score, or the sum of all. Default `max`. */
  readonly over?: "max" | "sum";
}

/**
 * How far each column lies from its median, in robust standard deviations, |x − median| / scale: the baseline of every detector. Missing
 * counts as the median, and a column that was constant says nothing.
 */
export function robustZScore({ over = "max" }: RobustZScoreParams = {}): Detector {
  checkParams("robust z-scores", [["over", over, over === "max" || over === "sum", '"max" or "sum"']]);
  return {
    kind: "robust-z-score",
    params: { over },
    fit(features, options) {
      checkDetectorFit("robust z-scores", features);
      const check = stopCheck(options);
      const columns = features.names.map((name) => {
        check();
        const { centre, scale } = robustColumn(features.numbers(name).values);
        return { centre, scale };
      });
      return zScoreModel({ kind: "robust-z-score", featureNames: features.names, columns, over });
    },
  };
}

/** Robust z-scores from their data. The column of the greatest distance (the first of equal ones) has all of a score over `max`. */
export function zScoreModel(data: RobustZScoreData): FittedDetector {
  const { featureNames, columns, over } = data;
  const distance = (row: Float64Array, j: number): number => {
    const { centre, scale } = columns[j]!;
    const z = scale > 0 ? Math.abs(row[j]! - centre) / scale : 0;
    return z === z ? z : 0;
  };
  const scoreRow = (row: Float64Array): number => {
    let score = 0;
    for (let j = 0; j < columns.length; j++) {
      const z = distance(row, j);
      score = over === "sum" ? score + z : Math.max(score, z);
    }
    return Math.min(score, Number.MAX_VALUE);
  };
  return {
    kind: data.kind,
    featureNames,
    score: (features) => scoreRows(features, featureNames, scoreRow),
    scoreRow,
    explainRow(row, out) {
      let top = 0;
      for (let j = 0; j < columns.length; j++) {
        out[j] = Math.min(distance(row, j), Number.MAX_VALUE);
        if (out[j]! > out[top]!) top = j;
      }
      if (over === "max") for (let j = 0; j < columns.length; j++) if (j !== top) out[j] = 0;
    },
    reasonScale: "score",
    expected: 0,
    toJSON: () => data,
  };
}
