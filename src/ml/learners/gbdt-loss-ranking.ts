import { createRng } from "../../lib/index.ts";
import { bestFirst, dcg, discountAt, exponentialGain, log, log1p, ndcg, rowsByQuery, sigmoid } from "../stats/index.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { softmaxInPlace } from "./linear-objective.ts";

const ln2 = log(2);

/** Options of the ranking losses. */
export interface RankingOptions {
  /** Code of each row's query. */
  readonly queries: Int32Array;
  /** Gain of each grade; null: 2^grade − 1. */
  readonly gains: readonly number[] | null;
  /** Places from the top whose pairs count. */
  readonly truncation: number;
  readonly seed: number;
}

/** Early stopping looks at NDCG of so many places. */
const judgedPlaces = 10;

/** Rows of one query with their gains. */
interface Query {
  readonly rows: Int32Array;
  readonly gains: Float64Array;
}

function queriesOf(y: Float64Array, { queries, gains }: RankingOptions): Query[] {
  const gainOf = gains === null ? exponentialGain : (grade: number) => gains[grade]!;
  return rowsByQuery(queries).map((rows) => ({ rows, gains: Float64Array.from(rows, (i) => gainOf(y[i]!)) }));
}

const scoresOf = ({ rows }: Query, scores: Float64Array) => Float64Array.from(rows, (i) => scores[i]!);

// 1 − NDCG@10, mean over the queries that have a gain, each weighing as much as its rows do on average; NaN where there is none.
function meanShortfall(queries: readonly Query[], weights: Float64Array): BoostingLoss["mean"] {
  const weightOf = queries.map(({ rows }) => rows.reduce((sum, i) => sum + weights[i]! / rows.length, 0));
  return (scores) => {
    const found = queries.map((query) => ndcg(query.gains, scoresOf(query, scores), judgedPlaces));
    const defined = Float64Array.from(found.keys()).filter((q) => found[q] !== null);
    return weightedMeanLoss(
      defined.map((q) => weightOf[q]!),
      (k) => 1 - found[defined[k]!]!,
    );
  };
}

/** A loss that looks at one query at a time; `derive` adds to derivatives that are 0. */
function queryLoss(
  queries: readonly Query[],
  weights: Float64Array,
  derive: (query: Query, scores: Float64Array, gradient: Float64Array, hessian: Float64Array) => void,
): BoostingLoss {
  return {
    nOutputs: 1,
    base: [0],
    derive(scores, _output, gradient, hessian) {
      gradient.fill(0);
      hessian.fill(0);
      for (const query of queries) derive(query, scores, gradient, hessian);
      for (let i = 0; i < weights.length; i++) {
        gradient[i]! *= weights[i]!;
        hessian[i] = weights[i]! * Math.max(hessian[i]!, 1e-16);
      }
    },
    mean: meanShortfall(queries, weights),
  };
}

/**
 * LambdaMART (Burges 2010): logistic loss of every pair of rows of a query whose grades differ and of which one stands among the
 * first `truncation`, times the change of NDCG that swapping them would bring. As in LightGBM, that change is divided by the
 * distance of the scores, and a query's pull becomes log2(1 + its sum), so that long queries do not outweigh the others.
 */
export function lambdarank(y: Float64Array, weights: Float64Array, options: RankingOptions): BoostingLoss {
  const { truncation } = options;
  const queries = queriesOf(y, options);
  const best = new Map(queries.map((query) => [query, dcg(query.gains, query.gains, truncation)]));
  const longest = queries.reduce((most, { rows }) => Math.max(most, rows.length), 0);
  const discounts = Float64Array.from({ length: longest }, (_, place) => discountAt(place));
  return queryLoss(queries, weights, (query, scores, gradient, hessian) => {
    const { rows, gains } = query;
    const own = scoresOf(query, scores);
    const order = bestFirst(own);
    const isSpread = own[order[0]!]! !== own[order.at(-1)!]!;
    let sum = 0;
    for (let a = 0; a < Math.min(truncation, order.length); a++)
      for (let b = a + 1; b < order.length; b++) {
        const gain = gains[order[a]!]! - gains[order[b]!]!;
        if (gain === 0) continue;
        const [better, worse] = gain > 0 ? [order[a]!, order[b]!] : [order[b]!, order[a]!];
        const lead = own[better]! - own[worse]!;
        const swap = (Math.abs(gain) * (discounts[a]! - discounts[b]!)) / best.get(query)!;
        const weight = isSpread ? swap / (0.01 + Math.abs(lead)) : swap;
        const p = sigmoid(-lead);
        gradient[rows[better]!]! -= weight * p;
        gradient[rows[worse]!]! += weight * p;
        hessian[rows[better]!]! += weight * p * (1 - p);
        hessian[rows[worse]!]! += weight * p * (1 - p);
        sum += 2 * weight * p;
      }
    if (sum > 0) scale(rows, log1p(sum) / (ln2 * sum), gradient, hessian);
  });
}

function scale(rows: Int32Array, factor: number, gradient: Float64Array, hessian: Float64Array): void {
  for (const i of rows) {
    gradient[i]! *= factor;
    hessian[i]! *= factor;
  }
}

/**
 * XE-NDCG (Bruch 2020): cross entropy between the softmax ρ of a query's scores and shares φ proportional to gain + γ, where γ is
 * drawn anew from (0, 1) for every row and round. Gradient ρ − φ, hessian ρ(1 − ρ). A query whose gains are all equal says nothing
 * about an order and is left out.
 */
export function xendcg(y: Float64Array, weights: Float64Array, options: RankingOptions): BoostingLoss {
  const rng = createRng(options.seed).fork("xendcg");
  const isGraded = ({ gains }: Query) => gains.some((gain) => gain !== gains[0]);
  return queryLoss(queriesOf(y, options), weights, (query, scores, gradient, hessian) => {
    if (!isGraded(query)) return;
    const rho = scoresOf(query, scores);
    softmaxInPlace(rho, 0, rho.length);
    const phi = query.gains.map((gain) => gain + rng.uniform());
    const total = phi.reduce((sum, part) => sum + part, 0);
    query.rows.forEach((i, k) => {
      gradient[i] = rho[k]! - phi[k]! / total;
      hessian[i] = rho[k]! * (1 - rho[k]!);
    });
  });
}
