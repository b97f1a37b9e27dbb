import type { Evaluation } from "./evaluation.ts";

/** Of an evaluation the parts that only a model of a table's classes or numbers has: none of them. */
export const noDetails = {
  curves: {},
  confusion: null,
  calibration: null,
  threshold: null,
  errors: { worst: [], shared: [] },
  importance: [],
  fairness: [],
  disparities: [],
} as const satisfies Partial<Evaluation>;
