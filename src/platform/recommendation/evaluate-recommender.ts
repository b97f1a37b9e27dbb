import {
  bootstrapMeans,
  catalogueConcentration,
  catalogueCoverage,
  listNovelty,
  type Measured,
  type MetricValue,
} from "../../ml/metrics/index.ts";
import type { Interactions } from "../../ml/recommenders/index.ts";
import {
  comparisonOf,
  type Evaluation,
  type Metrics,
  noDetails,
  type RecommendationEvaluation,
} from "../evaluation/index.ts";
import type { Wanted } from "./coded-events.ts";
import { listMetricNames } from "./definition.ts";
import { measureLists } from "./recommended-lists.ts";
import { slicesOf, type UserLevels } from "./user-slices.ts";

/** Lists of a model for users with a history, in the order of the users, as long as the longest that is measured. */
export interface NamedLists {
  readonly name: string;
  readonly lists: readonly Int32Array[];
}

/** What {@link evaluateRecommender} reads. */
export interface RecommenderEvaluationInput {
  readonly metric: string;
  readonly k: number;
  /** Other lengths to report. */
  readonly at: readonly number[];
  /** Users with a history and what they wanted. */
  readonly known: readonly Wanted[];
  /** Users without a history, and what popularity gives them. */
  readonly unknown: readonly Wanted[];
  readonly unknownLists: readonly Int32Array[];
  readonly model: NamedLists;
  readonly baseline: NamedLists;
  readonly champion: NamedLists | null;
  /** What the models were fitted to. */
  readonly trained: Interactions;
  /** Levels of the measured users by the columns that the definition names. */
  readonly levels: readonly UserLevels[];
  readonly seed: number;
  readonly nResamples?: number;
  readonly check: () => void;
}

/** Measures lists on what users wanted, each user counting once: intervals and comparisons draw users. */
export function evaluateRecommender(
  input: RecommenderEvaluationInput,
): Omit<Evaluation, "recommendation"> & { readonly byLength: RecommendationEvaluation["byLength"] } {
  const { metric, k, model, baseline, champion, known } = input;
  const primary = `${metric}@${k}`;
  const perUser = (lists: NamedLists["lists"]) => measureLists(metric, k, lists, known);
  const own = perUser(model.lists);
  const comparisons = [baseline, ...(champion === null ? [] : [champion])].map(({ name, lists }) => {
    const reference = perUser(lists);
    const [difference] = means(input, [own.map((value, at) => value - reference[at]!)]);
    return comparisonOf(name, primary, difference!, true, "users");
  });
  return {
    task: "recommendation",
    nTest: known.length,
    classes: [],
    primary,
    metrics: metricsOf(input, model.lists),
    baseline: { name: baseline.name, metrics: metricsOf(input, baseline.lists) },
    comparisons,
    ...noDetails,
    slices: slicesOf(input, own),
    byLength: byLength(input),
  };
}

/** Means over users, with intervals that draw users. */
function means(
  { seed, nResamples, check }: RecommenderEvaluationInput,
  vectors: readonly Float64Array[],
): MetricValue[] {
  return bootstrapMeans(vectors, {
    seed,
    resample: { unit: "row" },
    check,
    ...(nResamples === undefined ? {} : { nResamples }),
  });
}

function metricsOf(input: RecommenderEvaluationInput, lists: NamedLists["lists"]): Metrics {
  const { k, known, trained } = input;
  const shown = lists.map((list) => list.subarray(0, k));
  const users = new Int32Array(trained.nItems);
  for (const item of trained.items) users[item]!++;
  const values = means(input, [
    ...listMetricNames.map((name) => measureLists(name, k, lists, known)),
    listNovelty(shown, users, trained.nUsers),
  ]);
  const whole = (measured: Measured): MetricValue => {
    const bare = { low: null, high: null, n: known.length };
    return typeof measured === "number"
      ? { value: measured, ...bare }
      : { value: null, ...bare, reason: measured.undefined };
  };
  const named = Object.fromEntries(listMetricNames.map((name, at) => [`${name}@${k}`, values[at]!]));
  return {
    ...named,
    [`coverage@${k}`]: whole(catalogueCoverage(shown, trained.nItems)),
    [`novelty@${k}`]: values.at(-1)!,
    [`concentration@${k}`]: whole(catalogueConcentration(shown, trained.nItems)),
  };
}

function byLength(input: RecommenderEvaluationInput): RecommendationEvaluation["byLength"] {
  const { at, k, known, model, baseline } = input;
  const lengths = [...new Set([...at, k])].sort((a, b) => a - b);
  const measured = (metric: string, lists: NamedLists["lists"]) =>
    lengths.map((length) => measureLists(metric, length, lists, known));
  const values = means(input, [
    ...measured("recall", model.lists),
    ...measured("ndcg", model.lists),
    ...measured("recall", baseline.lists),
    ...measured("ndcg", baseline.lists),
  ]);
  const n = lengths.length;
  return lengths.map((length, place) => ({
    at: length,
    recall: values[place]!,
    ndcg: values[n + place]!,
    baselineRecall: values[2 * n + place]!,
    baselineNdcg: values[3 * n + place]!,
  }));
}
