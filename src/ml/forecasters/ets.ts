import type { SmoothingBounds } from "./ets-criterion.ts";
import type { AskedForm, EtsForm } from "./ets-form.ts";
import { fitSmoothing } from "./fit-smoothing.ts";
import type { Forecaster } from "./forecaster.ts";

/** Parameters of {@link ets}: `auto` is chosen by AICc. */
export interface EtsParams {
  /** How errors enter. Default `auto`. */
  readonly error?: EtsForm["error"] | "auto";
  /** Default `auto`. */
  readonly trend?: EtsForm["trend"] | "auto";
  /** Default `auto`. */
  readonly season?: EtsForm["season"] | "auto";
}

/** R's ranges: the usual region of α, β and γ, and φ from 0.8 to 0.98. */
const bounds: SmoothingBounds = { smoothing: [1e-4, 0.9999], damping: [0.8, 0.98] };

/**
 * Exponential smoothing as a state-space model of error, trend and season (Hyndman, Koehler, Ord and Snyder 2008), its parameters and initial states
 * by maximum likelihood; parts that are not given by the least AICc of up to 12 forms (Hyndman and Khandakar 2008). Throws SERIES_NOT_POSITIVE where a
 * multiplicative part is asked for and a value is not above 0.
 */
export function ets({ error = "auto", trend = "auto", season = "auto" }: EtsParams = {}): Forecaster {
  const asked: AskedForm = { error, trend, season };
  return {
    kind: "ets",
    params: { error, trend, season },
    fit: (series, options) => fitSmoothing(series, options, { kind: "ets", asked, criterion: "likelihood", bounds }),
  };
}
