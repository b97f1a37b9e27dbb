/*
 * Grids of instants: every hour, every month … of a calendar. Instants are epoch milliseconds, UTC. Days, weeks, months and longer are those of a time
 * zone: a day there has 23, 24 or 25 hours, and counts as one step. Seconds, minutes and hours are of equal length everywhere. A plain grid
 * counts along a number that is no time.
 */

/** Units that steps are counted in; `number` for a plain grid. */
export type StepUnit = "second" | "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" | "number";

/** A time zone's clock as data, so that a model which holds it answers alike wherever it runs. */
export interface Zone {
  /** IANA name, for example `Europe/Zurich`. */
  readonly name: string;
  /** Milliseconds that local time is ahead of UTC: `offsets[k]` from the instant `since[k]` on; the first holds before it too, the last from then on. */
  readonly since: readonly number[];
  readonly offsets: readonly number[];
}

/** A grid of steps … −1, 0, 1 … */
export interface Calendar {
  readonly unit: StepUnit;
  /** Units from one step to the next: a whole number ≥ 1; any number > 0 where the unit is `number`. */
  readonly every: number;
  /** Step 0: an instant, or a number where the unit is `number`. */
  readonly origin: number;
  /** Months and longer: the day of the month that steps fall on, in shorter months their last day. */
  readonly day?: number;
  /** Null for UTC. */
  readonly zone: Zone | null;
}

const second = 1000;
const dayLength = 86_400 * second;
const lengths = { second, minute: 60 * second, hour: 3600 * second } as const;
const days = { day: 1, week: 7 } as const;
const months = { month: 1, quarter: 3, year: 12 } as const;

/** The step that an instant lies in; the grid is that of `instantOf` where every instant is on it. */
export function stepOf(calendar: Calendar, at: number): number {
  const { unit, every, origin, zone } = calendar;
  switch (unit) {
    case "number":
      return Math.floor((at - origin) / every + 1e-9);
    case "second":
    case "minute":
    case "hour":
      return Math.floor((at - origin) / (lengths[unit] * every));
    case "day":
    case "week":
      return Math.floor((dayOf(localOf(zone, at)) - dayOf(localOf(zone, origin))) / (days[unit] * every));
    default:
      return Math.floor((monthOf(localOf(zone, at)) - monthOf(localOf(zone, origin))) / (months[unit] * every));
  }
}

/** When a step begins. */
export function instantOf(calendar: Calendar, step: number): number {
  const { unit, every, origin, zone } = calendar;
  switch (unit) {
    case "number":
      return origin + step * every;
    case "second":
    case "minute":
    case "hour":
      return origin + step * lengths[unit] * every;
    case "day":
    case "week":
      return utcOf(zone, localOf(zone, origin) + step * days[unit] * every * dayLength);
    default: {
      const local = localOf(zone, origin);
      const month = monthOf(local) + step * months[unit] * every;
      const date = Math.min(calendar.day ?? dateOf(local), daysIn(month));
      return utcOf(zone, (startOf(month) + date - 1) * dayLength + timeOf(local));
    }
  }
}

/** Local time as if it were UTC. */
export function localOf(zone: Zone | null, at: number): number {
  return zone === null ? at : at + offsetAt(zone, at);
}

/** The instant of a local time: of two, when clocks go back, the first; of none, when they go forward, the one that the clock before would show. */
export function utcOf(zone: Zone | null, local: number): number {
  if (zone === null) return local;
  const before = local - offsetAt(zone, local - dayLength);
  const after = local - offsetAt(zone, local + dayLength);
  return localOf(zone, before) === local || localOf(zone, after) !== local ? before : after;
}

function offsetAt({ since, offsets }: Zone, at: number): number {
  let low = 0;
  let high = since.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (since[middle]! <= at) low = middle;
    else high = middle;
  }
  return offsets[low]!;
}

/** Day of a local time, counted from 1970-01-01. */
export function dayOf(local: number): number {
  return Math.floor(local / dayLength);
}

/** Milliseconds since local midnight. */
export function timeOf(local: number): number {
  return local - dayOf(local) * dayLength;
}

/** Months from January of the year 0 to a local time. */
export function monthOf(local: number): number {
  const date = new Date(local);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

/** Day of the month, 1 … 31. */
export function dateOf(local: number): number {
  return new Date(local).getUTCDate();
}

/** Days of a month that {@link monthOf} counted. */
export function daysIn(month: number): number {
  return startOf(month + 1) - startOf(month);
}

function startOf(month: number): number {
  const date = new Date(0);
  return date.setUTCFullYear(Math.floor(month / 12), month - 12 * Math.floor(month / 12), 1) / dayLength;
}

/**
 * A zone's clock between two instants, and `years` on. Undefined where no such zone is known.
 * @param from epoch milliseconds
 */
export function zoneOf(name: string, from: number, to: number, years = 20): Zone | undefined {
  const offsetAt = clockOf(name);
  if (offsetAt === undefined) return undefined;
  const end = to + years * 366 * dayLength;
  const since = [from];
  const offsets = [offsetAt(from)];
  for (let at = from; at < end; at += 7 * dayLength) {
    let low = at;
    let high = at + 7 * dayLength;
    const offset = offsetAt(high);
    if (offset === offsets.at(-1)) continue;
    while (high - low > second) {
      const middle = Math.floor((low + high) / 2 / second) * second;
      if (middle <= low) break;
      if (offsetAt(middle) === offset) high = middle;
      else low = middle;
    }
    since.push(high);
    offsets.push(offset);
  }
  return { name, since, offsets };
}

/** Names of the zones that are known here. */
export const zoneNames = (): string[] => Intl.supportedValuesOf("timeZone");

function clockOf(name: string): ((at: number) => number) | undefined {
  const digits = "2-digit" as const;
  const parts = { year: "numeric", month: digits, day: digits, hour: digits, minute: digits, second: digits } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, hourCycle: "h23", ...parts });
  } catch {
    return undefined;
  }
  return (at) => {
    const whole = Math.floor(at / second) * second;
    const shown = Object.fromEntries(format.formatToParts(whole).map(({ type, value }) => [type, Number(value)]));
    const date = new Date(0).setUTCFullYear(shown.year!, shown.month! - 1, shown.day!);
    return date + ((shown.hour! * 60 + shown.minute!) * 60 + shown.second!) * second - whole;
  };
}
