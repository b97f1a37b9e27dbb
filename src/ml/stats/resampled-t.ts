import { studentQuantile, studentUpperTail } from "./beta.ts";
import { momentsOf } from "./moments.ts";

/** What values of resamples say of their mean. */
export interface ResampledMean {
  /** Resamples that have a value. */
  readonly n: number;
  readonly mean: number;
  /** Corrected for the rows that resamples share. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Two-sided, that the mean is 0; null where the values do not vary. */
  readonly pValue: number | null;
  /** Smallest true mean that a test at 5 % would find in 4 of 5 repetitions of all this: (t₀.₉₇₅ + t₀.₈)·standard error. */
  readonly detectable: number;
}

/**
 * The corrected resampled t-test (Nadeau & Bengio 2003; Bouckaert & Frank 2004): values of J resamples, or differences, share training rows, so their
 * plain variance is too small; (1/J + n_test/n_train)·s² takes its place. J − 1 degrees of freedom. Null with fewer than 2 values; NaN counts as none.
 * @param testToTrain rows that a resample is measured on, by rows that it is trained on
 */
export function resampledMean(values: Float64Array, testToTrain: number): ResampledMean | null {
  const { n, mean, standardDeviation } = momentsOf(values);
  if (n < 2) return null;
  const standardError = standardDeviation * Math.sqrt(1 / n + testToTrain);
  const degreesOfFreedom = n - 1;
  const t = studentQuantile(0.975, degreesOfFreedom);
  return {
    n,
    mean,
    standardError,
    degreesOfFreedom,
    low: mean - t * standardError,
    high: mean + t * standardError,
    pValue: standardError > 0 ? 2 * studentUpperTail(Math.abs(mean) / standardError, degreesOfFreedom) : null,
    detectable: (t + studentQuantile(0.8, degreesOfFreedom)) * standardError,
  };
}
