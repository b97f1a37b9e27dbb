/** Which of the ascending calibration scores is the quantile, from 1 on: ⌈(n + 1)·level⌉, the product read to 12 digits. */
function rankOf(n: number, level: number): number {
  return Math.ceil((n + 1) * level * (1 - 1e-12));
}

/**
 * The conformal quantile: the ⌈(n + 1)·level⌉-th smallest of n calibration scores (Vovk, Gammerman & Shafer 2005; Lei et al. 2018). A further
 * score that is exchangeable with them is at most this with a chance of at least `level`, and at most level + 1/(n + 1) where no two are equal.
 * Null where that rank lies beyond n: then no finite score will do. Scores must not be NaN.
 */
export function conformalQuantile(scores: Float64Array, level: number): number | null {
  const rank = rankOf(scores.length, level);
  return rank > scores.length ? null : scores.slice().sort()[rank - 1]!;
}

/** Fewest calibration scores that have a {@link conformalQuantile} at a level: the least n with ⌈(n + 1)·level⌉ ≤ n. */
export function fewestScores(level: number): number {
  let n = Math.max(1, Math.floor(level / (1 - level)) - 1);
  while (rankOf(n, level) > n) n++;
  return n;
}

/**
 * Where the share of covered rows lies in 95 of 100 samples when all is as promised: n calibration rows, m further ones, all exchangeable and no
 * two scores equal. The number of covered rows is then beta-binomial with a = ⌈(n + 1)·level⌉ and b = n + 1 − a (Angelopoulos & Bates 2023, section
 * 3.2). Central interval: at most 2.5 % on either side. Null without a {@link conformalQuantile}.
 */
export function coverageBounds(n: number, m: number, level: number): { low: number; high: number } | null {
  const a = rankOf(n, level);
  const b = n + 1 - a;
  if (b < 1 || m < 1) return null;
  // Ratios of neighbouring chances from the mode outwards, so that nothing overflows.
  const ratio = (x: number) => ((m - x) / (x + 1)) * ((x + a) / (m - x - 1 + b));
  const mode = Math.min(m, Math.max(0, Math.round((m * a) / (a + b))));
  const chances = new Float64Array(m + 1);
  chances[mode] = 1;
  for (let x = mode; x < m; x++) chances[x + 1] = chances[x]! * ratio(x);
  for (let x = mode; x > 0; x--) chances[x - 1] = chances[x]! / ratio(x - 1);
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const from = (step: 1 | -1) => {
    let x = step === 1 ? 0 : m;
    for (let tail = chances[x]!; tail <= 0.025 * total; tail += chances[x]!) x += step;
    return x / m;
  };
  return { low: from(1), high: from(-1) };
}
