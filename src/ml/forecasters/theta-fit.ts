import { log, sigmoid } from "../stats/index.ts";
import { criterionOf, leastSquares } from "./ets-criterion.ts";
import { places, sums } from "./ets-recursion.ts";
import { minimise } from "./minimise.ts";
import type { SmoothingEngine } from "./smoothing-engine.ts";

/** A least-squares line through the values of a series over the steps 1 … n. */
export interface Line {
  readonly intercept: number;
  /** 0 where there is one value alone. */
  readonly slope: number;
  /** Values. */
  readonly n: number;
}

/** The least-squares line through the values that are not missing. */
export function lineThrough(series: Float64Array): Line {
  let n = 0;
  let meanT = 0;
  let meanY = 0;
  for (let t = 0; t < series.length; t++) {
    if (series[t] !== series[t]) continue;
    n++;
    meanT += (t + 1 - meanT) / n;
    meanY += (series[t]! - meanY) / n;
  }
  let spread = 0;
  let product = 0;
  for (let t = 0; t < series.length; t++) {
    if (series[t] !== series[t]) continue;
    spread += (t + 1 - meanT) ** 2;
    product += (t + 1 - meanT) * (series[t]! - meanY);
  }
  const slope = spread > 0 ? product / spread : 0;
  return { intercept: meanY - slope * meanT, slope, n };
}

const leastAlpha = 1e-4;
const range = 0.9998;
const alphas = [0.02, 0.1, 0.3, 0.6, 0.9];

/** Sets the engine's parameters to those of the least Σ e². Three values or fewer get α = 1 and no drift: the last value. */
export function fitTheta(engine: SmoothingEngine, line: Line): void {
  const { y, params, out, gradient } = engine;
  const first = y.find((value) => value === value)!;
  if (line.n <= 3) {
    params.set([1, 0, 0, 1, first, 0, 0]);
    return;
  }
  const drift = line.slope / 2;
  const floor = leastSquares(y, false);
  let best = Number.POSITIVE_INFINITY;
  let alpha = 0.5;
  for (const tried of alphas) {
    params.set([tried, 0, 0, 1, first, drift, 0]);
    engine.smooth();
    if (!(out[sums.squares]! < best)) continue;
    best = out[sums.squares]!;
    alpha = tried;
  }
  const scale = Math.sqrt(best / line.n) || 1;
  const share = (alpha - leastAlpha) / range;
  const x = Float64Array.of(log(share / (1 - share)), first / scale);
  const place = (at: Float64Array) => {
    params[places.alpha] = leastAlpha + range * sigmoid(at[0]!);
    params[places.level] = at[1]! * scale;
  };
  minimise(
    (at, slopes) => {
      place(at);
      engine.smooth();
      const squares = out[sums.squares]!;
      engine.smoothBack(squares > floor ? line.n / squares : 0, 0);
      const ofAlpha = sigmoid(at[0]!);
      slopes[0] = gradient[places.alpha]! * range * ofAlpha * (1 - ofAlpha);
      slopes[1] = gradient[places.level]! * scale;
      return criterionOf(engine, floor);
    },
    x,
    { tolerance: 1e-6 },
  );
  place(x);
}
