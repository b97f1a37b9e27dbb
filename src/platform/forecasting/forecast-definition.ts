import { z } from "zod";
import { nearestName, type StepUnit, zoneNames } from "../../lib/index.ts";
import type { LogicalType } from "../data/index.ts";
import { checkDefinition, dataSchema, freezeDeep, nameSchema, type TaskDefinition } from "../training/index.ts";

/** Ways to forecast that a search may try. */
export type ForecastFamily = (typeof forecastFamilies)[number];

/** Every one of them. */
export const forecastFamilies = [
  "naive",
  "seasonal-naive",
  "drift",
  "mean",
  "ets",
  "holt-winters",
  "theta",
  "gbdt",
] as const;

/** Those that a search tries unless told. */
export const defaultFamilies: readonly ForecastFamily[] = ["seasonal-naive", "ets", "theta", "gbdt"];

/** The families that a search tries, each once. Without a season the seasonal naive forecast is the naive one. */
export function familiesTried(
  { families = defaultFamilies }: ForecastDefinition["search"] = {},
  period: number,
): ForecastFamily[] {
  return [...new Set(families.map((name) => (name === "seasonal-naive" && period === 1 ? "naive" : name)))];
}

/** One method to try: a family and the parameters that differ from its defaults. */
export interface ForecastConfiguration {
  readonly family: ForecastFamily;
  /**
   * `ets`: `error`, `trend` and `season`; `holt-winters`: `trend` and `season`; `gbdt`, boosted trees over all series: `nSeasons` that are looked back on,
   * `nTrees`, `learningRate`, `maxLeaves` and `minSamplesLeaf`. The others have none.
   */
  readonly params?: {
    readonly error?: "additive" | "multiplicative" | "auto";
    readonly trend?: "none" | "additive" | "damped" | "auto";
    readonly season?: "none" | "additive" | "multiplicative" | "auto";
    readonly nSeasons?: number;
    readonly nTrees?: number;
    readonly learningRate?: number;
    readonly maxLeaves?: number;
    readonly minSamplesLeaf?: number;
  };
}

/** Names of metrics that may choose. */
export const forecastMetricNames = ["mase", "rmsse", "smape", "wape", "mae", "rmse"] as const;

const units = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;

/**
 * What a user writes for a forecast: one series, or several in a long table. Only `name`, `data`, `time`, `value` and `horizon` are required.
 */
export interface ForecastDefinition<Name extends string = string> extends TaskDefinition {
  readonly task: "forecast";
  readonly data: Omit<TaskDefinition["data"], "test" | "quarantine">;
  /** The column of instants, or of numbers that count steps. */
  readonly time: Name;
  /** The column to forecast, numbers. */
  readonly value: Name;
  /** The column that says which series a row belongs to. Default: all rows are one series. */
  readonly series?: Name;
  /**
   * Columns of numbers that are known of future steps, such as prices, promotions and holidays (0 and 1): a request brings them. Boosted trees learn from
   * them, the other methods do not. Default: none.
   */
  readonly known?: readonly Name[];
  /** Columns of numbers that are known of past steps alone, such as visitors or the weather as it was. Default: none. */
  readonly observed?: readonly Name[];
  /** Steps to forecast. */
  readonly horizon: number;
  /**
   * From one step to the next. Default: inferred; steps that are not regular are refused then. Where it is said, a row counts for the step that
   * its instant lies in.
   */
  readonly frequency?: Exclude<StepUnit, "number"> | { readonly step: number; readonly unit: StepUnit };
  /** Steps of a season, 1 for none. Default by frequency: 24 for hours, 7 for days, 12 for months, 4 for quarters, else 1. */
  readonly season?: number;
  /** IANA name of the zone whose days, weeks and months count. Default UTC. Instants are in UTC throughout; texts without an offset are read so. */
  readonly timeZone?: string;
  /** Several rows of a series at one step. Default `refuse`. */
  readonly duplicates?: "refuse" | "sum" | "mean" | "last";
  /** Steps between the first and the last value of a series that have none. Default `missing`: they are known to be missing, and never guessed. */
  readonly gaps?: "missing" | "refuse" | "interpolate" | "zero";
  /** Values that can be, for example `{ min: 0 }`: forecasts and ends of intervals are kept within. Default: any. */
  readonly range?: { readonly min?: number; readonly max?: number };
  /** Shares of values that intervals are to hold, each in (0, 1). Default 0.8 and 0.95. */
  readonly levels?: readonly number[];
  /** Origins before the test from which candidates are compared, and errors for the intervals taken. */
  readonly backtest?: {
    /** Per series. Default 3, and more where there are fewer than 20 series, so that there are 60 in all. */
    readonly origins?: number;
    /** Steps from one origin to the next. Default the horizon, fewer where a series would be too short for that. */
    readonly step?: number;
  };
  readonly search?: {
    /** Default seasonal naive, exponential smoothing, Theta and boosted trees. */
    readonly families?: readonly ForecastFamily[];
    /** Exactly these methods instead of families. */
    readonly configurations?: readonly ForecastConfiguration[];
    /** One candidate more, of several series: each by the method that was best for it. Default true. */
    readonly perSeries?: boolean;
    /** Cap on the time of the search in seconds, default 600: methods that have not begun by then are left out. */
    readonly seconds?: number;
  };
  readonly evaluation?: {
    /** The metric that chooses and is reported first. Default `mase`. */
    readonly metric?: (typeof forecastMetricNames)[number];
    /** Columns that hold one value per series, whose levels are reported as slices. */
    readonly slices?: readonly Name[];
    /** Bootstrap resamples, default 1000. */
    readonly resamples?: number;
  };
}

const column = z.string().min(1);

const trends = ["none", "additive", "damped"] as const;
const seasons = ["none", "additive", "multiplicative"] as const;
const withoutParams = ["naive", "seasonal-naive", "drift", "mean", "theta"] as const;
const configuration = z.discriminatedUnion("family", [
  z.strictObject({
    family: z.literal("ets"),
    params: z
      .strictObject({
        error: z.enum(["additive", "multiplicative", "auto"]).optional(),
        trend: z.enum([...trends, "auto"]).optional(),
        season: z.enum([...seasons, "auto"]).optional(),
      })
      .optional(),
  }),
  z.strictObject({
    family: z.literal("holt-winters"),
    params: z.strictObject({ trend: z.enum(trends).optional(), season: z.enum(seasons).optional() }).optional(),
  }),
  z.strictObject({
    family: z.literal("gbdt"),
    params: z
      .strictObject({
        nSeasons: z.int().min(1).max(100).optional(),
        nTrees: z.int().min(1).max(10_000).optional(),
        learningRate: z.number().gt(0).max(1).optional(),
        maxLeaves: z.int().min(2).max(1024).optional(),
        minSamplesLeaf: z.int().min(1).optional(),
      })
      .optional(),
  }),
  z.strictObject({ family: z.enum(withoutParams), params: z.strictObject({}).optional() }),
]);

const schema = z
  .strictObject({
    name: nameSchema,
    task: z.literal("forecast"),
    data: dataSchema.omit({ test: true, quarantine: true }),
    time: column,
    value: column,
    series: column.optional(),
    known: z.array(column).min(1).max(100).readonly().optional(),
    observed: z.array(column).min(1).max(100).readonly().optional(),
    horizon: z.int().min(1).max(10_000),
    frequency: z
      .union([z.enum(units), z.strictObject({ step: z.number().positive(), unit: z.enum([...units, "number"]) })])
      .refine(
        (frequency) => typeof frequency === "string" || frequency.unit === "number" || Number.isInteger(frequency.step),
        "a step of calendar units must be a whole number",
      )
      .optional(),
    season: z.int().min(1).max(100_000).optional(),
    timeZone: z.string().optional(),
    duplicates: z.enum(["refuse", "sum", "mean", "last"]).optional(),
    gaps: z.enum(["missing", "refuse", "interpolate", "zero"]).optional(),
    range: z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional(),
    levels: z
      .array(z.number().gt(0).lt(1))
      .min(1)
      .max(9)
      .readonly()
      .refine((levels) => levels.every((level, k) => k === 0 || level > levels[k - 1]!), "levels must ascend")
      .optional(),
    backtest: z
      .strictObject({ origins: z.int().min(1).max(1000).optional(), step: z.int().min(1).optional() })
      .optional(),
    search: z
      .strictObject({
        families: z.array(z.enum(forecastFamilies)).min(1).readonly().optional(),
        configurations: z.array(configuration).min(1).readonly().optional(),
        perSeries: z.boolean().optional(),
        seconds: z.number().positive().optional(),
      })
      .optional(),
    evaluation: z
      .strictObject({
        metric: z.enum(forecastMetricNames).optional(),
        slices: z.array(column).readonly().optional(),
        resamples: z.int().min(200).max(10_000).optional(),
      })
      .optional(),
    seed: z.int().min(0).optional(),
  })
  .superRefine(({ time, value, series, known = [], observed = [], range, timeZone, evaluation }, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    if (value === time) refuse(["value"], `"${time}" is the time, another column is needed`);
    if (series === time || series === value) refuse(["series"], `"${series}" is the time or the value`);
    const covariates = [...known, ...observed];
    covariates.forEach((name, k) => {
      const path = [k < known.length ? "known" : "observed"];
      if (name === time || name === value || name === series)
        refuse(path, `"${name}" is the time, the value or the series`);
      else if (covariates.indexOf(name) < k) refuse(path, `"${name}" is named twice`);
      else if (name === "at" || name === "value")
        refuse(path, `a column cannot be called "${name}": requests say so of something else`);
    });
    if ((range?.min ?? Number.NEGATIVE_INFINITY) >= (range?.max ?? Number.POSITIVE_INFINITY))
      refuse(["range"], "min must be below max");
    for (const name of evaluation?.slices ?? [])
      if (name === time || name === value) refuse(["evaluation", "slices"], `"${name}" is the time or the value`);
    if (timeZone === undefined || timeZone === "UTC") return;
    const zones = zoneNames();
    if (zones.includes(timeZone)) return;
    const near = nearestName(timeZone, zones);
    refuse(["timeZone"], `"${timeZone}" is no zone${near === undefined ? "" : `, did you mean "${near}"?`}`);
  });

/**
 * Declares a forecast: checks the definition and freezes it. The value is read as a number and the series as a text, unless `data.options.types` says otherwise.
 * Throws DEFINITION_INVALID with every problem.
 *
 * ```ts
 * export default defineForecast({ name: 'demand', data: { files: ['sales.csv'] }, time: 'date', value: 'sales', series: 'store', horizon: 28 });
 * ```
 */
export function defineForecast<const Name extends string>(
  definition: Omit<ForecastDefinition<Name>, "task"> & { readonly task?: "forecast" },
): ForecastDefinition<Name> {
  const whole = { ...definition, task: "forecast" } as const;
  checkDefinition(whole, schema);
  const { data, value, series } = whole;
  const filled: Record<string, LogicalType> = {
    [value]: "number",
    ...(series === undefined ? {} : { [series]: "category" }),
  };
  const options = { ...data.options, types: { ...filled, ...data.options?.types } };
  return freezeDeep(structuredClone({ ...whole, data: { ...data, options } }));
}
