import { log, sigmoid } from "../stats/index.ts";
import type { SmoothingBounds } from "./ets-criterion.ts";
import type { EtsForm } from "./ets-form.ts";
import { places, sums } from "./ets-recursion.ts";
import type { SmoothingEngine } from "./smoothing-engine.ts";

/** The free numbers of a form as a search moves them: every one of them may be any number, and the curvature is about 1 in each. */
export interface Coordinates {
  readonly size: number;
  /** The place of a parameter vector. */
  of(params: Float64Array): Float64Array;
  /** The engine's parameters at a place. */
  place(x: Float64Array): void;
  /** The gradient at the place, from the engine's gradient in the parameters. */
  slopes(x: Float64Array, out: Float64Array): void;
}

/**
 * Coordinates of a form: logits of α, β, γ and φ within their ranges, and the initial states over scales that the engine's last pass gives. The last
 * seasonal state makes the season's mean 0, or 1.
 */
export function coordinatesOf(engine: SmoothingEngine, form: EtsForm, bounds: SmoothingBounds): Coordinates {
  const { params, gradient, m } = engine;
  const hasTrend = form.trend !== "none";
  const hasSeason = form.season !== "none";
  const nSmoothing = 1 + Number(hasTrend) + Number(hasSeason) + Number(form.trend === "damped");
  const size = nSmoothing + 1 + Number(hasTrend) + (hasSeason ? m - 1 : 0);
  const scales = stateScales(engine, form);
  const total = form.season === "multiplicative" ? m : 0;
  return {
    size,
    of(from) {
      const x = new Float64Array(size);
      logitsOf(from, form, bounds, x);
      let k = nSmoothing;
      x[k++] = from[places.level]! / scales.level;
      if (hasTrend) x[k++] = from[places.trend]! / scales.trend;
      for (let j = 0; k < size; j++) x[k++] = from[places.season + j]! / scales.season;
      return x;
    },
    place(x) {
      parametersOf(x, form, bounds, params);
      let k = nSmoothing;
      params[places.level] = x[k++]! * scales.level;
      params[places.trend] = hasTrend ? x[k++]! * scales.trend : 0;
      let rest = total;
      for (let j = 0; k < size; j++) {
        const state = x[k++]! * scales.season;
        params[places.season + j] = state;
        rest -= state;
      }
      params[places.season + m - 1] = rest;
    },
    slopes(x, out) {
      slopesOf(x, form, bounds, gradient, out);
      let k = nSmoothing;
      out[k++] = gradient[places.level]! * scales.level;
      if (hasTrend) out[k++] = gradient[places.trend]! * scales.trend;
      const last = gradient[places.season + m - 1]!;
      for (let j = 0; k < size; j++) out[k++] = (gradient[places.season + j]! - last) * scales.season;
    },
  };
}

// Scales that make the curvature in the initial states about 1: an error made in a state fades at a rate that the smoothing parameters give.
function stateScales({ out, params, y, m, isErrorMultiplicative }: SmoothingEngine, form: EtsForm) {
  const n = Math.max(out[sums.count]!, 1);
  const level = Math.abs(params[places.level]!);
  const relative = Math.sqrt(out[sums.squares]! / n) * (isErrorMultiplicative ? level : 1);
  const size = relative > 0 ? relative : Math.max(level, 1) * 1e-6;
  const fading = (rate: number, most: number) => Math.min(most, 1 / Math.max(rate * (2 - rate), 1e-12));
  const alpha = params[places.alpha]!;
  const steps = fading(alpha, y.length);
  const ofLevel = size / Math.sqrt(2 * steps);
  return {
    level: ofLevel,
    trend: ofLevel / steps,
    season:
      size /
      Math.sqrt(2 * fading(params[places.gamma]! + alpha / m, y.length / m)) /
      (form.season === "multiplicative" ? Math.max(level, 1e-300) : 1),
  };
}

const logit = (share: number) => {
  const inside = Math.min(Math.max(share, 1e-9), 1 - 1e-9);
  return log(inside / (1 - inside));
};

// α, β, γ and φ as shares of the ranges that they may take, by logistic curves: a point of any size is allowed.
function logitsOf(params: Float64Array, form: EtsForm, bounds: SmoothingBounds, x: Float64Array): void {
  const [least, most] = bounds.smoothing;
  const alpha = params[places.alpha]!;
  let k = 0;
  x[k++] = logit((alpha - least) / (most - least));
  if (form.trend !== "none") x[k++] = logit((params[places.beta]! - least) / (alpha - least));
  if (form.season !== "none") x[k++] = logit((params[places.gamma]! - least) / (1 - alpha - least));
  if (form.trend === "damped") {
    const [low, high] = bounds.damping;
    x[k] = logit((params[places.phi]! - low) / (high - low));
  }
}

function parametersOf(x: Float64Array, form: EtsForm, bounds: SmoothingBounds, params: Float64Array): void {
  const [least, most] = bounds.smoothing;
  let k = 0;
  const alpha = least + (most - least) * sigmoid(x[k++]!);
  params[places.alpha] = alpha;
  params[places.beta] = form.trend === "none" ? 0 : least + (alpha - least) * sigmoid(x[k++]!);
  params[places.gamma] = form.season === "none" ? 0 : least + (Math.max(1 - alpha, least) - least) * sigmoid(x[k++]!);
  const [low, high] = bounds.damping;
  params[places.phi] = form.trend === "damped" ? low + (high - low) * sigmoid(x[k]!) : 1;
}

// The gradient in those shares, from that in the parameters.
function slopesOf(
  x: Float64Array,
  form: EtsForm,
  bounds: SmoothingBounds,
  gradient: Float64Array,
  slopes: Float64Array,
): void {
  const [least, most] = bounds.smoothing;
  const curve = (at: number) => {
    const share = sigmoid(at);
    return share * (1 - share);
  };
  const range = most - least;
  const alpha = least + range * sigmoid(x[0]!);
  let ofAlpha = gradient[places.alpha]!;
  let k = 1;
  if (form.trend !== "none") {
    const g = gradient[places.beta]!;
    ofAlpha += g * sigmoid(x[k]!);
    slopes[k] = g * (alpha - least) * curve(x[k]!);
    k++;
  }
  if (form.season !== "none") {
    const g = gradient[places.gamma]!;
    ofAlpha -= g * sigmoid(x[k]!);
    slopes[k] = g * Math.max(1 - alpha - least, 0) * curve(x[k]!);
    k++;
  }
  if (form.trend === "damped")
    slopes[k] = gradient[places.phi]! * (bounds.damping[1] - bounds.damping[0]) * curve(x[k]!);
  slopes[0] = ofAlpha * range * curve(x[0]!);
}
