import { FettleError } from "../../lib/index.ts";
import type { PredictKernels, ShapKernels } from "../learners/index.ts";
import type { FittedDetector } from "./detector.ts";
import type { DetectorData, IsolationForestData, IsolationTreeData, RobustColumn } from "./detector-data.ts";
import { isolationModel } from "./isolation-model.ts";
import { covarianceModel } from "./robust-covariance.ts";
import { zScoreModel } from "./robust-z-score.ts";

/**
 * A detector from its data: the inverse of `toJSON`. With compiled kernels trees score and explain faster, to the same bits. Throws DETECTOR_DATA for data
 * that no detector here wrote.
 */
export function loadDetector(
  data: DetectorData,
  kernels: { readonly predictKernels?: PredictKernels; readonly shapKernels?: ShapKernels } = {},
): FittedDetector {
  const names: readonly unknown[] = Array.isArray(data?.featureNames) ? data.featureNames : [];
  require(names.length > 0 && names.every((name) => typeof name === "string"), "its features have no names");
  switch (data.kind) {
    case "isolation-forest":
      checkForest(data);
      return isolationModel(data, kernels);
    case "robust-covariance":
      checkColumns(data.columns, names.length);
      require(areNumbers(data.location) && data.covariance.every(areNumbers), "its covariance holds no numbers");
      require(data.covariance.every((row) => row.length === data.location.length), "its covariance is not square");
      return covarianceModel(data);
    case "robust-z-score":
      checkColumns(data.columns, names.length);
      require(data.over === "max" || data.over === "sum", "it says not over what");
      return zScoreModel(data);
    default:
      throw new FettleError("damaged", "DETECTOR_DATA", "Cannot load the detector: its kind is unknown", {
        hint: "Use the version of fettle that made it",
      });
  }
}

function require(isRight: boolean, problem: string): void {
  if (!isRight) throw new FettleError("damaged", "DETECTOR_DATA", `Cannot load the detector: ${problem}`);
}

const areNumbers = (values: readonly unknown[]): boolean => Array.isArray(values) && values.every(Number.isFinite);
const isWhole = (value: unknown, least: number) => Number.isInteger(value) && (value as number) >= least;

function checkColumns(columns: readonly RobustColumn[], nFeatures: number): void {
  const areRight =
    Array.isArray(columns) &&
    columns.length === nFeatures &&
    columns.every(({ centre, scale }) => Number.isFinite(centre) && Number.isFinite(scale) && scale >= 0);
  require(areRight, "its columns have no centre and scale");
}

function checkForest({ sampleRows, trees, featureNames }: IsolationForestData): void {
  require(isWhole(sampleRows, 2), "its trees have seen no rows");
  require(Array.isArray(trees) && trees.length > 0, "it has no trees");
  for (const tree of trees) {
    const problem = problemOf(tree, sampleRows, featureNames.length);
    require(problem === null, `a tree ${problem}`);
  }
}

// Each node but the root is the child of one node before it, and each leaf of one node; so a walk ends in a leaf.
function problemOf(tree: IsolationTreeData, sampleRows: number, nFeatures: number): string | null {
  const { feature, threshold, missingLeft, left, right, leafRows } = tree;
  const nNodes = feature.length;
  if (![threshold, missingLeft, left, right].every(({ length }) => length === nNodes))
    return "has arrays of other lengths";
  if (leafRows.length !== nNodes + 1 || !leafRows.every((n) => isWhole(n, 1))) return "has leaves without rows";
  if (leafRows.reduce((sum, n) => sum + n, 0) !== sampleRows) return "has seen other rows than its leaves say";
  const met = new Set<number>();
  for (let node = 0; node < nNodes; node++) {
    if (!(isWhole(feature[node], 0) && feature[node]! < nFeatures)) return "asks for a feature that is not there";
    if (!(Number.isFinite(threshold[node]) && Math.fround(threshold[node]!) === threshold[node]))
      return "has a threshold that is no f32 number";
    if (missingLeft[node] !== 0 && missingLeft[node] !== 1) return "says not where missing goes";
    for (const child of [left[node]!, right[node]!]) {
      if (!Number.isInteger(child) || met.has(child)) return "joins its branches";
      if (child >= 0 ? child <= node || child >= nNodes : ~child > nNodes) return "has a child that is not there";
      met.add(child);
    }
  }
  return null;
}
