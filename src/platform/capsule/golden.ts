import { createRng, FettleError, permutation, type Rng } from "../../lib/index.ts";
import { rowsByQuery } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { RawRow } from "../features/index.ts";
import type { Predictor } from "./predictor.ts";
import { rawRowOf, tableOfRows } from "./signature.ts";

/** Rows with the outputs that a model gave when it was made: proof that what was loaded is what was trained. */
export interface Golden {
  readonly rows: readonly RawRow[];
  /** One array of nOutputs per row. */
  readonly outputs: readonly (readonly number[])[];
}

/**
 * Picks at most `count` rows of a table by the seed and records what the predictor answers. With `queries`, a code per row, these are whole queries, query by
 * query: as many as fit, and the first `count` rows of one that is longer than that.
 */
export function recordGolden(
  predictor: Predictor,
  table: Table,
  seed: number,
  { count = 200, queries }: { readonly count?: number; readonly queries?: Int32Array } = {},
): Golden {
  const rng = createRng(seed).fork("golden");
  const picked =
    queries === undefined ? permutation(table.nRows, rng).slice(0, count).sort() : wholeQueries(queries, count, rng);
  const rows = Array.from(picked, (i) => rawRowOf(predictor.signature, table, i));
  const out = new Float64Array(predictor.nOutputs);
  const outputs = rows.map((row) => {
    predictor.predictRow(row, out);
    return [...out];
  });
  return { rows, outputs };
}

function wholeQueries(queries: Int32Array, count: number, rng: Rng): number[] {
  const groups = rowsByQuery(queries);
  const picked: number[] = [];
  for (const q of permutation(groups.length, rng)) {
    const rows = groups[q]!;
    if (picked.length === 0) picked.push(...rows.subarray(0, count));
    else if (picked.length + rows.length <= count) picked.push(...rows);
  }
  return picked;
}

/**
 * Predicts the golden rows again, one by one and as a batch, and compares to the bit.
 * Throws CAPSULE_GOLDEN_MISMATCH (kind `damaged`) where one number differs: such a model must answer no traffic.
 */
export function replayGolden(predictor: Predictor, golden: Golden): void {
  const k = predictor.nOutputs;
  const batch = predictor.predict(tableOfRows(predictor.signature, golden.rows));
  const out = new Float64Array(k);
  golden.rows.forEach((row, i) => {
    predictor.predictRow(row, out);
    const expected = golden.outputs[i]!;
    for (let j = 0; j < k; j++)
      if (expected[j] !== out[j] || expected[j] !== batch[i * k + j])
        throw new FettleError(
          "damaged",
          "CAPSULE_GOLDEN_MISMATCH",
          `Cannot serve the model: golden row ${i} gives another output than when the model was made, equal bits are needed`,
          { hint: 'Run "fettle doctor", then "fettle verify" on this version', facts: { row: i } },
        );
  });
}
