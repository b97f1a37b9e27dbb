import type { MetricValue } from "../../ml/metrics/index.ts";
import { type BootstrapOptions, bootstrapSums, differenceOf, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import { verdictOf } from "./compare-models.ts";
import { decideClasses } from "./decided.ts";
import { decisionCosts } from "./decision-cost.ts";
import type { ReweightingEffect } from "./evaluation.ts";
import type { EvaluationInput, UnweightedModel } from "./evaluation-input.ts";
import { isGreaterBetter, measureMetric, pairedDifference, type Scoring } from "./model-metrics.ts";
import { costsPer1000 } from "./threshold.ts";

const compared = {
  binary: ["rocAuc", "prAuc", "logLoss", "balancedAccuracy", "mcc"],
  multiclass: ["logLoss", "rocAuc", "balancedAccuracy", "mcc"],
} as const;

/** Compares a model with its twin that was trained on all rows alike, each deciding by its own threshold. The cost comes first: it is what weights are for. */
export function reweightingEffect(
  input: EvaluationInput,
  unweighted: UnweightedModel,
  scoring: Scoring,
  bootstrap: BootstrapOptions,
): ReweightingEffect {
  const { test, classes } = input;
  const task = input.task as "binary" | "multiclass";
  const theirs: Scoring = {
    ...scoring,
    ...(unweighted.threshold !== undefined && { threshold: unweighted.threshold }),
  };
  const metrics = compared[task].map((metric) => ({
    metric,
    with: measureMetric(metric, scoring, test, test.prediction, bootstrap),
    without: measureMetric(metric, theirs, test, unweighted.prediction, bootstrap),
    difference: differenceIn(metric, input, unweighted, scoring, theirs, bootstrap),
  }));
  const cost = costRow(input, unweighted, scoring, theirs, bootstrap);
  return {
    says: unweighted.says,
    metrics: [...(cost === null ? [] : [cost]), ...metrics],
    shares: classes.map((name, k) => ({
      name,
      observed: meanOf(
        test.yTrue.map((y) => (y === k ? 1 : 0)),
        test.sampleWeight,
      ),
      with: meanProbability(test.prediction, k, classes.length, test.sampleWeight),
      without: meanProbability(unweighted.prediction, k, classes.length, test.sampleWeight),
    })),
    sentence: sentenceOf(cost ?? metrics[0]!),
  };
}

// Metrics of decisions read each model at its own threshold.
function differenceIn(
  metric: string,
  { test }: EvaluationInput,
  { prediction }: UnweightedModel,
  ours: Scoring,
  theirs: Scoring,
  bootstrap: BootstrapOptions,
): MetricValue {
  if (ours.threshold === theirs.threshold || !["balancedAccuracy", "mcc"].includes(metric))
    return pairedDifference(metric, ours, test, test.prediction, prediction, bootstrap);
  const decided = (scoring: Scoring, of: Float64Array) => decideClasses("binary", of, test.yTrue.length, scoring);
  // Decisions read as probabilities of 0 and 1 are the same decisions at 0.5.
  return pairedDifference(
    metric,
    { ...ours, threshold: 0.5 },
    test,
    decided(ours, test.prediction),
    decided(theirs, prediction),
    bootstrap,
  );
}

function costRow(
  { task, test, costs, costMatrix }: EvaluationInput,
  { prediction }: UnweightedModel,
  ours: Scoring,
  theirs: Scoring,
  bootstrap: BootstrapOptions,
): ReweightingEffect["metrics"][number] | null {
  const n = test.yTrue.length;
  const rowCosts = (scoring: Scoring, of: Float64Array): Float64Array | null => {
    if (task === "binary" && costs !== undefined)
      return costsPer1000({ threshold: scoring.threshold ?? 0.5, costs }, { ...test, yProba: of });
    if (costMatrix === undefined) return null;
    return decisionCosts(test, decideClasses("multiclass", of, n, { costMatrix }), costMatrix);
  };
  const [own, other] = [rowCosts(ours, test.prediction), rowCosts(theirs, prediction)];
  if (own === null || other === null) return null;
  const weights = test.sampleWeight ?? new Float64Array(n).fill(1);
  const sums = [own, other, weights].map((values) => ({ rows: null, values }));
  const [a, b, total] = bootstrapSums(sums, n, bootstrap);
  const [withThem, without] = [ratioOf(a!, total!), ratioOf(b!, total!)];
  const say = (draws: Float64Array) => valueWithInterval(draws, n, "all sample weights are 0");
  return {
    metric: "costPer1000",
    with: say(withThem),
    without: say(without),
    difference: say(differenceOf(withThem, without)),
  };
}

function meanOf(values: Float64Array, sampleWeight: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = sampleWeight?.[i] ?? 1;
    sum += weight * values[i]!;
    total += weight;
  }
  return sum / total;
}

function meanProbability(
  prediction: Float64Array,
  k: number,
  nClasses: number,
  weights: Float64Array | undefined,
): number {
  if (nClasses === 2) return meanOf(k === 1 ? prediction : prediction.map((p) => 1 - p), weights);
  const own = Float64Array.from({ length: prediction.length / nClasses }, (_, i) => prediction[i * nClasses + k]!);
  return meanOf(own, weights);
}

function sentenceOf({ metric, difference }: ReweightingEffect["metrics"][number]): string {
  const what = metric === "costPer1000" ? "what decisions cost" : metric;
  const verdict = verdictOf(difference, metric !== "costPer1000" && isGreaterBetter(metric));
  if (verdict === "no-evidence")
    return `The same configuration trained on all rows alike does not differ beyond chance in ${what}: nothing shows that the weights are needed.`;
  return verdict === "better"
    ? `The weights pay: the same configuration trained on all rows alike is worse in ${what}, beyond chance.`
    : `The weights do harm: the same configuration trained on all rows alike is better in ${what}, beyond chance.`;
}
