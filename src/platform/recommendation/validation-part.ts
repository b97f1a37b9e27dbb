import { type CodedEvents, codeEvents, heldOutOf, interactionsIn, type Wanted } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import type { Events } from "./events.ts";
import { sampleUsers } from "./recommended-lists.ts";
import { badSplit } from "./recommender-errors.ts";
import { type EventSplit, splitEvents } from "./split-events.ts";

const defaultUsers = 10_000;

/** What candidates are trained on, and what they are chosen by. */
export interface ValidationPart {
  readonly split: EventSplit;
  readonly coded: CodedEvents;
  readonly train: ReturnType<typeof interactionsIn>;
  /** Users that are measured. */
  readonly validation: readonly Wanted[];
}

/** Most users of a part that are measured. */
export function mostUsersOf({ evaluation }: RecommenderDefinition): number {
  return evaluation?.users ?? defaultUsers;
}

/** Parts the events. Throws RECOMMENDER_SPLIT. */
export function validationPart(
  events: Events,
  definition: RecommenderDefinition,
  testStart: number | null,
): ValidationPart {
  const { includeSeen = false, seed = 1 } = definition;
  const split = splitEvents(events, definition, testStart);
  const coded = codeEvents(events, split);
  const train = interactionsIn(coded, "train");
  const { known } = heldOutOf(coded, "validation", train, includeSeen);
  checkKnown("validation", known, split);
  return { split, coded, train, validation: sampleUsers(known, mostUsersOf(definition), seed) };
}

/** Refuses a part that nothing could be measured on. */
export function checkKnown(part: string, known: readonly Wanted[], { kind }: EventSplit): void {
  if (known.length > 0) return;
  throw badSplit(
    `no user of the ${part} part has earlier events and new ones that count, at least one is needed to measure anything`,
    kind === "time"
      ? 'Use split: { kind: "latest" }, which holds out the latest events of each user'
      : "More users with several events are needed",
  );
}
