import { bootstrapMeans, type MetricValue } from "../../ml/metrics/index.ts";
import type { Interactions, RecommenderFitOptions, RecommenderLearner } from "../../ml/recommenders/index.ts";
import { selectCandidate } from "../evaluation/index.ts";
import type { AnyConfiguration, Candidate, TrainHooks } from "../training/index.ts";
import type { Wanted } from "./coded-events.ts";
import { familyTraits, learnerOf, type RecommenderFamily, trialName } from "./families.ts";
import { listsOf, measureLists } from "./recommended-lists.ts";

/** What {@link search} works on. */
export interface SearchInput {
  readonly train: Interactions;
  /** Users of the validation part and what they wanted. */
  readonly validation: readonly Wanted[];
  readonly trials: readonly AnyConfiguration[];
  /** The metric that chooses, without its number of places. */
  readonly metric: string;
  readonly k: number;
  readonly includeSeen: boolean;
  readonly seed: number;
  /** Seconds after which no further trial is started. */
  readonly maxSeconds: number;
  readonly hooks: TrainHooks;
  readonly check: () => void;
}

/** What a search found. */
export interface SearchResult {
  readonly candidates: readonly Candidate[];
  readonly tried: readonly AnyConfiguration[];
  readonly chosen: AnyConfiguration;
}

/** Measures popularity, then the trials in order, on what validation users wanted; chooses the simplest among the best. */
export function search(input: SearchInput): SearchResult {
  const { trials, hooks, metric, k } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const baseline = tryLearner(input, learnerOf({ family: "popularity", params: {} }));
  const tried: { readonly trial: AnyConfiguration; readonly name: string; readonly measured: Measured }[] = [];
  for (const [n, trial] of trials.entries()) {
    if (n > 0 && now() - startedAt > input.maxSeconds) break;
    const name = trialName(trial, trials.slice(0, n));
    const onProgress = (share: number) =>
      hooks.onProgress?.({ stage: "search", share: (n + share) / trials.length, says: name });
    tried.push({ trial, name, measured: tryLearner(input, learnerOf(trial), onProgress) });
  }
  const selection = selectCandidate(
    tried.map(({ trial, name, measured }) => ({
      name,
      complexity: familyTraits[trial.family as RecommenderFamily].complexity,
      losses: measured.perUser.map((value) => 1 - value),
    })),
    { unit: "row" },
  );
  const shown = (name: string, { params, value, seconds }: Measured) => ({
    name,
    params,
    metric: `${metric}@${k}`,
    validation: value,
    seconds,
  });
  return {
    candidates: [
      { ...shown("popularity", baseline), family: "baseline", role: "baseline", chosen: false },
      ...tried.map(
        ({ trial, name, measured }, n): Candidate => ({
          ...shown(name, measured),
          family: trial.family,
          role: "candidate",
          chosen: n === selection.chosen,
          ...(n === selection.chosen ? { note: selection.sentence } : {}),
        }),
      ),
    ],
    tried: tried.map(({ trial }) => trial),
    chosen: tried[selection.chosen]!.trial,
  };
}

interface Measured {
  readonly params: Candidate["params"];
  readonly perUser: Float64Array;
  readonly value: MetricValue;
  readonly seconds: number;
}

function tryLearner(
  { train, validation, metric, k, includeSeen, seed, hooks, check }: SearchInput,
  learner: RecommenderLearner,
  onProgress?: (share: number) => void,
): Measured {
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const model = learner.fit(train, fitOptions(seed, hooks, onProgress));
  const perUser = measureLists(metric, k, listsOf(model, validation, { k, includeSeen, check }), validation);
  const [value] = bootstrapMeans([perUser], { seed, resample: { unit: "row" }, nResamples: 200, check });
  return { params: learner.params, perUser, value: value!, seconds: now() - startedAt };
}

/** What a learner is told beside the interactions. */
export function fitOptions(
  seed: number,
  { shouldStop, recommendKernels, scanKernels }: TrainHooks,
  onProgress?: (share: number) => void,
): RecommenderFitOptions {
  return {
    seed,
    ...(recommendKernels && { kernels: recommendKernels }),
    ...(scanKernels && { scanKernels }),
    ...(onProgress && { onProgress }),
    ...(shouldStop && { shouldStop }),
  };
}
