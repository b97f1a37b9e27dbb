import { createRng, FettleError, permutation } from "../../lib/index.ts";
import { stopCheck } from "../learners/index.ts";
import { chiSquaredUpperQuantile, chiSquaredUpperTail } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import { cholesky, solveLower, solveUpper } from "./cholesky.ts";
import {
  checkDetectorFit,
  checkParams,
  type Detector,
  type DetectorFitOptions,
  type FittedDetector,
} from "./detector.ts";
import type { RobustColumn, RobustCovarianceData } from "./detector-data.ts";
import { type Estimate, estimateOf, exactFit, fastMcd, type Points, squaredDistances } from "./mcd.ts";
import { robustColumn } from "./robust-scale.ts";
import { scoreRows } from "./score-rows.ts";

/** Parameters of {@link robustCovariance}. */
export interface RobustCovarianceParams {
  /** Share of the rows that the first estimate rests on, in (½, 1]; 0: (n + p + 1) / 2 rows, which withstand the most. Default 0. */
  readonly supportFraction?: number;
  /** Most rows that are looked at, drawn where there are more. Default 100,000. */
  readonly maxRows?: number;
}

/** Rows farther than this tail of the chi-squared distribution have no part in the final estimate. */
const reweightTail = 0.025;

/** Share of the unit matrix where h rows lie in a hyperplane. */
const exactFitRidge = 1e-3;

/**
 * Distance from a robust centre by a robust covariance: the minimum covariance determinant, made consistent at the normal distribution (Croux &
 * Haesbroeck 1999) and estimated anew from the rows within the 97.5 % quantile, as scikit-learn's MinCovDet does. The score is the squared distance of Mahalanobis,
 * chi-squared with p degrees of freedom for normal rows.
 *
 * Missing counts as the centre of its column. A column of which more than half of the values are equal says nothing: the determinant of such
 * rows is 0 whatever the others are. Where h rows lie in a hyperplane all the same, each covariance takes a thousandth of the unit matrix (in
 * robust standard deviations; after Boudt et al. 2020).
 *
 * `fit` refuses fewer than 2 rows (DETECTOR_ROWS), features that are no numbers (DETECTOR_FEATURES), and a table without a column that varies
 * in more than half of its rows (DETECTOR_NO_SPREAD).
 */
export function robustCovariance({ supportFraction = 0, maxRows = 100_000 }: RobustCovarianceParams = {}): Detector {
  const isShare = supportFraction === 0 || (supportFraction > 0.5 && supportFraction <= 1);
  checkParams("a robust covariance", [
    ["supportFraction", supportFraction, isShare, "0 or a number above 0.5 up to 1"],
    ["maxRows", maxRows, Number.isInteger(maxRows) && maxRows >= 2, "a whole number ≥ 2"],
  ]);
  return {
    kind: "robust-covariance",
    params: { supportFraction, maxRows },
    fit: (features, options) => fitRobustCovariance(features, options, supportFraction, maxRows),
  };
}

function fitRobustCovariance(
  features: Table,
  options: DetectorFitOptions,
  supportFraction: number,
  maxRows: number,
): FittedDetector {
  checkDetectorFit("a robust covariance", features);
  const check = stopCheck(options);
  const rng = createRng(options.seed).fork("robust-covariance");
  const rows =
    features.nRows > maxRows ? permutation(features.nRows, rng.fork("rows")).subarray(0, maxRows).sort() : null;
  const table = rows === null ? features : features.take(rows);
  const columns = table.names.map((name): RobustColumn => {
    check();
    const { centre, scale, medianDeviation } = robustColumn(table.numbers(name).values);
    return { centre, scale: medianDeviation > 0 ? scale : 0 };
  });
  const points = standardised(table, columns);
  const { n, p } = points;
  if (p === 0)
    throw new FettleError(
      "invalid-input",
      "DETECTOR_NO_SPREAD",
      "Cannot fit a robust covariance: in each column more than half of the values are equal, a column that varies is needed",
      { hint: "Use an isolation forest" },
    );
  const least = Math.min(n, Math.ceil((n + p + 1) / 2));
  const h = supportFraction === 0 ? least : Math.max(least, Math.floor(supportFraction * n));
  for (const ridge of [0, exactFitRidge]) {
    const raw = fastMcd(points, { h, ridge, rng: rng.fork("mcd"), check });
    const final = raw === exactFit ? exactFit : reweighted(points, raw, h, ridge);
    if (final === exactFit) continue;
    return covarianceModel({
      kind: "robust-covariance",
      featureNames: features.names,
      columns,
      location: Array.from(final.estimate.location, (x) => x + 0),
      covariance: Array.from({ length: p }, (_, i) =>
        Array.from(final.estimate.covariance.subarray(i * p, (i + 1) * p), (x) => x * final.factor + 0),
      ),
      supportRows: final.supportRows,
    });
  }
  throw new Error("a covariance with a ridge is positive definite");
}

// The columns that say something, each in its own units; missing is the centre.
function standardised(table: Table, columns: readonly RobustColumn[]): Points {
  const used = columns.flatMap(({ scale }, j) => (scale > 0 ? [j] : []));
  const [n, p] = [table.nRows, used.length];
  const values = new Float64Array(n * p);
  used.forEach((j, k) => {
    const { centre, scale } = columns[j]!;
    const column = table.numbers(table.names[j]!).values;
    for (let i = 0; i < n; i++) values[i * p + k] = unitsOf(column[i]!, centre, scale);
  });
  return { values, n, p };
}

/** Most units that count: a covariance of greater ones could not be computed. */
const mostUnits = 1e100;

function unitsOf(x: number, centre: number, scale: number): number {
  const units = (x - centre) / scale;
  return units === units ? Math.max(-mostUnits, Math.min(mostUnits, units)) : 0;
}

/** What makes the covariance of the nearest share of normal rows that of all of them (Croux & Haesbroeck 1999, 4.2; Pison et al. 2002, 3). */
export function consistencyFactor(share: number, p: number): number {
  if (share >= 1) return 1;
  return share / (1 - chiSquaredUpperTail(chiSquaredUpperQuantile(1 - share, p), p + 2));
}

function reweighted(points: Points, raw: Estimate, h: number, ridge: number) {
  const farthest = chiSquaredUpperQuantile(reweightTail, points.p) * consistencyFactor(h / points.n, points.p);
  const distances = squaredDistances(points, raw);
  const rows = Int32Array.from({ length: points.n }, (_, i) => i).filter((i) => distances[i]! < farthest);
  if (rows.length === 0) return exactFit;
  const estimate = estimateOf(points, rows, ridge);
  if (estimate === exactFit) return exactFit;
  return { estimate, factor: consistencyFactor(1 - reweightTail, points.p), supportRows: rows.length };
}

/**
 * A robust covariance from its data. With y = Σ⁻¹ (x − μ), column j contributes (x_j − μ_j) · y_j: its Shapley value where the columns that are not
 * known lie at their centre (Mayrhofer & Filzmoser 2023); they sum to the squared distance, and one below 0 fits the others too well to be strange.
 */
export function covarianceModel(data: RobustCovarianceData): FittedDetector {
  const { featureNames, columns, location } = data;
  const p = location.length;
  const used = columns.flatMap(({ scale }, j) => (scale > 0 ? [j] : []));
  const lower = cholesky(Float64Array.from(data.covariance.flat()), p);
  if (lower === null || used.length !== p || data.covariance.length !== p)
    throw new FettleError(
      "damaged",
      "DETECTOR_DATA",
      "Cannot load the detector: its covariance is not positive definite",
    );
  const x = new Float64Array(p);
  const y = new Float64Array(p);
  const place = (row: Float64Array) => {
    used.forEach((j, k) => {
      const { centre, scale } = columns[j]!;
      const value = row[j]!;
      x[k] = value === value ? unitsOf(value, centre, scale) - location[k]! : 0;
    });
    y.set(x);
  };
  const scoreRow = (row: Float64Array): number => {
    place(row);
    return Math.min(Number.MAX_VALUE, solveLower(lower, p, y));
  };
  return {
    kind: data.kind,
    featureNames,
    score: (features) => scoreRows(features, featureNames, scoreRow),
    scoreRow,
    explainRow(row, out) {
      scoreRow(row);
      solveUpper(lower, p, y);
      out.fill(0);
      used.forEach((j, k) => {
        out[j] = x[k]! * y[k]! + 0;
      });
    },
    reasonScale: "score",
    expected: 0,
    toJSON: () => data,
  };
}
