import { clustersOf } from "./clusters.ts";
import type { Resample } from "./evaluation-input.ts";

/**
 * How much wider the variance of a mean is than single rows would say, because rows come in groups or follow each other in
 * time (Kish 1965): variance between cluster sums of the residuals over variance between rows. At least 1; 1 for row sampling.
 */
export function designEffect(values: Float64Array, resample: Resample): number {
  if (resample.unit === "row" || values.length < 2) return 1;
  const { codes, nClusters } = clustersOf(values.length, resample);
  if (nClusters < 2) return Number.POSITIVE_INFINITY;
  let mean = 0;
  for (const value of values) mean += value / values.length;
  const sums = new Float64Array(nClusters);
  let rowSquares = 0;
  for (let i = 0; i < values.length; i++) {
    const residual = values[i]! - mean;
    sums[codes[i]!]! += residual;
    rowSquares += residual * residual;
  }
  let clusterSquares = 0;
  for (const sum of sums) clusterSquares += sum * sum;
  return rowSquares === 0 ? 1 : Math.max(1, (clusterSquares / rowSquares) * (nClusters / (nClusters - 1)));
}

/** A mean of paired values with its standard error, clusters respected. */
export function meanWithError(values: Float64Array, resample: Resample): { mean: number; standardError: number } {
  const n = values.length;
  let mean = 0;
  for (const value of values) mean += value / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  const variance = n < 2 ? Number.POSITIVE_INFINITY : (squares / (n - 1) / n) * designEffect(values, resample);
  return { mean, standardError: Math.sqrt(variance) };
}
