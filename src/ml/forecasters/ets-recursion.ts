/*
 * The recursion of exponential smoothing in state-space form (Hyndman, Koehler, Ord and Snyder 2008), and its gradient by going back through time.
 * One step, with level ℓ, trend b and the season's state s of this step:
 *
 *   q = ℓ + φ b          what level and trend forecast
 *   μ = q + s or q · s   the one-step forecast
 *   d = y − s − q or y / s − q,   r = y − q − s or y / q − s
 *   ℓ ← q + α d,   b ← φ b + β d,   s ← s + γ r
 *
 * The error is e = y − μ, or (y − μ) / μ where errors are multiplicative: it decides the likelihood, not the states. A missing value updates nothing:
 * ℓ ← q, b ← φ b. Without a season m is 1, s and γ are 0; without a trend b and β are 0, φ is 1.
 */

/** Places in a parameter vector, which a gradient shares: smoothing parameters, then the states before the first step. */
export const places = { alpha: 0, beta: 1, gamma: 2, phi: 3, level: 4, trend: 5, season: 6 } as const;

/** Places in what a pass gives, before the states after the last step, which lie as in a parameter vector from `level` on. */
export const sums = { squares: 0, product: 1, exponent: 2, count: 3 } as const;

/** Numbers of a step on the tape: b before it, d, q and s. */
export const tapeStride = 4;

/** The product of the one-step forecasts is kept between 2^−300 and 2^300; `exponent` counts the factors 2^300 taken out. */
const bigProduct = 2 ** 300;
const smallProduct = 2 ** -300;

/** What a pass works on. */
export interface SmoothingArrays {
  /** The series, NaN where missing; length n. */
  readonly y: Float64Array;
  /** Steps of a season, 1 for none. */
  readonly m: number;
  readonly isSeasonMultiplicative: boolean;
  readonly isErrorMultiplicative: boolean;
  /** {@link places}, length 6 + m. */
  readonly params: Float64Array;
  /** Length 4 n. */
  readonly tape: Float64Array;
  /** {@link sums} and states, length 6 + m. */
  readonly out: Float64Array;
  /** As the parameters, length 6 + m. */
  readonly gradient: Float64Array;
}

/** Runs through the series: sums, final states and tape. False where a multiplicative part is not above 0, and there is no forecast. */
export function smooth({ y, m, isSeasonMultiplicative, isErrorMultiplicative, params, tape, out }: SmoothingArrays) {
  const alpha = params[places.alpha]!;
  const beta = params[places.beta]!;
  const gamma = params[places.gamma]!;
  const phi = params[places.phi]!;
  let level = params[places.level]!;
  let trend = params[places.trend]!;
  const season = out.subarray(places.season);
  for (let j = 0; j < m; j++) season[j] = params[places.season + j]!;
  let squares = 0;
  let product = 1;
  let exponent = 0;
  let count = 0;
  let j = 0;
  for (let t = 0; t < y.length; t++) {
    const value = y[t]!;
    const s = season[j]!;
    const damped = phi * trend;
    const q = level + damped;
    tape[tapeStride * t] = trend;
    tape[tapeStride * t + 2] = q;
    tape[tapeStride * t + 3] = s;
    if (value !== value) {
      tape[tapeStride * t + 1] = 0;
      level = q;
      trend = damped;
    } else {
      let d: number;
      let r: number;
      let forecast: number;
      if (isSeasonMultiplicative) {
        if (!(s > 0) || !(q > 0)) return false;
        forecast = q * s;
        d = value / s - q;
        r = value / q - s;
      } else {
        forecast = q + s;
        d = value - forecast;
        r = d;
      }
      let error = value - forecast;
      if (isErrorMultiplicative) {
        if (!(forecast > 0)) return false;
        error /= forecast;
        product *= forecast;
        if (product > bigProduct) {
          product *= smallProduct;
          exponent += 1;
        } else if (product < smallProduct) {
          product *= bigProduct;
          exponent -= 1;
        }
      }
      squares += error * error;
      count += 1;
      tape[tapeStride * t + 1] = d;
      level = q + alpha * d;
      trend = damped + beta * d;
      season[j] = s + gamma * r;
    }
    j = j + 1 === m ? 0 : j + 1;
  }
  out[sums.squares] = squares;
  out[sums.product] = product;
  out[sums.exponent] = exponent;
  out[sums.count] = count;
  out[places.level] = level;
  out[places.trend] = trend;
  return true;
}

/**
 * The gradient of a · Σ e² + c · Σ log μ after a pass, in every parameter and initial state (the latter sum counts where errors are multiplicative).
 * The seasonal part of `gradient` holds the adjoint of the season while it runs.
 */
export function smoothBack(
  { y, m, isSeasonMultiplicative, isErrorMultiplicative, params, tape, gradient }: SmoothingArrays,
  a: number,
  c: number,
): void {
  const alpha = params[places.alpha]!;
  const beta = params[places.beta]!;
  const gamma = params[places.gamma]!;
  const phi = params[places.phi]!;
  const season = gradient.subarray(places.season);
  season.fill(0, 0, m);
  const a2 = 2 * a;
  let gAlpha = 0;
  let gBeta = 0;
  let gGamma = 0;
  let gPhi = 0;
  let level = 0;
  let trend = 0;
  let j = y.length % m;
  for (let t = y.length - 1; t >= 0; t--) {
    j = j === 0 ? m - 1 : j - 1;
    const value = y[t]!;
    const b = tape[tapeStride * t]!;
    let ofQ = level;
    if (value === value) {
      const d = tape[tapeStride * t + 1]!;
      const q = tape[tapeStride * t + 2]!;
      const s = tape[tapeStride * t + 3]!;
      const ofS = season[j]!;
      gAlpha += level * d;
      gBeta += trend * d;
      const levelAndTrend = alpha * level + beta * trend;
      if (isSeasonMultiplicative) {
        const perQ = 1 / q;
        const perS = 1 / s;
        const forecast = q * s;
        const ofR = gamma * ofS;
        const ofForecast = forecastSlope(value, forecast, isErrorMultiplicative, a2, c);
        gGamma += ofS * (value * perQ - s);
        ofQ += ofForecast * s - levelAndTrend - ofR * value * perQ * perQ;
        season[j] = ofS - ofR + ofForecast * q - levelAndTrend * value * perS * perS;
      } else {
        const ofForecast = forecastSlope(value, q + s, isErrorMultiplicative, a2, c) - (levelAndTrend + gamma * ofS);
        gGamma += ofS * d;
        ofQ += ofForecast;
        season[j] = ofS + ofForecast;
      }
    }
    const ofDamped = trend + ofQ;
    gPhi += b * ofDamped;
    level = ofQ;
    trend = phi * ofDamped;
  }
  gradient[places.alpha] = gAlpha;
  gradient[places.beta] = gBeta;
  gradient[places.gamma] = gGamma;
  gradient[places.phi] = gPhi;
  gradient[places.level] = level;
  gradient[places.trend] = trend;
}

// Derivative of a · e² + c · log μ by the forecast μ; a2 is 2 a.
function forecastSlope(value: number, forecast: number, isErrorMultiplicative: boolean, a2: number, c: number): number {
  const difference = value - forecast;
  if (!isErrorMultiplicative) return -a2 * difference;
  const per = 1 / forecast;
  const error = difference * per;
  return (c - a2 * error * (1 + error)) * per;
}
