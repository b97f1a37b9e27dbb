import { hashOf } from "../../lib/index.ts";
import { stopCheck } from "../../ml/learners/index.ts";
import {
  openTaskModel,
  type RecommendationData,
  recommendationSignature,
  recordTaskGolden,
  type TaskCapsule,
  type TaskKernels,
} from "../capsule/index.ts";
import { detectPersonalData } from "../data/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import {
  definitionHash,
  gatesOf,
  stageClock,
  type TaskInput,
  type TrainHooks,
  type TrainOutcome,
} from "../training/index.ts";
import { championLists } from "./champion-lists.ts";
import { heldOutOf, interactionsIn } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { evaluateRecommender } from "./evaluate-recommender.ts";
import { activityOf, cumulativeShares, examplesOf, timelineOf, timesShown, usersPerItem } from "./event-account.ts";
import { findEventLeakage } from "./event-leakage.ts";
import { eventsOf } from "./events.ts";
import { defaultFamilies, learnerOf, proposeConfigurations } from "./families.ts";
import { goldenRequests } from "./golden-requests.ts";
import { itemNames } from "./item-names.ts";
import { listsOf, sampleUsers } from "./recommended-lists.ts";
import { eventAccount } from "./recommender-report.ts";
import { fitOptions, search } from "./search.ts";
import { partCodes } from "./split-events.ts";
import { userLevels } from "./user-levels.ts";
import { checkKnown, mostUsersOf, validationPart } from "./validation-part.ts";

const defaultLengths = [1, 5, 10, 20, 50];

/**
 * The training of a recommender as one pure function: events → split → leakage → popularity and candidates on the training part, the choice on validation →
 * refit on both → measurement on the test part → capsule. The same input gives the same capsule, byte for byte. Throws RECOMMENDER_COLUMN,
 * RECOMMENDER_EVENTS, RECOMMENDER_SPLIT, FIT_CANCELLED.
 */
export function trainRecommender(
  input: TaskInput<RecommenderDefinition>,
  hooks: TrainHooks = {},
): TrainOutcome<TaskCapsule> {
  const stages = stageClock(hooks);
  const check = stopCheck(hooks);
  const { definition, snapshot, table } = input;
  const kernels: TaskKernels = { scan: hooks.scanKernels };
  const { k = 10, includeSeen = false, seed = 1 } = definition;
  const { metric = "ndcg", at = defaultLengths, resamples } = definition.evaluation ?? {};
  const mostUsers = mostUsersOf(definition);

  stages.enter("contract");
  const personalData = detectPersonalData(table, snapshot.schema);
  const events = eventsOf(input);
  for (const name of [...(definition.evaluation?.slices ?? []), ...(definition.itemName ? [definition.itemName] : [])])
    table.column(name); // a wrong name is refused before the search

  stages.enter("split");
  const { split, coded, train, validation } = validationPart(events, definition, input.testStart);
  const trained = interactionsIn(coded, "train", "validation");
  const test = heldOutOf(coded, "test", trained, includeSeen);
  checkKnown("test", test.known, split);

  stages.enter("leakage");
  const findings = findEventLeakage(events, split, definition, `${metric}@${k}`);

  stages.enter("search");
  const { families = defaultFamilies, trials = 8, seconds = 600 } = definition.search ?? {};
  const configurations = definition.search?.configurations?.map(({ family, params = {} }) => ({
    family,
    params: { ...params },
  }));
  const found = search({
    train,
    validation,
    trials: input.trials ?? configurations ?? proposeConfigurations(families, trials, seed),
    metric,
    k,
    includeSeen,
    seed,
    maxSeconds: input.trials ? Number.POSITIVE_INFINITY : seconds,
    hooks,
    check,
  });
  const model = learnerOf(found.chosen).fit(trained, fitOptions(seed, hooks));
  const popular = learnerOf({ family: "popularity", params: {} }).fit(trained, fitOptions(seed, hooks));

  stages.enter("evaluate");
  const known = sampleUsers(test.known, mostUsers, seed);
  const unknown = sampleUsers(test.unknown, mostUsers, seed);
  const most = Math.max(k, ...at);
  const lists = listsOf(model, known, { k: most, includeSeen, check });
  const baselineLists = listsOf(popular, known, { k: most, includeSeen, check });
  const { byLength, ...measured } = evaluateRecommender({
    metric,
    k,
    at,
    known,
    unknown,
    unknownLists: listsOf(popular, unknown, { k: most, includeSeen, known: false, check }),
    model: { name: definition.name, lists },
    baseline: { name: "popularity", lists: baselineLists },
    champion: input.champion && {
      name: input.champion.name,
      lists: championLists(input.champion.data, known, coded, trained, { k, includeSeen, check, kernels }),
    },
    trained,
    levels: userLevels(input, events, coded, known, new Set(personalData.keys())),
    seed,
    check,
    ...(resamples === undefined ? {} : { nResamples: resamples }),
  });
  const isItemPersonal = personalData.has(definition.item);
  const evaluation: Evaluation = {
    ...measured,
    recommendation: {
      k,
      includeSeen,
      columns: { user: definition.user, item: definition.item },
      trained: { nUsers: trained.nUsers, nItems: trained.nItems, nInteractions: trained.items.length },
      test: {
        nUsers: test.known.length + test.unknown.length,
        nNewUsers: test.unknown.length,
        nMeasured: known.length,
        nWanted: test.nWanted,
        nNewItems: test.nNewItems,
        nRepeats: test.nRepeats,
      },
      byLength,
      longTail: {
        interactions: cumulativeShares(usersPerItem(trained)),
        shown: cumulativeShares(timesShown(lists, k, trained.nItems)),
        baselineShown: cumulativeShares(timesShown(baselineLists, k, trained.nItems)),
      },
      activity: activityOf(trained),
      timeline: timelineOf(
        events,
        split,
        definition.time !== undefined && table.column(definition.time).kind === "instant",
      ),
      examples: isItemPersonal ? [] : examplesOf(known, lists, trained, coded.itemIds, seed),
    },
  };

  stages.enter("package");
  const names = itemNames(input, events, coded);
  const data: RecommendationData = {
    kind: "recommendation",
    k,
    includeSeen,
    columns: { user: definition.user, item: definition.item },
    users: coded.userIds.slice(0, coded.nUsers),
    items: coded.itemIds.slice(0, coded.nItems),
    ...(names && { names }),
    recommender: model.toJSON(),
  };
  const signature = recommendationSignature(k, includeSeen, names !== undefined);
  const parts = { features: null, calibrator: null, model: data, signature };
  const golden = recordTaskGolden(openTaskModel(parts, kernels), goldenRequests(data.users, data.items, seed));
  const champion = input.champion?.name ?? null;
  const report: TrainOutcome<TaskCapsule>["report"] = {
    model: definition.name,
    task: "recommendation",
    seed,
    ...eventAccount({ input, personalData, events, split, test, nMeasured: known.length }),
    leakage: { findings, excluded: [], pretended: null },
    features: [],
    candidates: found.candidates,
    champion,
    evaluation,
    explanations: { reason: "a recommender has no columns whose part in a score could be said" },
    gates: gatesOf(evaluation, findings, champion),
    seconds: {},
  };
  const testRows = hashOf([snapshot.id, Array.from(events.rows.filter((_, at) => split.parts[at] === partCodes.test))]);
  return {
    capsule: {
      name: definition.name,
      ...parts,
      evaluation,
      golden,
      lineage: { snapshot: snapshot.id, definition: definitionHash(definition), seed },
    },
    report: { ...report, seconds: stages.finish() },
    trials: found.tried,
    testRows,
  };
}
