import type { Interactions } from "../../ml/recommenders/index.ts";
import { benjaminiHochberg } from "../../ml/stats/index.ts";
import { bootstrapSums, differenceOf, oneSidedP, ratioOf, type Slice, valueWithInterval } from "../evaluation/index.ts";
import type { Wanted } from "./coded-events.ts";
import { measureLists } from "./recommended-lists.ts";

/** A level per measured user, null where there is none. */
export interface UserLevels {
  readonly column: string;
  readonly levels: readonly (string | null)[];
}

/** What {@link slicesOf} reads. */
export interface SliceInput {
  readonly metric: string;
  readonly k: number;
  readonly known: readonly Wanted[];
  readonly unknown: readonly Wanted[];
  readonly unknownLists: readonly Int32Array[];
  readonly model: { readonly lists: readonly Int32Array[] };
  readonly trained: Interactions;
  readonly levels: readonly UserLevels[];
  readonly seed: number;
  readonly nResamples?: number;
  readonly check: () => void;
}

/** Levels of a column that become slices, the most frequent first. */
const mostLevels = 12;
/** Share of all interactions that the head of the catalogue has. */
const headShare = 0.5;

/**
 * Parts of the users with a quality of their own: by how much they did before, by the columns that the definition names, and those that are new. A slice is weak
 * where it is worse than the other users beyond chance (false-discovery rate 5 %, one-sided). Recall is also given of wanted items of the head, the
 * most popular ones with half of all interactions, and of the tail: these are no slices of users, and none of them is called weak.
 * @param perUser the metric that chooses, per known user
 */
export function slicesOf(input: SliceInput, perUser: Float64Array): Slice[] {
  const { metric, k } = input;
  const groups = [...activityLevels(input), ...input.levels.flatMap(levelsOf)].filter(({ inside }) =>
    inside.includes(1),
  );
  const measured = groups.map(({ inside }) => againstRest(input, perUser, inside));
  const qValues = qValuesOf(measured.map(({ pValue }) => pValue));
  const slices = groups.map(({ column, says }, at): Slice => {
    const { value, difference } = measured[at]!;
    const qValue = qValues[at]!;
    const weak = qValue !== null && qValue <= 0.05 && difference.high !== null && difference.high < 0;
    return { ...named(column, says), n: value.n, metric: `${metric}@${k}`, value, difference, qValue, weak };
  });
  return [...slices, ...newUsers(input, perUser), ...headAndTail(input)];
}

const named = (column: string, says: string) =>
  ({ name: says, conditions: [{ column, says }], origin: "named" }) as const;

interface Group {
  readonly column: string;
  readonly says: string;
  /** 1 for users of the group. */
  readonly inside: Uint8Array;
}

function levelsOf({ column, levels }: UserLevels): Group[] {
  const byLevel = [...Map.groupBy(levels.keys(), (at) => levels[at]!)].filter(([level]) => level !== null);
  return byLevel
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, mostLevels)
    .map(([level, users]) => {
      const inside = new Uint8Array(levels.length);
      for (const at of users) inside[at] = 1;
      return { column, says: `${column} is ${level}`, inside };
    });
}

// Quarters of the measured users by the length of their history; fewer where lengths repeat.
function activityLevels({ known, trained }: SliceInput): Group[] {
  const lengths = known.map(({ user }) => trained.offsets[user + 1]! - trained.offsets[user]!);
  const sorted = Float64Array.from(lengths).sort();
  const ends = [0.25, 0.5, 0.75, 1].map((share) => sorted[Math.ceil(share * sorted.length) - 1]!);
  return [...new Set(ends)].map((end, at, all) => {
    const start = at === 0 ? sorted[0]! : all[at - 1]! + 1;
    return {
      column: "history",
      says: start === end ? `history of ${count(end)}` : `history of ${start} to ${count(end)}`,
      inside: Uint8Array.from(lengths, (length) => Number(length >= start && length <= end)),
    };
  });
}

const count = (n: number) => `${n} item${n === 1 ? "" : "s"}`;

function againstRest(input: SliceInput, perUser: Float64Array, inside: Uint8Array) {
  const present = perUser.map((value, at) => (Number.isNaN(value) ? 0 : inside[at]!));
  const outside = perUser.map((value, at) => (Number.isNaN(value) ? 0 : 1 - inside[at]!));
  return differenceBetween(input, perUser.length, [perUser, present], [perUser, outside]);
}

type Part = readonly [values: Float64Array, counted: Float64Array];

// Means of two parts of the users, and their difference, from the same resamples.
function differenceBetween({ seed, nResamples, check }: SliceInput, nUsers: number, a: Part, b: Part) {
  const sums = [a, b].flatMap(([values, counted]) => [
    { rows: null, values: values.map((value, at) => (counted[at]! > 0 ? value : 0)) },
    { rows: null, values: counted },
  ]);
  const bootstrap = {
    resample: { unit: "row" as const },
    seed,
    check,
    ...(nResamples === undefined ? {} : { nResamples }),
  };
  const [sumA, countA, sumB, countB] = bootstrapSums(sums, nUsers, bootstrap);
  const value = ratioOf(sumA!, countA!);
  const difference = differenceOf(value, ratioOf(sumB!, countB!));
  const n = countA![0]!;
  return {
    value: valueWithInterval(value, n, "no user is in it"),
    difference: valueWithInterval(difference, Math.min(n, countB![0]!), "no user is outside of it"),
    pValue: n < 10 ? null : oneSidedP(difference.map((draw) => -draw)),
  };
}

function qValuesOf(pValues: readonly (number | null)[]): (number | null)[] {
  const tested = pValues.flatMap((p) => (p === null ? [] : [p]));
  const q = benjaminiHochberg(tested);
  let at = 0;
  return pValues.map((p) => (p === null ? null : q[at++]!));
}

function newUsers(input: SliceInput, perUser: Float64Array): Slice[] {
  const { metric, k, unknown, unknownLists } = input;
  if (unknown.length === 0) return [];
  const own = measureLists(metric, k, unknownLists, unknown);
  const all = Float64Array.from([...own, ...perUser]);
  const isNew = Float64Array.from(all, (value, at) => Number(!Number.isNaN(value) && at < own.length));
  const isKnown = Float64Array.from(all, (value, at) => Number(!Number.isNaN(value) && at >= own.length));
  const { value, difference } = differenceBetween(input, all.length, [all, isNew], [all, isKnown]);
  const says = "new users, who get what is popular";
  return [
    {
      ...named("history", says),
      n: own.length,
      metric: `${metric}@${k}`,
      value,
      difference,
      qValue: null,
      weak: false,
    },
  ];
}

function headAndTail(input: SliceInput): Slice[] {
  const { k, known, model, trained } = input;
  const isHead = headOf(trained);
  const recallOf = (wanted: (item: number) => boolean) =>
    measureLists(
      "recall",
      k,
      model.lists,
      known.map(({ items }) => ({ items: items.filter(wanted) })),
    );
  const head = recallOf((item) => isHead[item] === 1);
  const tail = recallOf((item) => isHead[item] !== 1);
  const counted = (values: Float64Array) => values.map((value) => Number(!Number.isNaN(value)));
  const nHead = isHead.reduce((sum, is) => sum + is, 0);
  const pairs = [
    [`head: ${nHead} items with half of all interactions`, head, tail],
    ["tail: all other items", tail, head],
  ] as const;
  return pairs.map(([says, own, other]) => {
    const { value, difference } = differenceBetween(input, own.length, [own, counted(own)], [other, counted(other)]);
    return { ...named("item", says), n: value.n, metric: `recall@${k}`, value, difference, qValue: null, weak: false };
  });
}

// The least number of items, most popular first, that have half of all interactions.
function headOf({ items, nItems }: Interactions): Uint8Array {
  const users = new Int32Array(nItems);
  for (const item of items) users[item]!++;
  const order = Array.from(users.keys()).sort((a, b) => users[b]! - users[a]! || a - b);
  const isHead = new Uint8Array(nItems);
  let sum = 0;
  for (const item of order) {
    if (sum >= headShare * items.length) break;
    sum += users[item]!;
    isHead[item] = 1;
  }
  return isHead;
}
