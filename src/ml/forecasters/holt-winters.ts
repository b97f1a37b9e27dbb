import type { SmoothingBounds } from "./ets-criterion.ts";
import type { EtsForm } from "./ets-form.ts";
import { fitSmoothing } from "./fit-smoothing.ts";
import type { Forecaster } from "./forecaster.ts";

/** Parameters of {@link holtWinters}. */
export interface HoltWintersParams {
  /** Default `additive`. */
  readonly trend?: EtsForm["trend"];
  /** Default `additive`. */
  readonly season?: EtsForm["season"];
}

/** Ranges of statsmodels. */
const bounds: SmoothingBounds = { smoothing: [0, 1], damping: [0.8, 0.995] };

/**
 * Holt and Winters' smoothing: parameters and initial states by the least sum of squared one-step errors, as in statsmodels'
 * ExponentialSmoothing. Throws SERIES_NOT_POSITIVE where the season is multiplicative and a value is not above 0.
 */
export function holtWinters({ trend = "additive", season = "additive" }: HoltWintersParams = {}): Forecaster {
  const asked: EtsForm = { error: "additive", trend, season };
  return {
    kind: "holt-winters",
    params: { trend, season },
    fit: (series, options) => fitSmoothing(series, options, { kind: "holt-winters", asked, criterion: "sse", bounds }),
  };
}
