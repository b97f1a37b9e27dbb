import type { TaskCapsule } from "../capsule/index.ts";
import { type ColumnProfile, profileTable } from "../data/index.ts";
import type { TaskInput, TrainOutcome } from "../training/index.ts";
import type { HeldOut } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { type Events, grouped } from "./events.ts";
import { type EventSplit, partCodes } from "./split-events.ts";

/** What {@link eventAccount} reads. */
export interface AccountInput {
  readonly input: TaskInput<RecommenderDefinition>;
  readonly personalData: ReadonlyMap<string, NonNullable<ColumnProfile["personalData"]>>;
  readonly events: Events;
  readonly split: EventSplit;
  readonly test: HeldOut;
  /** Users with a history that were measured. */
  readonly nMeasured: number;
}

/** What the report says of the problem, the data, and how events were parted. */
export function eventAccount({
  input: { definition, snapshot, table, testStart },
  personalData,
  events,
  split,
  test,
  nMeasured,
}: AccountInput): Pick<TrainOutcome<TaskCapsule>["report"], "problem" | "data" | "split"> {
  return {
    problem: { column: definition.item, says: problemInWords(definition), classes: [] },
    data: {
      snapshot,
      nColumns: snapshot.schema.length,
      columns: profileTable(table, snapshot.schema, { personalData }),
      violations: [],
      notes: events.notes,
      testStart,
    },
    split: {
      kind: split.kind,
      says: split.says,
      parts: Object.entries(partCodes).map(([name, code]) => ({
        name,
        n: split.parts.reduce((sum, part) => sum + Number(part === code), 0),
        targetMean: null,
      })),
      notes: [...split.notes, ...testNotes(test, nMeasured, split, definition.includeSeen === true)],
    },
  };
}

function problemInWords({ user, item, weight, k = 10 }: RecommenderDefinition): string {
  const wanted =
    weight?.atLeast === undefined ? "" : `; what counts is a ${weight.column} of at least ${weight.atLeast}`;
  return `recommend ${k} items (${item}) to each user (${user})${wanted}`;
}

/** Measured users below which a split by time is told that another one measures more. */
const fewUsers = 100;

function testNotes(test: HeldOut, nMeasured: number, { kind }: EventSplit, includeSeen: boolean): string[] {
  const { known, unknown, nWanted, nNewItems, nRepeats } = test;
  const nUsers = known.length + unknown.length;
  const share = (n: number, of: number) => `${grouped(n)} of ${grouped(of)} (${Number(((100 * n) / of).toFixed(1))} %)`;
  return [
    ...(unknown.length === 0
      ? []
      : [
          `new users: ${share(unknown.length, nUsers)} in the test part have no history; they get what is popular, stand apart in the slices, and count in no other figure`,
        ]),
    ...(nNewItems === 0
      ? []
      : [
          `new items: ${share(nNewItems, nWanted)} of what test users wanted is new to the model; it counts as wanted and missed`,
        ]),
    ...(nRepeats === 0
      ? []
      : [
          `repeats: ${share(nRepeats, includeSeen ? nWanted : nWanted + nRepeats)} of the pairs of user and item in the test part stand in the user's history already; ${includeSeen ? "they count, for the definition includes what was seen" : "they do not count, for what a user had is not recommended again"}`,
        ]),
    ...(nMeasured === known.length
      ? []
      : [`${grouped(nMeasured)} of ${grouped(known.length)} test users were drawn at random to be measured`]),
    ...(kind === "time" && nMeasured < fewUsers
      ? [
          `only ${nMeasured} test users have a history, so that intervals are wide; split: { kind: "latest" } measures more of them, at the price of others' later events in the training`,
        ]
      : []),
  ];
}
