import { createRng } from "../src/lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../src/ml/table/index.ts";

/** One event of a sample. */
export interface SampleEvent {
  readonly user: string;
  readonly item: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly rating: number;
  readonly country: string;
}

const day = 86_400_000;
const start = Date.UTC(2025, 0, 1);

/**
 * Seeded events of users who like one of three kinds of items, and popular ones more: who knows the kind beats popularity. In time order; the last users come
 * late, so that a split by time has new ones.
 */
export function sampleEvents({ nUsers = 150, nItems = 60, seed = 1 } = {}): SampleEvent[] {
  const rng = createRng(seed).fork("events");
  const events: SampleEvent[] = [];
  for (let u = 0; u < nUsers; u++) {
    const taste = rng.below(3);
    const from = u >= 0.95 * nUsers ? 340 : rng.below(200);
    const taken = new Set<number>();
    for (let n = 8 + rng.below(12); n > 0; n--) {
      const place = Math.floor((nItems / 3) * rng.uniform() ** 2);
      const kind = rng.uniform() < 0.85 ? taste : rng.below(3);
      const item = 3 * place + kind;
      if (taken.has(item)) continue;
      taken.add(item);
      const rating = 1 + rng.below(3) + (kind === taste ? 2 : 0);
      const time = start + Math.floor((from + (360 - from) * rng.uniform()) * day);
      events.push({ user: `u${u}`, item: `i${item}`, time, rating, country: ["no", "ch"][u % 2]! });
    }
  }
  return events.sort((a, b) => a.time - b.time);
}

/** Events as a table with the columns user, item, at, rating and country. */
export function eventsTable(events: readonly SampleEvent[]): Table {
  return Table.of({
    user: categoryColumn(events.map(({ user }) => user)),
    item: categoryColumn(events.map(({ item }) => item)),
    at: instantColumn(events.map(({ time }) => time)),
    rating: numberColumn(events.map(({ rating }) => rating)),
    country: categoryColumn(events.map(({ country }) => country)),
  });
}

/** Events as CSV text with the same columns. */
export function eventsCsv(events: readonly SampleEvent[]): string {
  const rows = events.map(
    ({ user, item, time, rating, country }) => `${user},${item},${new Date(time).toISOString()},${rating},${country}`,
  );
  return `user,item,at,rating,country\n${rows.join("\n")}\n`;
}
