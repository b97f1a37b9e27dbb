import type { SeasonKind } from "./decompose.ts";
import { places } from "./ets-recursion.ts";
import type { FittedForecaster } from "./forecaster.ts";
import type { ThetaData } from "./forecaster-data.ts";
import { checkFinite, checkHorizon } from "./series-errors.ts";
import { plainShape, smoothingEngine } from "./smoothing-engine.ts";

/** A value with its season taken out; `season` holds the figure of step t at t mod its length, nothing where there is no season. */
export function withoutSeason(value: number, t: number, season: ArrayLike<number>, kind: SeasonKind): number {
  if (season.length === 0) return value;
  const figure = season[t % season.length]!;
  return kind === "multiplicative" ? value / figure : value - figure;
}

/** The other way. */
export function withSeason(value: number, t: number, season: ArrayLike<number>, kind: SeasonKind): number {
  if (season.length === 0) return value;
  const figure = season[t % season.length]!;
  return kind === "multiplicative" ? value * figure : value + figure;
}

/** The fitted forecaster of its data. */
export function thetaModel(data: ThetaData): FittedForecaster {
  const { kind, period, notes, season, seasonKind, alpha, level, drift } = data;
  return {
    kind,
    period,
    notes,
    label: "Theta",
    forecast(horizon) {
      checkHorizon(horizon);
      return Float64Array.from({ length: horizon }, (_, h) =>
        withSeason(level + (h + 1) * drift, h, season, seasonKind),
      );
    },
    update(values) {
      checkFinite(values);
      const adjusted = values.map((value, t) => withoutSeason(value, t, season, seasonKind));
      const engine = smoothingEngine(adjusted, plainShape);
      engine.params.set([alpha, 0, 0, 1, level, drift, 0]);
      engine.smooth();
      const next = season.map((_, h) => season[(values.length + h) % season.length]!);
      return thetaModel({ ...data, level: engine.out[places.level]!, season: next });
    },
    toJSON: () => data,
  };
}
