import { type SmoothingArrays, smooth, smoothBack, tapeStride } from "./ets-recursion.ts";

/** A series with room for passes of the recursion over it. */
export interface SmoothingEngine extends SmoothingArrays {
  /** See `smooth` of ets-recursion.ts. */
  smooth(): boolean;
  /** See `smoothBack` of ets-recursion.ts. */
  smoothBack(a: number, c: number): void;
}

/** What of the recursion depends on the form alone. */
export type SmoothingShape = Pick<SmoothingArrays, "m" | "isSeasonMultiplicative" | "isErrorMultiplicative">;

/** The shape of smoothing without a season. */
export const plainShape: SmoothingShape = { m: 1, isSeasonMultiplicative: false, isErrorMultiplicative: false };

/** An engine for a series. */
export function smoothingEngine(y: Float64Array, shape: SmoothingShape): SmoothingEngine {
  const size = 6 + shape.m;
  const arrays: SmoothingArrays = {
    ...shape,
    y,
    params: new Float64Array(size),
    tape: new Float64Array(tapeStride * y.length),
    out: new Float64Array(size),
    gradient: new Float64Array(size),
  };
  return { ...arrays, smooth: () => smooth(arrays), smoothBack: (a, c) => smoothBack(arrays, a, c) };
}
