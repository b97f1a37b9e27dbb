/** A smooth function: its value at x, whose gradient it writes; not finite where it is not defined. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => number;

/** When {@link minimise} ends. */
export interface MinimiseOptions {
  /** Most evaluations; default 500. */
  readonly maxEvaluations?: number;
  /** Ends when a step lowers the value by less; default 1e-6. */
  readonly tolerance?: number;
}

/** Pairs of steps and gradient changes that stand for the curvature. */
const memory = 12;

/** Armijo's and Wolfe's constants. */
const sufficient = 1e-4;
const flatter = 0.9;

/**
 * Finds a local minimum by L-BFGS (Liu and Nocedal 1989) with a bisecting search for a weak Wolfe step (Lewis and Overton 2013), which needs nothing of
 * the function where it is not finite. Starts at x, which it overwrites by the best point; gives its value. The scale of x should make the
 * curvature alike in all directions.
 */
export function minimise(
  f: SmoothFunction,
  x: Float64Array,
  { maxEvaluations = 500, tolerance = 1e-6 }: MinimiseOptions = {},
): number {
  const n = x.length;
  let gradient = new Float64Array(n);
  let nextGradient = new Float64Array(n);
  let next = new Float64Array(n);
  let here = x.slice();
  const direction = new Float64Array(n);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  const inverses: number[] = [];
  let value = f(here, gradient);
  let evaluations = 1;
  let nSmall = 0;
  while (evaluations < maxEvaluations && Number.isFinite(value)) {
    descend(direction, gradient, steps, changes, inverses);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      steps.length = changes.length = inverses.length = 0;
      for (let i = 0; i < n; i++) direction[i] = -gradient[i]!;
      slope = dot(direction, gradient);
      if (!(slope < 0)) break;
    }
    let step = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let nextValue = Number.POSITIVE_INFINITY;
    let isFound = false;
    for (let tries = 0; tries < 30 && evaluations < maxEvaluations; tries++) {
      for (let i = 0; i < n; i++) next[i] = here[i]! + step * direction[i]!;
      nextValue = f(next, nextGradient);
      evaluations++;
      if (!(nextValue <= value + sufficient * step * slope)) high = step;
      else if (dot(direction, nextGradient) < flatter * slope) {
        low = step;
        isFound = true;
      } else {
        isFound = true;
        break;
      }
      step = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
      if (high !== Number.POSITIVE_INFINITY && high - low < 1e-12 * high) break;
    }
    if (!isFound || !(nextValue < value)) break;
    remember(here, next, gradient, nextGradient, steps, changes, inverses);
    const gain = value - nextValue;
    [here, next] = [next, here];
    [gradient, nextGradient] = [nextGradient, gradient];
    value = nextValue;
    nSmall = gain < tolerance ? nSmall + 1 : 0;
    if (nSmall === 2) break;
  }
  x.set(here);
  return value;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

// Two-loop recursion: direction = −H · gradient.
function descend(
  direction: Float64Array,
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
  inverses: readonly number[],
): void {
  const shares: number[] = [];
  for (let i = 0; i < direction.length; i++) direction[i] = -gradient[i]!;
  for (let k = steps.length - 1; k >= 0; k--) {
    const share = inverses[k]! * dot(steps[k]!, direction);
    shares[k] = share;
    addTo(direction, changes[k]!, -share);
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const scale = 1 / (inverses[last]! * dot(changes[last]!, changes[last]!));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (let k = 0; k < steps.length; k++) {
    const share = inverses[k]! * dot(changes[k]!, direction);
    addTo(direction, steps[k]!, shares[k]! - share);
  }
}

function addTo(sum: Float64Array, a: Float64Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * a[i]!;
}

function remember(
  here: Float64Array,
  next: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
  steps: Float64Array[],
  changes: Float64Array[],
  inverses: number[],
): void {
  const step = steps.length === memory ? steps.shift()! : new Float64Array(here.length);
  const change = changes.length === memory ? changes.shift()! : new Float64Array(here.length);
  if (inverses.length === memory) inverses.shift();
  let product = 0;
  for (let i = 0; i < here.length; i++) {
    step[i] = next[i]! - here[i]!;
    change[i] = nextGradient[i]! - gradient[i]!;
    product += step[i]! * change[i]!;
  }
  if (!(product > 0)) return;
  steps.push(step);
  changes.push(change);
  inverses.push(1 / product);
}
