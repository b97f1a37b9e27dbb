import { bestFirst, dcg, discountAt, exp, log, log1p, rowsByQuery } from "../stats/index.ts";
import type { Workspace } from "./gbdt-workspace.ts";

/*
 * LambdaMART (Burges 2010): the logistic loss of every pair of rows of a query whose gains differ and of which one stands among the first
 * `truncation` places, times the change of NDCG that swapping them would bring. As in LightGBM, that change is divided by the distance of
 * the scores, and a query's pull becomes log2(1 + its sum), so that long queries do not outweigh the others.
 *
 * This is the specification of the compiled kernel of the same name: it adds in the same order, pairs of even and of odd distance by
 * themselves, as the two lanes of the kernel do.
 */

/** Queries as arrays that a kernel can read. A place is a row's position when rows are listed query by query. */
export interface QueryArrays {
  /** nQueries + 1: the place where each query begins, and the end. */
  readonly starts: Int32Array;
  /** Per place: its row. */
  readonly rows: Int32Array;
  /** Per query: its positions from 0, best first, as the last call found them. Overwritten. */
  readonly order: Int32Array;
  /** Per place. */
  readonly gains: Float64Array;
  /** Per query: 1 / the DCG of its best order among the first `truncation` places; 0 where no row has a gain. */
  readonly perBest: Float64Array;
  /** Of each position of the longest query, and one more. */
  readonly discounts: Float64Array;
  /** Per row; null: all 1. */
  readonly weights: Float64Array | null;
  readonly truncation: number;
}

/** Lays queries out. `gains` holds one number per row, `queries` a code. */
export function queryArrays(
  queries: Int32Array,
  gains: Float64Array,
  weights: Float64Array | null,
  truncation: number,
): QueryArrays {
  const groups = rowsByQuery(queries);
  const n = queries.length;
  const arrays = {
    starts: new Int32Array(groups.length + 1),
    rows: new Int32Array(n),
    order: new Int32Array(n),
    gains: new Float64Array(n),
    perBest: new Float64Array(groups.length),
    discounts: Float64Array.from({ length: longest(groups) + 1 }, (_, position) => discountAt(position)),
  };
  groups.forEach((rows, query) => {
    const from = arrays.starts[query]!;
    arrays.starts[query + 1] = from + rows.length;
    arrays.rows.set(rows, from);
    rows.forEach((_, position) => {
      arrays.order[from + position] = position;
    });
    const own = Float64Array.from(rows, (row) => gains[row]!);
    arrays.gains.set(own, from);
    const best = dcg(own, own, truncation);
    arrays.perBest[query] = best > 0 ? 1 / best : 0;
  });
  return { ...arrays, weights, truncation };
}

/** The same arrays in a workspace, where a kernel can read them. */
export function arraysIn(workspace: Pick<Workspace, "int32" | "float64">, arrays: QueryArrays): QueryArrays {
  const whole = (values: Int32Array) => filled(workspace.int32(values.length), values);
  const real = (values: Float64Array) => filled(workspace.float64(values.length), values);
  return {
    starts: whole(arrays.starts),
    rows: whole(arrays.rows),
    order: whole(arrays.order),
    gains: real(arrays.gains),
    perBest: real(arrays.perBest),
    discounts: real(arrays.discounts),
    weights: arrays.weights && real(arrays.weights),
    truncation: arrays.truncation,
  };
}

function filled<A extends Int32Array | Float64Array>(target: A, values: A): A {
  target.set(values);
  return target;
}

const longest = (groups: readonly Int32Array[]) => groups.reduce((most, { length }) => Math.max(most, length), 0);

const ln2 = log(2);
/** Scores so far below the best of their query count as so far below it: e^x stays a normal number. */
const farBelow = -700;
/** Added to the distance of two scores before anything is divided by it. */
const leastDistance = 0.01;
/** Hessians are at least this, for rows that are in no pair. */
const leastHessian = 1e-16;

/** Writes gradient and hessian of every row, weights included. */
export function lambdaGradients(
  arrays: QueryArrays,
  scores: Float64Array,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  const { starts, rows, weights } = arrays;
  for (let query = 0; query + 1 < starts.length; query++) {
    const places = rows.subarray(starts[query]!, starts[query + 1]!);
    const { order, pull, curve, factor } = pullsOf(
      arrays,
      query,
      Float64Array.from(places, (row) => scores[row]!),
    );
    order.forEach((position, at) => {
      const row = places[position]!;
      const weight = weights === null ? 1 : weights[row]!;
      gradients[row] = weight * (pull[at]! * factor);
      hessians[row] = weight * Math.max(curve[at]! * factor, leastHessian);
    });
  }
}

// First and second derivatives of one query, best row first, and what both are to be multiplied by.
function pullsOf(
  { starts, gains, perBest, discounts, truncation, order: orders }: QueryArrays,
  query: number,
  own: Float64Array,
) {
  const from = starts[query]!;
  const m = own.length;
  const order = bestFirst(own);
  orders.set(order, from);
  const score = Float64Array.from(order, (position) => own[position]!);
  const gain = Float64Array.from(order, (position) => gains[from + position]!);
  const share = score.map((s) => exp(Math.max(s - score[0]!, farBelow)));
  const least = score[0]! === score[m - 1]! ? 1 : leastDistance;
  const pull = new Float64Array(m);
  const curve = new Float64Array(m);
  const sums = [0, 0];
  for (let a = 0; a < Math.min(truncation, m); a++) {
    const perShare = 1 / share[a]!;
    const pulls = [0, 0];
    const curves = [0, 0];
    for (let b = a + 1; b < m; b++) {
      const difference = gain[a]! - gain[b]!;
      if (difference === 0) continue;
      const isBetter = difference > 0;
      const distance = least + (score[a]! - score[b]!);
      const odds = share[b]! * perShare;
      const per = 1 / (distance * (1 + odds));
      const swap = Math.abs(difference) * (discounts[a]! - discounts[b]!) * perBest[query]!;
      const strength = swap * per * (isBetter ? odds : 1);
      const bend = strength * (isBetter ? 1 : odds) * (per * distance);
      const lane = (b - a - 1) & 1;
      const signed = isBetter ? strength : -strength;
      pulls[lane]! += signed;
      curves[lane]! += bend;
      sums[lane]! += strength;
      pull[b]! += signed;
      curve[b]! += bend;
    }
    pull[a]! -= pulls[0]! + pulls[1]!;
    curve[a]! += curves[0]! + curves[1]!;
  }
  const sum = 2 * (sums[0]! + sums[1]!);
  return { order, pull, curve, factor: sum > 0 ? log1p(sum) / (ln2 * sum) : 1 };
}
