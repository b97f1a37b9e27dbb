import type { Target } from "../../ml/learners/index.ts";

/** The target of some rows. */
export function takeTarget(target: Target, rows: Int32Array): Target {
  const { queries } = target;
  return {
    ...target,
    values: takeNumbers(target.values, rows),
    ...(queries === undefined ? {} : { queries: rows.map((row) => queries[row]!) }),
  };
}

/** Numbers at some rows. */
export function takeNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
