import type { Target } from "../../ml/learners/index.ts";
import type { Ranked } from "../../ml/metrics/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { takeNumbers, takeTarget } from "./take-rows.ts";

/** Rows of one part with everything that goes with them. */
export interface Part {
  readonly rows: Int32Array;
  readonly table: Table;
  readonly target: Target;
  readonly sampleWeight: Float64Array | null;
  /** What a mistake on each row costs; null where all cost alike. */
  readonly rowCost: Float64Array | null;
  readonly resample: Split["resample"];
  /** Ranking: which rows belong to one query; null for other tasks. */
  readonly ranked: Ranked | null;
}

/** Cuts a part out of a prepared run. */
export function partOf(run: PreparedRun, rows: Int32Array): Part {
  const { resample } = run.split;
  const target = takeTarget(run.built.target, rows);
  return {
    rows,
    table: run.table.take(rows),
    target,
    ranked: target.queries ? { queries: target.queries, gains: run.definition.lossOptions?.gains ?? null } : null,
    sampleWeight: run.sampleWeight === null ? null : takeNumbers(run.sampleWeight, rows),
    rowCost: run.rowCost === null ? null : takeNumbers(run.rowCost, rows),
    resample:
      resample.unit === "group" ? { unit: "group", groups: rows.map((row) => resample.groups[row]!) } : resample,
  };
}

/** Golden rows of a ranking are whole queries. */
export function goldenOptions({ ranked }: Part): { readonly queries?: Int32Array } {
  return ranked === null ? {} : { queries: ranked.queries };
}

/** Rows of two parts in ascending order: what the chosen configuration is refitted on. */
export function joinRows(a: Int32Array, b: Int32Array): Int32Array {
  const joined = new Int32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined.sort();
}
