import { type SeasonKind, seasonalFigures } from "./decompose.ts";
import { places, sums, tapeStride } from "./ets-recursion.ts";
import type { Forecaster } from "./forecaster.ts";
import { showsSeason } from "./season-test.ts";
import { checkSeries } from "./series-errors.ts";
import { plainShape, smoothingEngine } from "./smoothing-engine.ts";
import { fitTheta, lineThrough } from "./theta-fit.ts";
import { thetaModel, withoutSeason, withSeason } from "./theta-model.ts";

/**
 * The Theta method (Assimakopoulos and Nikolopoulos 2000): the mean of the trend's line and of simple smoothing of a line bent twice as far away from
 * it. It equals simple smoothing with a drift of half the slope of the whole series (Hyndman and Billah 2003) and is computed so; α and the first
 * level make the sum of squared one-step errors least. Where a season shows, the series is divided by the figures of a classical decomposition before,
 * or less them where a value or a figure is not above 0.
 */
export function theta(): Forecaster {
  return {
    kind: "theta",
    params: {},
    fit(series, { period }) {
      checkSeries(series, period);
      const { season, seasonKind } = seasonOf(series, period);
      const adjusted = series.map((value, t) => withoutSeason(value, t, season, seasonKind));
      const line = lineThrough(adjusted);
      const engine = smoothingEngine(adjusted, plainShape);
      fitTheta(engine, line);
      engine.smooth();
      const { params, out, tape } = engine;
      const model = thetaModel({
        kind: "theta",
        period,
        notes: line.n > 3 ? [] : [`${line.n} values are too few for smoothing: the last value`],
        alpha: params[places.alpha]!,
        level: out[places.level]!,
        drift: out[places.trend]!,
        seasonKind,
        season: Array.from(season, (_, h) => season[(series.length + h) % period]!),
        fit: { n: line.n, sse: out[sums.squares]! },
      });
      const residuals = series.map((value, t) => value - withSeason(tape[tapeStride * t + 2]!, t, season, seasonKind));
      return { ...model, residuals };
    },
  };
}

function seasonOf(series: Float64Array, period: number): { season: Float64Array; seasonKind: SeasonKind } {
  if (!showsSeason(series, period)) return { season: new Float64Array(0), seasonKind: "additive" };
  if (series.every((value) => !(value <= 0))) {
    const season = seasonalFigures(series, period, "multiplicative");
    if (season.every((figure) => figure >= 0.01)) return { season, seasonKind: "multiplicative" };
  }
  return { season: seasonalFigures(series, period, "additive"), seasonKind: "additive" };
}
