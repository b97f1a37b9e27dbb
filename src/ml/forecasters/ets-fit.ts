import { log, sigmoid } from "../stats/index.ts";
import { type SeasonKind, seasonalFigures } from "./decompose.ts";
import { type EtsForm, isMultiplicative } from "./ets-form.ts";
import { places, sums } from "./ets-recursion.ts";
import { minimise } from "./minimise.ts";
import type { SmoothingEngine, SmoothingShape, StartSmoothing } from "./smoothing-engine.ts";

/** What a fit makes small: −2 log likelihood, or the sum of squared one-step errors on the series' scale. */
export type EtsCriterion = "likelihood" | "sse";

/** Bounds of the smoothing parameters: least and greatest α (β lies in [least, α], γ in [least, 1 − α]) and φ. */
export interface SmoothingBounds {
  readonly smoothing: readonly [number, number];
  readonly damping: readonly [number, number];
}

/** Parameters and initial states that a fit chose. */
export interface FittedForm {
  readonly form: EtsForm;
  /** `places`. */
  readonly params: Float64Array;
  /** The criterion's value at them: n log Σ e², plus 2 Σ log μ for multiplicative errors. */
  readonly value: number;
}

/** The shape of a form's recursion for seasons of `period` steps. */
export function shapeOf({ error, season }: EtsForm, period: number, criterion: EtsCriterion): SmoothingShape {
  return {
    m: season === "none" ? 1 : period,
    isSeasonMultiplicative: season === "multiplicative",
    isErrorMultiplicative: error === "multiplicative" && criterion === "likelihood",
  };
}

const log2To300 = 207.94415416798357;

/** n log Σ e² + 2 Σ log μ of the last pass; `floor` is the least Σ e² that is told from 0. */
export function criterionOf({ out, isErrorMultiplicative }: SmoothingEngine, floor: number): number {
  const squares = Math.max(out[sums.squares]!, floor);
  const ofErrors = out[sums.count]! * log(squares);
  return isErrorMultiplicative
    ? ofErrors + 2 * (log(out[sums.product]!) + log2To300 * out[sums.exponent]!)
    : ofErrors;
}

/** Smallest Σ e² that counts: rounding errors of values of this size. */
export function leastSquares(y: Float64Array, isRelative: boolean): number {
  let size = 0;
  let n = 0;
  for (const value of y) {
    if (value !== value) continue;
    size += isRelative ? 1 : value * value;
    n++;
  }
  return Math.max(size * 1e-26, 1e-300 * Math.max(n, 1));
}

/** Fits the parameters and initial states of one form. undefined where no start gives a forecast at every step. */
export function fitForm(
  y: Float64Array,
  period: number,
  form: EtsForm,
  criterion: EtsCriterion,
  bounds: SmoothingBounds,
  start: StartSmoothing,
): FittedForm | undefined {
  const shape = shapeOf(form, period, criterion);
  const engine = start(y, shape);
  const floor = leastSquares(y, shape.isErrorMultiplicative);
  startStates(engine, form);
  const hasTrend = form.trend !== "none";
  const isDamped = form.trend === "damped";
  const hasSeason = form.season !== "none";
  if (!chooseStart(engine, form, bounds, floor)) return undefined;

  const { params, gradient, out } = engine;
  const { m } = shape;
  const nSmoothing = 1 + Number(hasTrend) + Number(hasSeason) + Number(isDamped);
  const x = new Float64Array(nSmoothing + 1 + Number(hasTrend) + (hasSeason ? m - 1 : 0));
  const scales = stateScales(engine, form);
  const total = form.season === "multiplicative" ? m : 0;
  const toX = () => {
    logitsOf(params, form, bounds, x);
    let k = nSmoothing;
    x[k++] = params[places.level]! / scales.level;
    if (hasTrend) x[k++] = params[places.trend]! / scales.trend;
    if (hasSeason) for (let j = 0; j < m - 1; j++) x[k++] = params[places.season + j]! / scales.season;
  };
  const fromX = (at: Float64Array) => {
    parametersOf(at, form, bounds, params);
    let k = nSmoothing;
    params[places.level] = at[k++]! * scales.level;
    if (hasTrend) params[places.trend] = at[k++]! * scales.trend;
    if (!hasSeason) return;
    let rest = total;
    for (let j = 0; j < m - 1; j++) {
      const s = at[k++]! * scales.season;
      params[places.season + j] = s;
      rest -= s;
    }
    params[places.season + m - 1] = rest;
  };
  toX();
  const value = minimise(
    (at, slopes) => {
      fromX(at);
      if (!engine.smooth()) return Number.POSITIVE_INFINITY;
      const squares = out[sums.squares]!;
      engine.smoothBack(squares > floor ? out[sums.count]! / squares : 0, shape.isErrorMultiplicative ? 2 : 0);
      slopesOf(at, form, bounds, gradient, slopes);
      let k = nSmoothing;
      slopes[k++] = gradient[places.level]! * scales.level;
      if (hasTrend) slopes[k++] = gradient[places.trend]! * scales.trend;
      if (hasSeason) {
        const last = gradient[places.season + m - 1]!;
        for (let j = 0; j < m - 1; j++) slopes[k++] = (gradient[places.season + j]! - last) * scales.season;
      }
      return criterionOf(engine, floor);
    },
    x,
    { tolerance: 1e-4 },
  );
  if (!Number.isFinite(value)) return undefined;
  fromX(x);
  return { form, params: params.slice(), value };
}

const CYC = Number(process.env.CYC ?? 5);
// The initial states by Hyndman et al. (2008, section 2.6.1): seasonal figures of a decomposition; level and trend by a line through the
// first values without their season, at least ten and at most two seasons of them.
function startStates({ y, m, params }: SmoothingEngine, form: EtsForm): void {
  params.fill(0);
  params[places.phi] = 1;
  const isMultiplied = form.season === "multiplicative";
  if (form.season !== "none") {
    const figures = seasonalFigures(y.subarray(0, CYC * m), m, form.season as SeasonKind);
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

const alphas = [0.02, 0.1, 0.3, 0.7];
const trendShares = [0.01, 0.1];
const seasonShares = [0.01, 0.15, 0.5, 0.9];

// The best of a few smoothing parameters at the initial states; false where none gives a forecast at every step.
function chooseStart(engine: SmoothingEngine, form: EtsForm, { damping }: SmoothingBounds, floor: number): boolean {
  const { params } = engine;
  let best = Number.POSITIVE_INFINITY;
  let chosen: number[] | undefined;
  for (const alpha of alphas)
    for (const trendShare of form.trend === "none" ? [0] : trendShares)
      for (const seasonShare of form.season === "none" ? [0] : seasonShares) {
        const phi = form.trend === "damped" ? damping[0] + 0.9 * (damping[1] - damping[0]) : 1;
        const tried = [alpha, alpha * trendShare, (1 - alpha) * seasonShare, phi];
        params.set(tried);
        if (!engine.smooth()) continue;
        const value = criterionOf(engine, floor);
        if (!(value < best)) continue;
        best = value;
        chosen = tried;
      }
  if (chosen === undefined) return false;
  params.set(chosen);
  return engine.smooth();
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
      (size / Math.sqrt(2 * fading(params[places.gamma]! + alpha / m, y.length / m))) /
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
  if (form.trend === "damped") slopes[k] = gradient[places.phi]! * (bounds.damping[1] - bounds.damping[0]) * curve(x[k]!);
  slopes[0] = ofAlpha * range * curve(x[0]!);
}
