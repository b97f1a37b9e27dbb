import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsTable, type SampleEvent, sampleEvents } from "../../../test/sample-events.ts";
import { untouched } from "../../../test/sample-snapshot.ts";
import { canonicalJson } from "../../lib/index.ts";
import { openTaskCapsule, type RecommendationData } from "../capsule/index.ts";
import type { TaskInput } from "../training/index.ts";
import { defineRecommender, type RecommenderDefinition } from "./definition.ts";
import { trainRecommender } from "./train-recommender.ts";

const events = sampleEvents();

function inputOf(
  change: Partial<RecommenderDefinition> = {},
  rows: readonly SampleEvent[] = events,
): TaskInput<RecommenderDefinition> {
  const table = eventsTable(rows);
  const types = { user: "id", item: "id", at: "instant", rating: "integer", country: "category" } as const;
  const schema = table.names.map((name) => ({ name, type: types[name as keyof typeof types] }));
  return {
    definition: defineRecommender({
      name: "taste",
      data: { files: ["events.csv"] },
      user: "user",
      item: "item",
      time: "at",
      k: 5,
      search: { trials: 3 },
      evaluation: { resamples: 200, at: [1, 5, 10] },
      ...change,
    }),
    ...untouched(table, schema),
  };
}

const latest = inputOf({
  split: { kind: "latest", validation: 0.2, test: 0.2 },
  evaluation: { resamples: 200, slices: ["country"] },
});
const outcome = trainRecommender(latest);
const byTime = trainRecommender(inputOf({ split: { kind: "time", test: 0.2 } }));
const modelOf = ({ capsule }: typeof outcome) => capsule.model as RecommendationData;

test("trainRecommender() gives the same bytes again, and with the trials that it recorded", () => {
  const text = canonicalJson(outcome.capsule);
  assert.equal(canonicalJson(trainRecommender(latest).capsule), text);
  const replayed = trainRecommender({ ...latest, trials: outcome.trials });
  assert.equal(canonicalJson(replayed.capsule), text);
  assert.deepEqual(
    outcome.trials.map(({ family }) => family),
    ["item-neighbours", "als", "item-neighbours"],
  );
});

test("trainRecommender() beats popularity where users have a taste, and passes the gates", () => {
  const { evaluation, gates, candidates } = outcome.report;
  assert.equal(evaluation.primary, "ndcg@5");
  assert.equal(evaluation.comparisons[0]!.verdict, "better");
  assert.match(evaluation.comparisons[0]!.sentence, /users\)/);
  assert.deepEqual(
    gates.map(({ name, passed }) => [name, passed]),
    [
      ["beats-baseline", true],
      ["no-known-leak", true],
    ],
  );
  assert.equal(candidates.filter(({ chosen }) => chosen).length, 1);
  assert.equal(candidates[0]!.role, "baseline");
});

test("trainRecommender() reports lists by length, slices and the catalogue", () => {
  const { recommendation: part, slices, metrics, nTest } = outcome.report.evaluation;
  assert.deepEqual(
    part!.byLength.map(({ at }) => at),
    [1, 5, 10, 20, 50],
  );
  const recall = part!.byLength.map(({ recall: { value } }) => value!);
  assert.deepEqual(
    recall,
    [...recall].sort((a, b) => a - b),
  );
  assert.equal(part!.byLength[1]!.ndcg.value, metrics["ndcg@5"]!.value);
  assert.ok(metrics["coverage@5"]!.value! > outcome.report.evaluation.baseline.metrics["coverage@5"]!.value!);
  assert.equal(part!.test.nMeasured, nTest);
  assert.deepEqual(part!.longTail.shown.at(-1), [1, 1]);
  const names = slices.map(({ name }) => name);
  assert.ok(names.includes("country is no") && names.includes("tail: all other items"), names.join());
  const activity = slices.filter(({ name }) => name.startsWith("history of"));
  assert.equal(
    activity.reduce((sum, { n }) => sum + n, 0),
    nTest,
  );
  assert.equal(part!.examples.length, 6);
  assert.doesNotMatch(JSON.stringify(outcome.report.evaluation), /"u\d+"/);
});

test("trainRecommender() keeps new users apart and learns nothing of the test part", () => {
  const { recommendation: part, slices } = byTime.report.evaluation;
  assert.ok(part!.test.nNewUsers > 0);
  assert.equal(part!.test.nUsers, part!.test.nMeasured + part!.test.nNewUsers);
  assert.ok(slices.some(({ name, n }) => name.startsWith("new users") && n === part!.test.nNewUsers));
  assert.deepEqual(
    byTime.report.leakage.findings.map(({ evidence }) => evidence[0]!.kind),
    [],
  );
  const cut = events.length - byTime.report.split.parts[2]!.n;
  const otherTest = events.map((event, k) => (k < cut ? event : { ...event, item: events[k - 1]!.item, rating: 1 }));
  const other = trainRecommender(inputOf({ split: { kind: "time", test: 0.2 } }, otherTest));
  assert.equal(canonicalJson(other.capsule.model), canonicalJson(byTime.capsule.model));
  const late = new Set(events.slice(0, cut).map(({ user }) => user));
  assert.deepEqual([...modelOf(byTime).users].sort(), [...late].sort());
});

test("trainRecommender() names later events in the training, and does not let a split at random pass that ignores the time", () => {
  const [finding] = outcome.report.leakage.findings;
  assert.deepEqual([finding!.evidence[0]!.kind, finding!.decision], ["future-events", "named"]);
  const random = trainRecommender(inputOf({ split: { kind: "random" } })).report;
  assert.deepEqual(
    random.leakage.findings.map(({ decision, strength }) => [decision, strength]),
    [["kept", "strong"]],
  );
  assert.equal(random.gates.find(({ name }) => name === "no-known-leak")!.passed, false);
  const { time: _, ...timeless } = inputOf().definition;
  const untimed = trainRecommender({ ...inputOf(), definition: timeless }).report;
  assert.deepEqual([untimed.split.kind, untimed.leakage.findings], ["random", []]);
  assert.equal(untimed.evaluation.recommendation!.timeline, null);
});

test("trainRecommender() leaves repeats of the history out of what is wanted, unless the definition includes what was seen", () => {
  const last = events.at(-1)!.time;
  const repeats = events.slice(0, 40).map((event, k) => ({ ...event, time: last + k + 1 }));
  const rows = [...events, ...repeats];
  const once = trainRecommender(inputOf({}, rows)).report;
  const again = trainRecommender(inputOf({ includeSeen: true }, rows)).report;
  assert.ok(once.split.notes.some((note) => /^repeats: .* they do not count/.test(note)));
  assert.ok(again.split.notes.some((note) => /^repeats: .* they count/.test(note)));
  const [a, b] = [once, again].map((report) => report.evaluation.recommendation!.test);
  assert.equal(b!.nRepeats, a!.nRepeats);
  assert.equal(b!.nWanted, a!.nWanted + a!.nRepeats);
});

test("trainRecommender() compares with the champion on the same users", () => {
  const champion = { name: "taste@1", data: byTime.capsule };
  const { report } = trainRecommender({ ...latest, champion });
  const against = report.evaluation.comparisons.find(({ reference }) => reference === "taste@1")!;
  assert.equal(against.metric, "ndcg@5");
  assert.ok(against.difference.value !== null);
  assert.equal(report.gates.at(-1)!.name, "not-worse-than-champion");
  const same = trainRecommender({ ...latest, champion: { name: "taste@2", data: outcome.capsule } }).report;
  assert.equal(same.evaluation.comparisons[1]!.difference.value, 0);
});

test("a capsule of trainRecommender() answers, and its lists hold nothing that the user had", () => {
  const model = openTaskCapsule(byTime.capsule);
  const past = events.slice(0, events.length - byTime.report.split.parts[2]!.n);
  for (const user of modelOf(byTime).users) {
    const had = new Set(past.filter((event) => event.user === user).map(({ item }) => item));
    const { items, basis } = model.answer({ user }) as unknown as { items: { item: string }[]; basis: string };
    assert.deepEqual([basis, items.length], ["user", 5]);
    assert.ok(items.every(({ item }) => !had.has(item)));
  }
});

test("trainRecommender() measures a sample where there are more users than asked for, and says so", () => {
  const sampled = trainRecommender(
    inputOf({ split: { kind: "latest" }, evaluation: { resamples: 200, users: 40 }, search: { trials: 1 } }),
  ).report;
  assert.equal(sampled.evaluation.nTest, 40);
  assert.ok(sampled.split.notes.some((note) => /^40 of \d+ test users were drawn/.test(note)));
});

test("trainRecommender() refuses a test part in which nobody has a history, and ends when it is asked to", () => {
  const strangers = events.map((event, k) => ({ ...event, user: `v${Math.floor((10 * k) / events.length)}` }));
  assert.throws(() => trainRecommender(inputOf({}, strangers)), {
    code: "RECOMMENDER_SPLIT",
    message: /no user of the (validation|test) part has earlier events/,
  });
  assert.throws(() => trainRecommender(latest, { shouldStop: () => true }), {
    code: "FIT_CANCELLED",
    kind: "cancelled",
  });
});

test("trainRecommender() ends a search whose time is up, never before its first trial", () => {
  let seconds = 0;
  const hooks = { elapsedSeconds: () => (seconds += 1) };
  const { trials } = trainRecommender(inputOf({ search: { trials: 8, seconds: 1 } }), hooks);
  assert.equal(trials.length, 1);
});

test("trainRecommender() measures on an official test file, whose events may be earlier", () => {
  const { report } = trainRecommender({ ...inputOf(), testStart: events.length - 200 });
  assert.deepEqual([report.split.kind, report.split.parts[2]!.n], ["official", 200]);
  assert.deepEqual(report.leakage.findings, []);
  const shuffled = [...events.slice(1000), ...events.slice(0, 1000)];
  const early = trainRecommender({ ...inputOf({}, shuffled), testStart: events.length - 1000 }).report;
  assert.equal(early.leakage.findings[0]!.decision, "named");
});

test("trainRecommender() tries exactly the configurations of the definition, and refuses columns that are not there", () => {
  const configurations = [{ family: "popularity" }, { family: "als", params: { factors: 4, iterations: 3 } }] as const;
  const { trials, report } = trainRecommender(inputOf({ search: { configurations } }));
  assert.deepEqual(trials, [
    { family: "popularity", params: {} },
    { family: "als", params: { factors: 4, iterations: 3 } },
  ]);
  assert.equal(report.candidates.length, 3);
  assert.throws(() => trainRecommender(inputOf({ evaluation: { slices: ["contry"] } })), {
    code: "TABLE_COLUMN_UNKNOWN",
    hint: /country/,
  });
});

test("trainRecommender() shows no item whose id may be personal", () => {
  const rows = events.map((event) => ({ ...event, item: `${event.item}@example.org` }));
  const { report } = trainRecommender(inputOf({ search: { trials: 1 } }, rows));
  assert.deepEqual(report.evaluation.recommendation!.examples, []);
});
