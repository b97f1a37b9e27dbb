import { FettleError, nearestName } from "../../lib/index.ts";
import { exp, log } from "../../ml/stats/index.ts";

/** A value of one parameter. */
export type ParamValue = number | string | boolean;

/** One parameter that a search may set; with `when` it exists only where another one has that value. */
export type Dimension = {
  readonly name: string;
  readonly when?: { readonly name: string; readonly is: ParamValue };
} & (
  | {
      readonly kind: "real" | "integer";
      readonly low: number;
      readonly high: number;
      /** Even on the logarithm; then `low` > 0. Default even. */
      readonly scale?: "log";
    }
  | { readonly kind: "choice"; readonly values: readonly ParamValue[] }
);

/** Parameters in the order of their dependence: a dimension stands after the one that its `when` names. */
export type SearchSpace = readonly Dimension[];

/** A value for every dimension that exists there. */
export type Point = Readonly<Record<string, ParamValue>>;

/** Whether a dimension exists at a point. */
export function isActive({ when }: Dimension, point: Point): boolean {
  return when === undefined || point[when.name] === when.is;
}

/** The point at a place of the unit cube: one number in [0, 1) per dimension of the space, those of absent dimensions unused. */
export function pointAt(space: SearchSpace, place: ArrayLike<number>): Point {
  const point: Record<string, ParamValue> = {};
  space.forEach((dimension, j) => {
    if (isActive(dimension, point)) point[dimension.name] = valueAt(dimension, place[j]!);
  });
  return point;
}

/** The value of a dimension at u in [0, 1]; numbers are rounded to 3 significant digits, so that a person can write them down. */
export function valueAt(dimension: Dimension, u: number): ParamValue {
  if (dimension.kind === "choice")
    return dimension.values[Math.min(dimension.values.length - 1, Math.floor(u * dimension.values.length))]!;
  const { low, high, kind } = dimension;
  // An integer owns the interval of half a unit on each side.
  const [from, to] = kind === "integer" ? [low - 0.5, high + 0.5] : [low, high];
  const raw = dimension.scale === "log" ? exp(log(from) + u * (log(to) - log(from))) : from + u * (to - from);
  const value = kind === "integer" ? Math.round(raw) : Number(raw.toPrecision(3));
  return Math.min(high, Math.max(low, value));
}

/** Where a number lies in its dimension, 0 … 1: the inverse of {@link valueAt} up to rounding. */
export function unitOf(dimension: Exclude<Dimension, { kind: "choice" }>, value: number): number {
  const { low, high, kind } = dimension;
  const [from, to] = kind === "integer" ? [low - 0.5, high + 0.5] : [low, high];
  if (to === from) return 0.5;
  return dimension.scale === "log" ? (log(value) - log(from)) / (log(to) - log(from)) : (value - from) / (to - from);
}

/** A point as text: equal points, equal texts. */
export function keyOf(space: SearchSpace, point: Point): string {
  return JSON.stringify(space.map(({ name }) => point[name] ?? null));
}

/**
 * A space with some parameters fixed to a value. Throws TUNE_PARAMETER_UNKNOWN, with the nearest name, for one that the space does not have.
 */
export function withFixed(space: SearchSpace, fixed: Point): SearchSpace {
  const unknown = Object.keys(fixed).find((name) => !space.some((dimension) => dimension.name === name));
  if (unknown === undefined)
    return space.map((dimension) =>
      Object.hasOwn(fixed, dimension.name)
        ? {
            name: dimension.name,
            ...(dimension.when && { when: dimension.when }),
            kind: "choice",
            values: [fixed[dimension.name]!],
          }
        : dimension,
    );
  const names = space.map(({ name }) => name);
  const near = nearestName(unknown, names);
  throw new FettleError(
    "invalid-input",
    "TUNE_PARAMETER_UNKNOWN",
    `Cannot fix the parameter "${unknown}": the search space has ${names.join(", ")}, one of these is needed`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}
