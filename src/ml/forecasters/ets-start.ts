import { type SeasonKind, seasonalFigures } from "./decompose.ts";
import { criterionOf, type SmoothingBounds } from "./ets-criterion.ts";
import { type EtsForm, isMultiplicative } from "./ets-form.ts";
import { places } from "./ets-recursion.ts";
import type { SmoothingEngine } from "./smoothing-engine.ts";

const alphas = [0.02, 0.1, 0.3, 0.7];
const trendShares = [0.01, 0.1];
const seasonShares = [0.01, 0.15, 0.5, 0.9];

/** How much of the initial season is kept, until a form has a forecast at every step. */
const keptSeasons = [1, 0.5, 0.2];

/**
 * Sets the engine's parameters to where a search shall start, and runs it there: initial states by a decomposition, and the best of a few α, β and γ. False
 * where none gives a forecast at every step.
 */
export function start(engine: SmoothingEngine, form: EtsForm, { damping }: SmoothingBounds, floor: number): boolean {
  const { params, m } = engine;
  const phi = form.trend === "damped" ? damping[0] + 0.9 * (damping[1] - damping[0]) : 1;
  startStates(engine, form);
  const season = params.slice(places.season);
  const middle = form.season === "multiplicative" ? 1 : 0;
  for (const kept of form.season === "none" ? [1] : keptSeasons) {
    for (let j = 0; j < m; j++) params[places.season + j] = middle + kept * (season[j]! - middle);
    let best = Number.POSITIVE_INFINITY;
    let chosen: readonly number[] | undefined;
    for (const alpha of alphas)
      for (const trendShare of form.trend === "none" ? [0] : trendShares)
        for (const seasonShare of form.season === "none" ? [0] : seasonShares) {
          const tried = [alpha, alpha * trendShare, (1 - alpha) * seasonShare, phi];
          params.set(tried);
          if (!engine.smooth()) continue;
          const value = criterionOf(engine, floor);
          if (!(value < best)) continue;
          best = value;
          chosen = tried;
        }
    if (chosen === undefined) continue;
    params.set(chosen);
    return engine.smooth();
  }
  return false;
}

// Seasons from whose decomposition the initial figures come.
const seasonsForFigures = 5;

// The initial states by Hyndman et al. (2008, section 2.6.1): seasonal figures of a decomposition of the first seasons; level and trend by a line
// through the first values without their season, at least ten and at most two seasons of them.
function startStates({ y, m, params }: SmoothingEngine, form: EtsForm): void {
  params.fill(0);
  params[places.phi] = 1;
  const isMultiplied = form.season === "multiplicative";
  if (form.season !== "none") {
    const figures = seasonalFigures(y.subarray(0, seasonsForFigures * m), m, form.season as SeasonKind);
    if (isMultiplied) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += figures[j] = Math.max(figures[j]!, 1e-2);
      for (let j = 0; j < m; j++) figures[j]! *= m / sum;
    }
    params.set(figures, places.season);
  }
  const most = Math.max(10, 2 * m);
  let n = 0;
  let sumT = 0;
  let sumY = 0;
  let sumTT = 0;
  let sumTY = 0;
  for (let t = 0; t < y.length && n < most; t++) {
    if (y[t] !== y[t]) continue;
    const s = params[places.season + (t % m)]!;
    const level = isMultiplied ? y[t]! / s : y[t]! - s;
    n++;
    sumT += t + 1;
    sumY += level;
    sumTT += (t + 1) * (t + 1);
    sumTY += (t + 1) * level;
  }
  const spread = n * sumTT - sumT * sumT;
  const slope = form.trend === "none" || spread === 0 ? 0 : (n * sumTY - sumT * sumY) / spread;
  params[places.trend] = slope;
  params[places.level] = (sumY - slope * sumT) / n;
  if (isMultiplicative(form) && !(params[places.level]! + slope > 0)) {
    params[places.level] = sumY / n;
    params[places.trend] = 0;
  }
}
