import { FettleError } from "../../lib/index.ts";
import { type EtsForm, formName, isMultiplicative } from "./ets-form.ts";
import { places, tapeStride } from "./ets-recursion.ts";
import type { FittedForecaster } from "./forecaster.ts";
import type { SmoothingData } from "./forecaster-data.ts";
import { checkFinite, checkHorizon, checkPositive } from "./series-errors.ts";
import { type SmoothingEngine, smoothingEngine } from "./smoothing-engine.ts";

/** The fitted forecaster of its data. */
export function smoothingModel(data: SmoothingData): FittedForecaster {
  const { kind, period, notes, form, phi, level, trend, season } = data;
  const label = labelOf(data);
  return {
    kind,
    period,
    notes,
    label,
    forecast(horizon) {
      checkHorizon(horizon);
      let power = 1;
      let slope = 0;
      return Float64Array.from({ length: horizon }, (_, h) => {
        power *= phi;
        slope += power;
        const q = level + slope * trend;
        if (season.length === 0) return q;
        const s = season[h % season.length]!;
        return form.season === "multiplicative" ? q * s : q + s;
      });
    },
    update(values) {
      checkFinite(values);
      if (isMultiplicative(form)) checkPositive(values, label);
      const engine = smoothingEngine(values, {
        m: Math.max(season.length, 1),
        isSeasonMultiplicative: form.season === "multiplicative",
        isErrorMultiplicative: false,
      });
      engine.params.set([data.alpha, data.beta, data.gamma, phi, level, trend, ...season]);
      if (!engine.smooth())
        throw new FettleError(
          "invalid-input",
          "FORECAST_STATE",
          `Cannot go on with ${label}: after these values it forecasts 0 or less, which it cannot divide by`,
          { hint: "Fit it anew" },
        );
      return smoothingModel({ ...data, ...statesOf(engine, form) });
    },
    toJSON: () => data,
  };
}

function labelOf({ kind, form }: SmoothingData): string {
  return `${kind === "ets" ? "ETS" : "Holt–Winters"}(${formName(form)})`;
}

/** The states after a pass, the season's next step first. */
export function statesOf(
  { out, y, m }: SmoothingEngine,
  form: EtsForm,
): Pick<SmoothingData, "level" | "trend" | "season"> {
  const season =
    form.season === "none" ? [] : Array.from({ length: m }, (_, h) => out[places.season + ((y.length + h) % m)]!);
  return { level: out[places.level]!, trend: out[places.trend]!, season };
}

/** Value less one-step forecast at every step of a pass; NaN where the value is missing. */
export function residualsOf({ y, tape, isSeasonMultiplicative }: SmoothingEngine): Float64Array {
  return y.map((value, t) => {
    const q = tape[tapeStride * t + 2]!;
    const s = tape[tapeStride * t + 3]!;
    return value - (isSeasonMultiplicative ? q * s : q + s);
  });
}
