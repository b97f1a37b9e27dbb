export {
  binomialLowerTail,
  clopperPearson,
  incompleteBeta,
  studentQuantile,
  studentUpperTail,
} from "./beta.ts";
export { chiSquaredUpperQuantile, chiSquaredUpperTail } from "./chi-squared.ts";
export { conformalQuantile, coverageBounds, fewestScores } from "./conformal.ts";
export { cheapestClass, likeliestClass } from "./decisions.ts";
export { cos, exp, expm1, log, log1p, logSumExp, sigmoid, sin, softplus } from "./elementary.ts";
export { deviance, huber } from "./losses.ts";
export { type Moments, momentsOf, pearson } from "./moments.ts";
export { benjaminiHochberg, normalQuantile, normalUpperTail, ratioOfShares, wilsonInterval, z95 } from "./normal.ts";
export { argsort, quantileSorted, ranks, sortedFloat32, sortedPresent } from "./order.ts";
export { gaussLegendre, type Quadrature } from "./quadrature.ts";
export { bestFirst, dcg, discountAt, exponentialGain, ndcg, rowsByQuery } from "./ranked-queries.ts";
export { type ResampledMean, resampledMean } from "./resampled-t.ts";
