/**
 * One isolation tree. Inner nodes are numbered from 0 (the root), a parent before its children; a child below 0 is leaf `~child`. A tree of one
 * leaf has no inner node. A row goes left where its value, as an f32 number, is at most the threshold.
 */
export interface IsolationTreeData {
  readonly feature: readonly number[];
  /** f32 numbers; the greatest one parts what is missing from what is not. */
  readonly threshold: readonly number[];
  /** 1 where missing goes left. */
  readonly missingLeft: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Rows of the tree's sample in each leaf, at least 1. */
  readonly leafRows: readonly number[];
}

/** An isolation forest. */
export interface IsolationForestData {
  readonly kind: "isolation-forest";
  readonly featureNames: readonly string[];
  /** Rows that each tree has seen, at least 2. */
  readonly sampleRows: number;
  readonly trees: readonly IsolationTreeData[];
}

/** What a column is measured in: (x − centre) / scale. */
export interface RobustColumn {
  readonly centre: number;
  /** Above 0; 0 where the column says nothing: it is constant or always missing. */
  readonly scale: number;
}

/** A robust centre and covariance: the score is the squared distance of Mahalanobis. */
export interface RobustCovarianceData {
  readonly kind: "robust-covariance";
  readonly featureNames: readonly string[];
  readonly columns: readonly RobustColumn[];
  /** Of the columns whose scale is above 0, in their units; the rest says nothing. */
  readonly location: readonly number[];
  /** Of the same columns, row after row. */
  readonly covariance: readonly (readonly number[])[];
  /** Rows that the final estimate rests on. */
  readonly supportRows: number;
}

/** Distances of each column from its median. */
export interface RobustZScoreData {
  readonly kind: "robust-z-score";
  readonly featureNames: readonly string[];
  readonly columns: readonly RobustColumn[];
  /** Whether the greatest distance is the score, or the sum of all. */
  readonly over: "max" | "sum";
}

/** Any detector as plain data. */
export type DetectorData = IsolationForestData | RobustCovarianceData | RobustZScoreData;
