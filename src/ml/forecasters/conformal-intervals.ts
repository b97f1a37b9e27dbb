import { conformalQuantile, fewestScores } from "../stats/index.ts";

/** Half-widths of prediction intervals. */
export interface HalfWidths {
  readonly levels: readonly number[];
  /** Per level one number per step, null where too few errors are known for the level: the interval would be infinite. */
  readonly widths: readonly (readonly (number | null)[])[];
  /** Errors known per step. */
  readonly nErrors: readonly number[];
  /** Why some are null; absent where none is. */
  readonly reason?: string;
}

/**
 * Split conformal half-widths for every step of a horizon from errors of a rolling-origin backtest: the forecast of step h plus or minus
 * the (n + 1)-quantile of the absolute errors at step h. They cover their level at least where the next error is exchangeable with those of the
 * backtest; errors in time are so only roughly.
 * @param errors truth less forecast: one array of length horizon per origin (of one series, or of many, divided by the scale of each); NaN where unknown
 * @param levels shares in (0, 1)
 */
export function conformalHalfWidths(
  errors: readonly Float64Array[],
  horizon: number,
  levels: readonly number[],
): HalfWidths {
  const scores = Array.from({ length: horizon }, (_, h) =>
    Float64Array.from(errors, (row) => Math.abs(row[h]!)).filter((score) => score === score),
  );
  const widths = levels.map((level) => scores.map((of) => conformalQuantile(of, level)));
  const nErrors = scores.map((of) => of.length);
  const lacking = levels.filter((_, k) => widths[k]!.includes(null));
  if (lacking.length === 0) return { levels, widths, nErrors };
  const needed = fewestScores(Math.max(...lacking));
  const reason = `a step has ${Math.min(...nErrors)} errors, ${needed} are needed for an interval of ${100 * Math.max(...lacking)} %`;
  return { levels, widths, nErrors, reason };
}
