import { stopCheck } from "../../ml/learners/index.ts";
import {
  modelBytes,
  outcomeOfOne,
  type SearchFamily,
  type TaskTuneInput,
  type TrainHooks,
  type TrialBench,
  type TrialOutcome,
  type TrialRequest,
} from "../training/index.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { eventsOf } from "./events.ts";
import { defaultFamilies, familyTraits, learnerOf, type RecommenderFamily } from "./families.ts";
import { listsOf, measureLists } from "./recommended-lists.ts";
import { fitOptions } from "./search.ts";
import { partCodes } from "./split-events.ts";
import { type ValidationPart, validationPart } from "./validation-part.ts";

/** What a tuning sets beside what a short search does. */
const furtherDimensions: Partial<Record<RecommenderFamily, SearchFamily["space"]>> = {
  als: [{ name: "iterations", kind: "integer", low: 5, high: 40, scale: "log" }],
};

/**
 * The data of a recommender's tuning: a trial is trained on the training part and measured on what validation users wanted. Its loss is 1 − the metric,
 * a mean over users. The test part is never looked at. Throws what a training throws for such events.
 */
export function openRecommenderTrials(input: TaskTuneInput<RecommenderDefinition>): TrialBench {
  const { definition, testStart } = input;
  const events = eventsOf(input);
  const part = validationPart(events, definition, testStart);
  const { k = 10, evaluation, search } = definition;
  const metric = `${evaluation?.metric ?? "ndcg"}@${k}`;
  return {
    subject: {
      task: "recommendation",
      metric,
      lossName: `1 − ${metric.toUpperCase()}`,
      nRows: part.split.parts.filter((code) => code !== partCodes.test).length,
      says: `by the lists of ${part.validation.length} users of the validation part`,
    },
    families: (search?.families ?? defaultFamilies).map((name) => {
      const { complexity, space } = familyTraits[name];
      return { name, complexity, space: [...space, ...(furtherDimensions[name] ?? [])] };
    }),
    runTrial: (request, hooks) => runTrial(definition, part, request, hooks),
  };
}

function runTrial(
  { k = 10, includeSeen = false, seed = 1, evaluation }: RecommenderDefinition,
  { train, validation }: ValidationPart,
  { configuration }: TrialRequest,
  hooks: TrainHooks,
): TrialOutcome {
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const learner = learnerOf(configuration);
  const model = learner.fit(train, fitOptions(seed, hooks));
  const lists = listsOf(model, validation, { k, includeSeen, check: stopCheck(hooks) });
  const losses = measureLists(evaluation?.metric ?? "ndcg", k, lists, validation).map((value) => 1 - value);
  const bytes = modelBytes(model.toJSON());
  return outcomeOfOne({ params: learner.params, losses, bytes, seconds: now() - startedAt });
}
