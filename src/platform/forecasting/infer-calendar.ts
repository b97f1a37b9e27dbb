import {
  type Calendar,
  dateOf,
  dayOf,
  FettleError,
  instantOf,
  localOf,
  monthOf,
  type StepUnit,
  stepOf,
  timeOf,
  type Zone,
} from "../../lib/index.ts";

const lengths = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
const monthsOf: Readonly<Partial<Record<StepUnit, number>>> = { month: 1, quarter: 3, year: 12 };

/** A grid, and what a user should know of it. */
export interface FoundCalendar {
  readonly calendar: Calendar;
  readonly notes: readonly string[];
}

/** Steps of a season where none is said: a day of hours, a week of days, a year of months or quarters; else 1. */
export function defaultSeason({ unit, every }: Calendar): number {
  const seasons: Readonly<Partial<Record<StepUnit, number>>> = { hour: 24, day: 7, month: 12, quarter: 4 };
  const season = (seasons[unit] ?? 1) / every;
  return Number.isInteger(season) ? season : 1;
}

/** How long a step is: `one hour`, `15 minutes`; a number along a plain grid. */
export function stepInWords({ unit, every }: Pick<Calendar, "unit" | "every">): string {
  if (unit === "number") return String(every);
  return every === 1 ? `one ${unit}` : `${every} ${unit}s`;
}

/**
 * The grid of a stated frequency. Where all instants agree (one time of day, one weekday, one day of the month …) steps fall on them, else on the
 * beginning of the hour, day, week (Monday), month …
 * @param instants ascending, per series
 */
export function statedCalendar(
  { step: every, unit }: { readonly step: number; readonly unit: StepUnit },
  instants: readonly Float64Array[],
  zone: Zone | null,
): FoundCalendar {
  const first = least(instants);
  const exact = exactCalendar({ unit, every, zone }, instants, first);
  const calendar = exact ?? {
    unit,
    every,
    zone,
    origin: beginningOf(unit, first, zone),
    ...(monthsOf[unit] && { day: 1 }),
  };
  const nBeside = countBeside(calendar, instants);
  const notes = nBeside === 0 ? [] : [`${nBeside} rows lie within a step, not at its beginning, and count for it`];
  return { calendar, notes };
}

/**
 * The grid that instants lie on: calendar months (quarters, years) where all fall on one day of the month, days (weeks) where all have one time of day, else
 * hours, minutes or seconds; the longest step that reaches all of them. Throws FORECAST_IRREGULAR where more than half of the steps would be empty,
 * FORECAST_FREQUENCY where no series has two instants.
 * @param instants ascending and distinct, per series
 */
export function inferCalendar(instants: readonly Float64Array[], zone: Zone | null, isNumber: boolean): Calendar {
  if (instants.every(({ length }) => length < 2))
    throw new FettleError(
      "invalid-input",
      "FORECAST_FREQUENCY",
      "Cannot tell the frequency: no series has two instants, two are needed",
      { hint: 'Say it, for example frequency: "day"' },
    );
  const first = least(instants);
  const calendar = isNumber ? numberGrid(instants, first, zone) : (grids(instants, first, zone) ?? null);
  if (calendar === null || isSparse(calendar, instants)) throw irregular(instants, zone, isNumber);
  return calendar;
}

function grids(instants: readonly Float64Array[], first: number, zone: Zone | null): Calendar | null {
  for (const [unit, ofUnit] of [
    ["month", monthOf],
    ["day", dayOf],
  ] as const) {
    const calendar = exactCalendar({ unit, every: 1, zone }, instants, first);
    if (calendar === null || !isApart(calendar, instants)) continue;
    const start = ofUnit(localOf(zone, first));
    return named(
      calendar,
      gcdOf(instants, (at) => ofUnit(localOf(zone, at)) - start),
    );
  }
  const step = gcdOf(instants, (at) => at - first);
  for (const unit of ["hour", "minute", "second"] as const)
    if (step % lengths[unit] === 0) return { unit, every: step / lengths[unit], origin: first, zone };
  return null;
}

// Whole numbers have the longest step that reaches all; others must be multiples of the least difference.
function numberGrid(instants: readonly Float64Array[], first: number, zone: Zone | null): Calendar | null {
  const base = { unit: "number", origin: first, zone } as const;
  if (instants.every((of) => of.every(Number.isInteger)))
    return { ...base, every: gcdOf(instants, (at) => at - first) };
  let every = Number.POSITIVE_INFINITY;
  for (const of of instants) for (let i = 1; i < of.length; i++) every = Math.min(every, of[i]! - of[i - 1]!);
  const isOn = (at: number) => Math.abs((at - first) / every - Math.round((at - first) / every)) < 1e-6;
  return instants.every((of) => of.every(isOn)) ? { ...base, every } : null;
}

// Three months are a quarter, seven days a week.
function named(calendar: Calendar, every: number): Calendar {
  const greater =
    calendar.unit === "month"
      ? ([
          [12, "year"],
          [3, "quarter"],
        ] as const)
      : ([[7, "week"]] as const);
  for (const [length, unit] of greater) if (every % length === 0) return { ...calendar, unit, every: every / length };
  return { ...calendar, every };
}

/** The grid through all instants; null where they do not agree on a time of day, a weekday, a day of the month. */
function exactCalendar(
  { unit, every, zone }: Pick<Calendar, "unit" | "every" | "zone">,
  instants: readonly Float64Array[],
  first: number,
): Calendar | null {
  const calendar = { unit, every, zone, origin: first };
  if (unit === "number") return calendar;
  const dated = monthsOf[unit] === undefined ? calendar : { ...calendar, day: greatestDate(instants, zone) };
  return countBeside(dated, instants) === 0 ? dated : null;
}

// The 31st is the last day of every month.
function greatestDate(instants: readonly Float64Array[], zone: Zone | null): number {
  let day = 1;
  for (const of of instants) for (const at of of) day = Math.max(day, dateOf(localOf(zone, at)));
  return day;
}

function countBeside(calendar: Calendar, instants: readonly Float64Array[]): number {
  if (calendar.unit === "number") return 0;
  let n = 0;
  for (const of of instants) for (const at of of) if (instantOf(calendar, stepOf(calendar, at)) !== at) n++;
  return n;
}

function isApart(calendar: Calendar, instants: readonly Float64Array[]): boolean {
  return instants.every((of) => of.every((at, i) => i === 0 || stepOf(calendar, at) > stepOf(calendar, of[i - 1]!)));
}

function isSparse(calendar: Calendar, instants: readonly Float64Array[]): boolean {
  let nSteps = 0;
  let nKnown = 0;
  for (const of of instants) {
    if (of.length === 0) continue;
    nSteps += stepOf(calendar, of.at(-1)!) - stepOf(calendar, of[0]!) + 1;
    nKnown += of.length;
  }
  return nKnown < nSteps / 2;
}

function beginningOf(unit: StepUnit, at: number, zone: Zone | null): number {
  if (unit === "number") return at;
  if (unit === "second" || unit === "minute" || unit === "hour") return Math.floor(at / lengths[unit]) * lengths[unit];
  const local = localOf(zone, at);
  const midnight: Calendar = { unit: "day", every: 1, origin: at - timeOf(local), zone };
  const fromMonday = (((dayOf(local) + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday
  if (unit === "day") return instantOf(midnight, 0);
  if (unit === "week") return instantOf(midnight, -fromMonday);
  const months: Calendar = { unit: "month", every: 1, origin: midnight.origin, day: 1, zone };
  return instantOf(months, -(monthOf(local) % monthsOf[unit]!));
}

function irregular(instants: readonly Float64Array[], zone: Zone | null, isNumber: boolean): FettleError {
  const counts = new Map<number, number>();
  let n = 0;
  for (const of of instants)
    for (let i = 1; i < of.length; i++, n++) {
      const difference = of[i]! - of[i - 1]!;
      counts.set(difference, (counts.get(difference) ?? 0) + 1);
    }
  const common = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 3);
  const says = common.map(([difference, count]) => `${lengthInWords(difference, isNumber)} (${count})`).join(", ");
  return new FettleError(
    "invalid-input",
    "FORECAST_IRREGULAR",
    `Cannot read the series: their steps are irregular, the most common of ${n} are ${says}; regular steps are needed`,
    {
      hint:
        zone === null && isClockChange(instants)
          ? 'The clock seems to change: say timeZone, for example timeZone: "Europe/Zurich"'
          : 'Say which steps are meant and what to do with several rows of one, for example frequency: "day", duplicates: "mean"',
      facts: { nSteps: n, nLengths: counts.size },
    },
  );
}

// Days of 23 or 25 hours among days of 24.
function isClockChange(instants: readonly Float64Array[]): boolean {
  const hours = new Set<number>();
  for (const of of instants) for (let i = 1; i < of.length; i++) hours.add(((of[i]! - of[i - 1]!) / lengths.hour) % 24);
  return hours.has(0) && (hours.has(23) || hours.has(1)) && [...hours].every((rest) => [0, 1, 23].includes(rest));
}

function lengthInWords(length: number, isNumber: boolean): string {
  if (isNumber) return String(length);
  const known = [
    ["day", 86_400_000],
    ["hour", lengths.hour],
    ["minute", lengths.minute],
    ["second", 1000],
  ] as const;
  const [unit, size] = known.find(([, size]) => length >= size) ?? ["second", 1000];
  return `${Number((length / size).toFixed(2))} ${unit}s`;
}

function least(instants: readonly Float64Array[]): number {
  let first = Number.POSITIVE_INFINITY;
  for (const of of instants) if (of.length > 0) first = Math.min(first, of[0]!);
  return first;
}

function gcdOf(instants: readonly Float64Array[], distanceOf: (at: number) => number): number {
  let gcd = 0;
  for (const of of instants)
    for (const at of of) {
      let a = gcd;
      let b = Math.abs(distanceOf(at));
      while (b > 0) [a, b] = [b, a % b];
      gcd = a;
    }
  return gcd;
}
