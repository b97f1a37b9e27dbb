/** Columns beside the values of a series, by name: one number per step, NaN where missing. */
export type SeriesColumns = Readonly<Record<string, Float64Array>>;

/** One series of many that a model learns from together. */
export interface GlobalSeries {
  /** Regular steps, NaN where missing. */
  readonly values: Float64Array;
  /**
   * What is known of each step in advance, by name (hour, weekday, …): aligned with the values and going on beyond them for as many steps as are
   * forecast. The same names for every series.
   */
  readonly known?: SeriesColumns;
  /** The same of what makes values differ, such as prices and promotions: what a step has is also compared with what its base had. */
  readonly covariates?: SeriesColumns;
  /** What is known of past steps alone: aligned with the values. The same names for every series. */
  readonly observed?: SeriesColumns;
}

/** What decides the feature rows of a global model. */
export interface GlobalLayout {
  /** Steps of a season, 1 for none. */
  readonly period: number;
  /** Most steps that are forecast. */
  readonly horizon: number;
  /** Seasons that are looked back on. */
  readonly nSeasons: number;
  /** Last values that are looked at. */
  readonly nRecent: number;
  /** Names of what is known in advance, covariates aside. */
  readonly known: readonly string[];
  /** Names of covariates; absent for none. */
  readonly covariates?: readonly string[];
  /** Names of what is observed; absent for none. */
  readonly observed?: readonly string[];
}

/** Seasons that are looked back on of what is observed, at most. */
const observedSeasons = 4;

/**
 * The columns of a row. It stands for one step of one series, seen from an origin: the first step that is not known. All values count from a base, the
 * last known value a whole number of seasons before the step (without one, the last known value), in units of the series' scale, so that series of any size make like rows.
 */
export function featureNames({ nSeasons, nRecent, known, covariates = [], observed = [] }: GlobalLayout): string[] {
  return [
    "step",
    ...Array.from({ length: nSeasons }, (_, j) => `seasons_ago_${j + 1}`),
    "before_base",
    "after_base",
    ...Array.from({ length: nRecent }, (_, k) => `recent_change_${k + 1}`),
    "mean_change",
    "level",
    "level_change",
    "level_change_long",
    "last",
    "spread_over_level",
    "scale_over_spread",
    ...known.map((name) => `known_${name}`),
    ...covariates.flatMap((_, c) => [`covariate_${c}`, `covariate_${c}_since_base`, `covariate_${c}_since_season`]),
    ...observed.flatMap((_, c) => [
      `observed_${c}_level`,
      `observed_${c}_base`,
      ...Array.from({ length: Math.min(nSeasons, observedSeasons) }, (_, j) => `observed_${c}_seasons_ago_${j + 1}`),
      ...Array.from({ length: nRecent }, (_, k) => `observed_${c}_recent_${k + 1}`),
    ]),
  ];
}

/** The frame of a forecast: what makes the model's answer a value, which is base + scale · answer. */
export interface Frame {
  readonly scale: number;
  /** Base of each step, length horizon; NaN where nothing is known. */
  readonly base: Float64Array;
}

/** Writes the rows of one origin, one per step of the horizon, to columns from row `at` on. */
export function writeRows(
  { values, known, covariates, observed }: GlobalSeries,
  origin: number,
  layout: GlobalLayout,
  columns: readonly Float64Array[],
  at: number,
): Frame {
  const { period: m, horizon, nSeasons, nRecent } = layout;
  const valueAt = (t: number) => (t >= 0 && t < origin ? values[t]! : Number.NaN);
  const scale = scaleOf(values, origin, layout);
  const level = meanOf(values, origin - m, origin);
  const levelBefore = meanOf(values, origin - 2 * m, origin - m);
  const levelLong = meanOf(values, origin - nSeasons * m, origin);
  const season = origin - (m === 1 ? nSeasons : m);
  const spread = spreadOf(values, season, origin);
  const half = Math.max(1, Math.floor(m / 4));
  const meanChange = (meanOf(values, origin - half, origin) - meanOf(values, origin - half - m, origin - m)) / scale;
  const recentChanges = Array.from(
    { length: nRecent },
    (_, k) => (valueAt(origin - 1 - k) - valueAt(origin - 1 - k - m)) / scale,
  );
  const withUsual = (columns: SeriesColumns = {}, names: readonly string[] = []) =>
    names.map((name) => ({ column: columns[name]!, usual: meanOf(columns[name]!, season, origin) }));
  const given = withUsual(covariates, layout.covariates);
  const seen = withUsual(observed, layout.observed);
  const base = new Float64Array(horizon);
  for (let h = 0; h < horizon; h++) {
    const t = origin + h;
    const baseAt = lastInPhase(values, origin, t, m);
    base[h] = valueAt(baseAt);
    const relative = (value: number) => (value - base[h]!) / scale;
    let j = 0;
    const put = (value: number) => {
      columns[j++]![at + h] = Math.abs(value) === Number.POSITIVE_INFINITY ? Number.NaN : value;
    };
    put(h + 1);
    for (let k = 1; k <= nSeasons; k++) put(relative(valueAt(t - k * m)));
    put(relative(valueAt(baseAt - 1)));
    put(relative(valueAt(baseAt + 1)));
    for (const change of recentChanges) put(change);
    put(meanChange);
    put(relative(level));
    put((level - levelBefore) / scale);
    put((level - levelLong) / scale);
    put(relative(valueAt(origin - 1)));
    put(spread / Math.abs(level));
    put(scale / spread);
    for (const name of layout.known) put(known?.[name]?.[t] ?? Number.NaN);
    for (const { column, usual } of given) {
      const now = column[t]!;
      put(now);
      put(now - (column[baseAt] ?? Number.NaN));
      put(now - usual);
    }
    for (const { column, usual } of seen) {
      const since = (step: number) => (step >= 0 && step < origin ? column[step]! - usual : Number.NaN);
      put(usual);
      put(since(baseAt));
      for (let k = 1; k <= Math.min(nSeasons, observedSeasons); k++) put(since(t - k * m));
      for (let k = 1; k <= nRecent; k++) put(since(origin - k));
    }
  }
  return { scale, base };
}

// The last step before the origin that has a value and lies whole seasons before t; where none does, the last that has one; −1 for none.
function lastInPhase(values: Float64Array, origin: number, t: number, m: number): number {
  for (let at = t - m * Math.ceil((t - origin + 1) / m); at >= 0; at -= m) if (values[at] === values[at]) return at;
  for (let at = origin - 1; at >= 0; at--) if (values[at] === values[at]) return at;
  return -1;
}

// Mean size of the change over a season, within the seasons looked back on; of a series that repeats itself its spread; 1 where that is 0 too.
function scaleOf(values: Float64Array, origin: number, { period, nSeasons }: GlobalLayout): number {
  const from = origin - nSeasons * Math.max(period, 2);
  let sum = 0;
  let n = 0;
  for (let t = Math.max(from, period); t < origin; t++) {
    const change = Math.abs(values[t]! - values[t - period]!);
    if (change !== change) continue;
    sum += change;
    n++;
  }
  if (sum > 0) return sum / n;
  return spreadOf(values, from, origin) || 1;
}

// Mean of what is known of the steps from … to, NaN for none.
function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let t = Math.max(from, 0); t < to; t++) {
    if (values[t] !== values[t]) continue;
    sum += values[t]!;
    n++;
  }
  return sum / n;
}

// Standard deviation of the same (divisor n), NaN for none.
function spreadOf(values: Float64Array, from: number, to: number): number {
  const mean = meanOf(values, from, to);
  let sum = 0;
  let n = 0;
  for (let t = Math.max(from, 0); t < to; t++) {
    if (values[t] !== values[t]) continue;
    sum += (values[t]! - mean) ** 2;
    n++;
  }
  return Math.sqrt(sum / n);
}
