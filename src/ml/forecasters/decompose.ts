/** How the season enters a decomposition. */
export type SeasonKind = "additive" | "multiplicative";

/**
 * Seasonal figures of a classical decomposition: the trend is a centred moving average over one season (of half weights at both ends where the
 * period is even), a figure is the mean of what its steps leave, and the figures are brought to mean 0, or 1. Missing values count as the line between
 * their neighbours in the moving average and not at all in a figure; a step that no figure is known of gets 0, or 1.
 * @returns length period: the figure of step t is at t mod period
 */
export function seasonalFigures(series: Float64Array, period: number, kind: SeasonKind): Float64Array {
  const n = series.length;
  const filled = interpolated(series);
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  const half = Math.floor(period / 2);
  const isEven = period % 2 === 0;
  let window = 0;
  for (let t = 0; t < 2 * half + 1 && t < n; t++) window += filled[t]!;
  for (let t = half; t < n - half; t++) {
    if (t > half) window += filled[t + half]! - filled[t - half - 1]!;
    const trend = (isEven ? window - (filled[t - half]! + filled[t + half]!) / 2 : window) / period;
    const left = kind === "additive" ? series[t]! - trend : series[t]! / trend;
    if (left !== left) continue;
    sums[t % period]! += left;
    counts[t % period]! += 1;
  }
  const neutral = kind === "additive" ? 0 : 1;
  const figures = sums.map((sum, j) => (counts[j] === 0 ? neutral : sum / counts[j]!));
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / period;
  return figures.map((figure) => (kind === "additive" ? figure - mean : figure / mean));
}

/** The series with the line between neighbours where values are missing; before the first and after the last, that value. */
export function interpolated(series: Float64Array): Float64Array {
  const filled = series.slice();
  let known = -1;
  for (let t = 0; t < series.length; t++) {
    if (series[t] !== series[t]) continue;
    for (let k = known + 1; k < t; k++)
      filled[k] = known < 0 ? series[t]! : series[known]! + ((series[t]! - series[known]!) * (k - known)) / (t - known);
    known = t;
  }
  if (known >= 0) filled.fill(series[known]!, known + 1);
  return filled;
}
