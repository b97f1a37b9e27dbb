import { exp, log } from "./elementary.ts";

/*
 * Rankings are judged query by query: rows of one query are ordered by their score, best first, and the graded relevance
 * of a row counts the less the lower it stands. Equal scores say nothing about an order, so what they share is averaged
 * over all orders of theirs (McSherry & Najork 2008): no number here depends on the order of the rows.
 */

const ln2 = log(2);

/** Rows of each query in the order of the rows, queries in the order of their first row. `queries` holds a code per row. */
export function rowsByQuery(queries: Int32Array): Int32Array[] {
  const rowsOf = new Map<number, number[]>();
  for (let i = 0; i < queries.length; i++) {
    const rows = rowsOf.get(queries[i]!);
    if (rows === undefined) rowsOf.set(queries[i]!, [i]);
    else rows.push(i);
  }
  return Array.from(rowsOf.values(), (rows) => Int32Array.from(rows));
}

/** 1/log2(place + 2): what a row counts at a place, 0 being the best (Järvelin & Kekäläinen 2002). */
export function discountAt(place: number): number {
  return ln2 / log(place + 2);
}

/** 2^grade − 1: the gain of a grade (Burges et al. 2005). Exact for whole grades. */
export function exponentialGain(grade: number): number {
  return (Number.isInteger(grade) ? 2 ** grade : exp(grade * ln2)) - 1;
}

/** Positions of the numbers, the greatest first; equal ones in their order. */
export function bestFirst(scores: Float64Array): Int32Array {
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Sum of gain × discount over the first `at` places of an order by score, runs of equal scores averaged. */
export function dcg(gains: Float64Array, scores: Float64Array, at: number): number {
  const order = bestFirst(scores);
  let sum = 0;
  for (let from = 0; from < Math.min(at, order.length); ) {
    let to = from;
    let gain = 0;
    let discount = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
      gain += gains[order[to]!]!;
      if (to < at) discount += discountAt(to);
    }
    sum += (gain / (to - from)) * discount;
    from = to;
  }
  return sum;
}

/** {@link dcg} over that of the best order: 0 … 1; null where no row of the query has a gain. */
export function ndcg(gains: Float64Array, scores: Float64Array, at: number): number | null {
  const best = dcg(gains, gains, at);
  return best > 0 ? dcg(gains, scores, at) / best : null;
}
