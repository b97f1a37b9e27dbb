/**
 * Whether a season of m steps shows: the autocorrelation r at lag m is beyond 1.645 standard errors, √((1 + 2 Σ r²) / n) over the lags below m (Bartlett).
 * That is the test before M4's Theta and statsforecast's: one-sided at 5 %. False for a period of 1 and below two seasons of values. A missing value
 * counts as the mean.
 */
export function showsSeason(series: Float64Array, m: number): boolean {
  const present = series.filter((value) => value === value);
  if (m < 2 || present.length < 2 * m || series.length < 2 * m) return false;
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const centred = series.map((value) => (value === value ? value - mean : 0));
  const covariance = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < centred.length; t++) sum += centred[t]! * centred[t - lag]!;
    return sum;
  };
  const variance = covariance(0);
  if (!(variance > 0)) return false;
  let squares = 0;
  for (let lag = 1; lag < m; lag++) squares += (covariance(lag) / variance) ** 2;
  return Math.abs(covariance(m) / variance) > 1.6448536269514722 * Math.sqrt((1 + 2 * squares) / series.length);
}
