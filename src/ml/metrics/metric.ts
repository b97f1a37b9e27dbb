import type { Task } from "../learners/index.ts";

/** A value, or why there is none. */
export type Measured = number | { readonly undefined: string };

/** A metric made ready for one set of rows: sorting and per-row losses are done once, then any weights are answered in linear time. */
export type Weighable = (weight: Float64Array) => Measured;

/** What a ranking is judged by beside grades and scores. */
export interface Ranked {
  /** A code per row, equal for the rows of one query. */
  readonly queries: Int32Array;
  /** Gain of each grade; null: 2^grade − 1. */
  readonly gains: readonly number[] | null;
}

/** One metric of the dictionary: what it means, and how it is computed. */
export interface Metric {
  readonly name: string;
  readonly tasks: readonly Task[];
  readonly direction: "maximise" | "minimise";
  /** Least and greatest value. */
  readonly range: readonly [number, number];
  /** Whether it reads probabilities, decided classes, or values. */
  readonly needs: "probability" | "label" | "value";
  /** The convention chosen, in one sentence. */
  readonly definition: string;
  /**
   * Prepares the metric for rows. yTrue: class indexes or numbers, nSamples. prediction: row-major nSamples × nOutputs (binary: the
   * positive class's probability, or the decided class where the metric needs labels). ranked: queries of a ranking; without, all rows are one.
   */
  readonly prepare: (yTrue: Float64Array, prediction: Float64Array, ranked?: Ranked) => Weighable;
}

/** Outputs per row of a prediction. */
export function outputsOf(yTrue: Float64Array, prediction: Float64Array): number {
  return yTrue.length === 0 ? 1 : prediction.length / yTrue.length;
}

/** A metric that is the weighted mean of a value per row, passed through `finish`. */
export function meanOfRows(values: Float64Array, finish: (mean: number) => number = (mean) => mean): Weighable {
  return (weight) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      sum += weight[i]! * values[i]!;
      total += weight[i]!;
    }
    return total > 0 ? finish(sum / total) : { undefined: "no row has weight" };
  };
}
