import { createRng } from "../../lib/index.ts";
import { dcg, exponentialGain, rowsByQuery } from "../stats/index.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { lambdaGradients, queryArrays } from "./lambda-gradients.ts";
import { softmaxInPlace } from "./linear-objective.ts";

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

const leastHessian = 1e-16;

/** Rows of one query with their gains. */
interface Query {
  readonly rows: Int32Array;
  readonly gains: Float64Array;
}

function gainsOf(y: Float64Array, { gains }: RankingOptions): Float64Array {
  return y.map((grade) => (gains === null ? exponentialGain(grade) : gains[grade]!));
}

function queriesOf(y: Float64Array, options: RankingOptions): Query[] {
  const gains = gainsOf(y, options);
  return rowsByQuery(options.queries).map((rows) => ({ rows, gains: Float64Array.from(rows, (i) => gains[i]!) }));
}

const scoresOf = ({ rows }: Query, scores: Float64Array) => Float64Array.from(rows, (i) => scores[i]!);

// 1 − NDCG@10, mean over the queries that have a gain, each weighing as much as its rows do on average; NaN where there is none.
function meanShortfall(queries: readonly Query[], weights: Float64Array): BoostingLoss["mean"] {
  const judged = queries
    .map((query) => ({ query, best: dcg(query.gains, query.gains, judgedPlaces) }))
    .filter(({ best }) => best > 0);
  const weightOf = judged.map(({ query: { rows } }) => rows.reduce((sum, i) => sum + weights[i]! / rows.length, 0));
  return (scores) =>
    weightedMeanLoss(Float64Array.from(weightOf), (k) => {
      const { query, best } = judged[k]!;
      return 1 - dcg(query.gains, scoresOf(query, scores), judgedPlaces) / best;
    });
}

/** LambdaMART: see `lambda-gradients.ts`. */
export function lambdarank(y: Float64Array, weights: Float64Array, options: RankingOptions): BoostingLoss {
  const arrays = queryArrays(options.queries, gainsOf(y, options), weights, options.truncation);
  return {
    nOutputs: 1,
    base: [0],
    kernel: "lambdarank",
    queries: arrays,
    derive: (scores, _output, gradient, hessian) => lambdaGradients(arrays, scores, gradient, hessian),
    mean: meanShortfall(queriesOf(y, options), weights),
    isJumpy: true,
  };
}

/**
 * XE-NDCG (Bruch 2020): cross entropy between the softmax ρ of a query's scores and shares φ proportional to gain + γ, where γ is
 * drawn anew from (0, 1) for every row and round. Gradient ρ − φ, hessian ρ(1 − ρ). A query whose gains are all equal says nothing
 * about an order and is left out.
 */
export function xendcg(y: Float64Array, weights: Float64Array, options: RankingOptions): BoostingLoss {
  const rng = createRng(options.seed).fork("xendcg");
  const queries = queriesOf(y, options);
  const graded = queries.filter(({ gains }) => gains.some((gain) => gain !== gains[0]));
  return {
    nOutputs: 1,
    base: [0],
    derive(scores, _output, gradient, hessian) {
      gradient.fill(0);
      hessian.fill(leastHessian);
      for (const query of graded) {
        const rho = scoresOf(query, scores);
        softmaxInPlace(rho, 0, rho.length);
        const phi = query.gains.map((gain) => gain + rng.uniform());
        const total = phi.reduce((sum, part) => sum + part, 0);
        query.rows.forEach((i, k) => {
          gradient[i] = weights[i]! * (rho[k]! - phi[k]! / total);
          hessian[i] = Math.max(rho[k]! * (1 - rho[k]!), leastHessian);
        });
      }
      for (let i = 0; i < weights.length; i++) hessian[i]! *= weights[i]!;
    },
    mean: meanShortfall(queries, weights),
    isJumpy: true,
  };
}
