import { argsort, log, sigmoid, softplus } from "../stats/index.ts";

/** A monotone map from a probability to a calibrated one, as data. */
export type CalibrationMap =
  | { readonly kind: "platt"; readonly slope: number; readonly intercept: number }
  | { readonly kind: "isotonic"; readonly x: readonly number[]; readonly y: readonly number[] };

/** One map for two classes; one per class (one against the rest, then normalised to sum 1) for more. */
export interface Calibrator {
  readonly maps: readonly CalibrationMap[];
}

/**
 * Platt scaling (Platt 1999) on the log-odds of the probability: sigmoid(slope · logit(p) + intercept), fitted by Newton's method
 * on his smoothed targets (N₊+1)/(N₊+2) and 1/(N₋+2).
 * @param yTrue class indexes
 * @param prediction row-major nSamples × nOutputs probabilities of rows that the model was not fitted on
 */
export function fitPlatt(yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array): Calibrator {
  return fitMaps(yTrue, prediction, (isPositive, probability) => plattMap(isPositive, probability, sampleWeight));
}

/** Isotonic regression by pool-adjacent-violators (Zadrozny & Elkan 2002), linear between its knots. Arguments as {@link fitPlatt}. */
export function fitIsotonic(yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array): Calibrator {
  return fitMaps(yTrue, prediction, (isPositive, probability) => isotonicMap(isPositive, probability, sampleWeight));
}

type FitMap = (isPositive: Float64Array, probability: Float64Array) => CalibrationMap;

function fitMaps(yTrue: Float64Array, prediction: Float64Array, fit: FitMap): Calibrator {
  const nOutputs = prediction.length / yTrue.length;
  if (nOutputs === 1) return { maps: [fit(yTrue, prediction)] };
  const maps = Array.from({ length: nOutputs }, (_, k) =>
    fit(
      yTrue.map((y) => (y === k ? 1 : 0)),
      yTrue.map((_y, i) => prediction[i * nOutputs + k]!),
    ),
  );
  return { maps };
}

/** Calibrated probabilities, row-major like `outputs`. */
export function applyCalibrator({ maps }: Calibrator, outputs: Float64Array, nOutputs: number): Float64Array {
  const calibrated = outputs.map((p, i) => applyMap(maps[i % nOutputs]!, p));
  if (nOutputs === 1) return calibrated;
  for (let from = 0; from < calibrated.length; from += nOutputs) {
    let sum = 0;
    for (let k = 0; k < nOutputs; k++) sum += calibrated[from + k]!;
    for (let k = 0; k < nOutputs; k++) calibrated[from + k] = sum > 0 ? calibrated[from + k]! / sum : 1 / nOutputs;
  }
  return calibrated;
}

function applyMap(map: CalibrationMap, p: number): number {
  if (map.kind === "platt") return sigmoid(map.slope * logit(p) + map.intercept);
  const { x, y } = map;
  if (p <= x[0]!) return y[0]!;
  if (p >= x.at(-1)!) return y.at(-1)!;
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= p) low = middle;
    else high = middle;
  }
  return y[low]! + ((p - x[low]!) / (x[high]! - x[low]!)) * (y[high]! - y[low]!);
}

function logit(p: number): number {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, p));
  return log(inside / (1 - inside));
}

function plattMap(isPositive: Float64Array, probability: Float64Array, sampleWeight?: Float64Array): CalibrationMap {
  const n = probability.length;
  const f = probability.map(logit);
  const w = sampleWeight ?? new Float64Array(n).fill(1);
  let positive = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    total += w[i]!;
    if (isPositive[i] === 1) positive += w[i]!;
  }
  const target = isPositive.map((y) => (y === 1 ? (positive + 1) / (positive + 2) : 1 / (total - positive + 2)));
  const loss = (slope: number, intercept: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const z = slope * f[i]! + intercept;
      sum += w[i]! * (softplus(z) - target[i]! * z);
    }
    return sum;
  };
  let slope = 0;
  let intercept = log((positive + 1) / (total - positive + 1));
  let current = loss(slope, intercept);
  for (let iteration = 0; iteration < 100; iteration++) {
    let [gs, gi, hss, hsi, hii] = [0, 0, 1e-12, 0, 1e-12];
    for (let i = 0; i < n; i++) {
      const p = sigmoid(slope * f[i]! + intercept);
      const r = w[i]! * (p - target[i]!);
      const h = w[i]! * p * (1 - p);
      gs += r * f[i]!;
      gi += r;
      hss += h * f[i]! * f[i]!;
      hsi += h * f[i]!;
      hii += h;
    }
    if (Math.abs(gs) < 1e-9 * total && Math.abs(gi) < 1e-9 * total) break;
    const determinant = hss * hii - hsi * hsi;
    const stepSlope = (hii * gs - hsi * gi) / determinant;
    const stepIntercept = (hss * gi - hsi * gs) / determinant;
    // So near the optimum the loss no longer tells steps apart; a full Newton step squares what is left of the error.
    if (gs * stepSlope + gi * stepIntercept < 1e-10 * total) {
      slope -= stepSlope;
      intercept -= stepIntercept;
      break;
    }
    let share = 1;
    let next = loss(slope - stepSlope, intercept - stepIntercept);
    while (!(next <= current) && share > 1e-10) {
      share /= 2;
      next = loss(slope - share * stepSlope, intercept - share * stepIntercept);
    }
    if (!(next <= current)) break;
    slope -= share * stepSlope;
    intercept -= share * stepIntercept;
    current = next;
  }
  return { kind: "platt", slope, intercept };
}

function isotonicMap(isPositive: Float64Array, probability: Float64Array, sampleWeight?: Float64Array): CalibrationMap {
  const order = argsort(probability);
  // Blocks of pooled rows: sum of weights, sum of weighted targets, first and last probability.
  const blocks: { weight: number; sum: number; from: number; to: number }[] = [];
  for (const i of order) {
    const weight = sampleWeight?.[i] ?? 1;
    if (weight === 0) continue;
    const p = probability[i]!;
    const last = blocks.at(-1);
    if (last && last.from === p && last.to === p) {
      last.weight += weight;
      last.sum += weight * isPositive[i]!;
    } else blocks.push({ weight, sum: weight * isPositive[i]!, from: p, to: p });
  }
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    let current = { ...block };
    for (
      let last = pooled.at(-1);
      last && last.sum * current.weight >= current.sum * last.weight;
      last = pooled.at(-1)
    ) {
      pooled.pop();
      current = {
        weight: last.weight + current.weight,
        sum: last.sum + current.sum,
        from: last.from,
        to: current.to,
      };
    }
    pooled.push(current);
  }
  const x: number[] = [];
  const y: number[] = [];
  for (const { from, to, sum, weight } of pooled) {
    x.push(from);
    y.push(sum / weight);
    if (to > from) {
      x.push(to);
      y.push(sum / weight);
    }
  }
  return { kind: "isotonic", x, y };
}
