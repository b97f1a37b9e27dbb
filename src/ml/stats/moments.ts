/** Count, mean and sums of squares of the values that are not NaN. */
export interface Moments {
  readonly n: number;
  /** NaN for no value. */
  readonly mean: number;
  /** Sample standard deviation (divisor n − 1); NaN below two values. */
  readonly standardDeviation: number;
}

/**
 * Two passes with the correction of the second (Chan, Golub & LeVeque 1983): the mean is refined by the mean of the
 * differences, which keeps all digits on NIST's hard sets.
 */
export function momentsOf(values: Float64Array): Moments {
  let n = 0;
  let sum = 0;
  for (const x of values)
    if (x === x) {
      n++;
      sum += x;
    }
  if (n === 0) return { n, mean: Number.NaN, standardDeviation: Number.NaN };
  const first = sum / n;
  let rest = 0;
  for (const x of values) if (x === x) rest += x - first;
  const mean = first + rest / n;
  let squares = 0;
  let correction = 0;
  for (const x of values)
    if (x === x) {
      const d = x - mean;
      squares += d * d;
      correction += d;
    }
  const variance = n < 2 ? Number.NaN : (squares - (correction * correction) / n) / (n - 1);
  return { n, mean, standardDeviation: Math.sqrt(variance) };
}

/** Pearson's correlation over pairs without NaN; null with fewer than two pairs or no variation. */
export function pearson(xs: Float64Array, ys: Float64Array): number | null {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  const isPair = (i: number) => xs[i] === xs[i] && ys[i] === ys[i];
  for (let i = 0; i < xs.length; i++)
    if (isPair(i)) {
      n++;
      sumX += xs[i]!;
      sumY += ys[i]!;
    }
  if (n < 2) return null;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < xs.length; i++)
    if (isPair(i)) {
      const dx = xs[i]! - sumX / n;
      const dy = ys[i]! - sumY / n;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
