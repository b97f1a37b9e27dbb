import { type BootstrapOptions, bootstrapSums, differenceOf, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import { decideClasses } from "./decided.ts";
import type { DecisionCost } from "./evaluation.ts";
import type { CostMatrix, ScoredPart } from "./evaluation-input.ts";

/** What each row's decision costs, times 1,000 and its weight. */
export function decisionCosts(
  { yTrue, sampleWeight }: Pick<ScoredPart, "yTrue" | "sampleWeight">,
  decided: Float64Array,
  costs: CostMatrix,
): Float64Array {
  return yTrue.map((t, i) => 1000 * (sampleWeight?.[i] ?? 1) * costs[t]![decided[i]!]!);
}

/** Measures decisions between several classes by what they cost, beside the most probable class and the best constant answer. */
export function measureDecisions(
  part: ScoredPart,
  costMatrix: CostMatrix,
  classes: readonly string[],
  bootstrap: BootstrapOptions,
): DecisionCost {
  const { yTrue, prediction } = part;
  const n = yTrue.length;
  const cost = (decided: Float64Array) => decisionCosts(part, decided, costMatrix);
  const weights = part.sampleWeight ?? new Float64Array(n).fill(1);
  const rules = [
    decideClasses("multiclass", prediction, n, { costMatrix }),
    decideClasses("multiclass", prediction, n, {}),
  ];
  const sums = [...rules.map(cost), weights].map((values) => ({ rows: null, values }));
  const [cheapest, likeliest, total] = bootstrapSums(sums, n, bootstrap);
  const [own, other] = [ratioOf(cheapest!, total!), ratioOf(likeliest!, total!)];
  const say = (draws: Float64Array) => valueWithInterval(draws, n, "all sample weights are 0");
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const constant = classes.map((_, k) => cost(new Float64Array(n).fill(k)).reduce((sum, one) => sum + one, 0) / weight);
  const trivialPer1000 = Math.min(...constant);
  return {
    costs: costMatrix,
    costPer1000: say(own),
    likeliestPer1000: say(other),
    difference: say(differenceOf(own, other)),
    trivialPer1000,
    trivialClass: classes[constant.indexOf(trivialPer1000)]!,
  };
}
