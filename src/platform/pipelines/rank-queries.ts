import { FettleError } from "../../lib/index.ts";
import { bestFirst } from "../../ml/stats/index.ts";
import { cellOf, isMissing } from "../../ml/table/index.ts";
import { checkInputs, inputTable, type Predictor } from "../capsule/index.ts";
import type { ScoreBatch } from "./score-run.ts";

/**
 * The place of every row within its query, 1 the best, equal scores in the order of the rows; NaN for a row without a query. Rows of a query may lie
 * anywhere in the files, so all are scored before the first can be written: a row takes 16 bytes meanwhile, a query its name. Null where the rows have no
 * such column.
 */
export async function rankQueries(
  batches: AsyncIterable<ScoreBatch>,
  predictor: Predictor,
  query: string,
  signal?: AbortSignal,
): Promise<Float64Array | null> {
  const codeOf = new Map<string, number>();
  const parts: { readonly codes: Int32Array; readonly scores: Float64Array }[] = [];
  for await (const { table } of batches) {
    if (signal?.aborted === true)
      throw new FettleError("cancelled", "CANCELLED", "Cannot go on scoring: it was cancelled");
    if (!table.has(query)) return null;
    checkInputs(predictor.signature, table);
    const column = table.column(query);
    const codes = Int32Array.from({ length: table.nRows }, (_, i) => {
      if (isMissing(column, i)) return -1;
      const name = String(cellOf(column, i));
      const code = codeOf.get(name) ?? codeOf.size;
      codeOf.set(name, code);
      return code;
    });
    const inputs = inputTable(predictor.signature, table, () => {});
    parts.push({ codes, scores: table.nRows === 0 ? new Float64Array(0) : predictor.predict(inputs) });
  }
  const codes = joined(
    parts.map((part) => part.codes),
    (n) => new Int32Array(n),
  );
  const scores = joined(
    parts.map((part) => part.scores),
    (n) => new Float64Array(n),
  );
  return ranksWithin(codes, scores, codeOf.size);
}

function joined<A extends Int32Array | Float64Array>(parts: readonly A[], empty: (length: number) => A): A {
  const whole = empty(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function ranksWithin(codes: Int32Array, scores: Float64Array, nQueries: number): Float64Array {
  const ends = new Int32Array(nQueries + 1);
  for (const code of codes) if (code >= 0) ends[code + 1]! += 1;
  for (let code = 0; code < nQueries; code++) ends[code + 1]! += ends[code]!;
  const next = ends.slice();
  const rows = new Int32Array(ends[nQueries]!);
  codes.forEach((code, row) => {
    if (code >= 0) rows[next[code]!++] = row;
  });
  const ranks = new Float64Array(codes.length).fill(Number.NaN);
  for (let code = 0; code < nQueries; code++) {
    const own = rows.subarray(ends[code]!, ends[code + 1]!);
    bestFirst(Float64Array.from(own, (row) => scores[row]!)).forEach((position, at) => {
      ranks[own[position]!] = at + 1;
    });
  }
  return ranks;
}
