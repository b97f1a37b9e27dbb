import { createRng, type Rng } from "../../lib/index.ts";
import { stopCheck } from "../learners/index.ts";
import { checkDetectorFit, checkParams, type Detector } from "./detector.ts";
import { isolationModel } from "./isolation-model.ts";
import { growIsolationTree, type TreeSample, treeValue } from "./isolation-tree.ts";

/** Parameters of {@link isolationForest}. */
export interface IsolationForestParams {
  /** Default 100. */
  readonly nTrees?: number;
  /** Rows that each tree is grown on, drawn without putting back; all rows where there are fewer. Default 256. */
  readonly sampleRows?: number;
}

/**
 * The isolation forest of Liu, Ting & Zhou (2008): strange rows are parted from the rest by few random splits. A tree's height is limited to
 * ⌈log₂ sampleRows⌉; a leaf that holds n rows counts as if they had been parted, c(n) = 2 (ln(n − 1) + γ) − 2 (n − 1) / n further splits. The score is
 * 2^(−mean path length / c(sampleRows)): near 1 strange, ½ as usual as rows can be told apart.
 *
 * `fit` refuses fewer than 2 rows (DETECTOR_ROWS) and features that are no numbers (DETECTOR_FEATURES).
 */
export function isolationForest({ nTrees = 100, sampleRows = 256 }: IsolationForestParams = {}): Detector {
  checkParams("an isolation forest", [
    ["nTrees", nTrees, Number.isInteger(nTrees) && nTrees >= 1, "a whole number ≥ 1"],
    ["sampleRows", sampleRows, Number.isInteger(sampleRows) && sampleRows >= 2, "a whole number ≥ 2"],
  ]);
  return {
    kind: "isolation-forest",
    params: { nTrees, sampleRows },
    fit(features, options) {
      checkDetectorFit("an isolation forest", features);
      const columns = features.names.map((name) => features.numbers(name).values);
      const n = Math.min(sampleRows, features.nRows);
      const rng = createRng(options.seed).fork("isolation-forest");
      const check = stopCheck(options);
      const trees = Array.from({ length: nTrees }, (_, t) => {
        check();
        const own = rng.fork(`tree ${t}`);
        const sample = drawSample(columns, features.nRows, n, own);
        return growIsolationTree(sample, heightLimit(n), own);
      });
      const data = { kind: "isolation-forest", featureNames: features.names, sampleRows: n, trees } as const;
      return isolationModel(data, options);
    },
  };
}

// ⌈log₂ n⌉.
function heightLimit(n: number): number {
  let height = 0;
  while (2 ** height < n) height++;
  return height;
}

// Rows without putting back (Floyd's method).
function drawSample(columns: readonly Float64Array[], nRows: number, n: number, rng: Rng): TreeSample {
  const drawn = new Set<number>();
  for (let last = nRows - n; last < nRows; last++) {
    const row = rng.below(last + 1);
    drawn.add(drawn.has(row) ? last : row);
  }
  const values = new Float32Array(n * columns.length);
  let at = 0;
  for (const column of columns) for (const row of drawn) values[at++] = treeValue(column[row]!);
  return { values, n, nFeatures: columns.length };
}
