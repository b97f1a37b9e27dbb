/** Instants parsed from distinct texts, in epoch milliseconds, UTC; NaN where a text is no date. */
export interface ParsedDates {
  readonly values: Float64Array;
  readonly notes: readonly string[];
}

const time = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?)?`;
const yearFirst = new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${time}$`);
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${time}$`);
const monthNamed = new RegExp(
  String.raw`^(?:([A-Za-z]{3,9})\.? (\d{1,2}),?|(\d{1,2})[- ]([A-Za-z]{3,9})\.?,?)[- ](\d{4})${time}$`,
);
/** Understood only where the user says that a column holds dates: else they could be numbers or levels. */
const yearMonth = /^(\d{4})[-/.](\d{1,2})$/;
const yearQuarter = /^(\d{4})[- ]?[Qq]([1-4])$/;
const eightDigits = /^(\d{4})(\d{2})(\d{2})$/;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

interface Parts {
  readonly kind: "year-first" | "year-last" | "month-named";
  readonly year: number;
  /** For `year-last` the two fields in the order of writing; else month and day. */
  readonly first: number;
  readonly second: number;
  readonly separator: string;
  readonly shortYear: boolean;
  readonly milliseconds: number;
}

/**
 * Instants of distinct texts, or null where the column holds no dates. Understood: year first, day or month first with 2- or 4-digit
 * years, month names; each with a time of day and an offset (UTC where none is written). Whether day or month comes first is decided by
 * the column: a field over 12 settles it, a dot means day first, else month first with a note. A column that says both is no date column. Where the user says that it
 * holds dates, months (`2026-03`), quarters (`2026Q1`) and eight digits are understood too; months and quarters begin on their first day.
 * @param told whether the user says that it is a date: then a text that does not fit counts as missing
 */
export function datesOf(texts: readonly string[], counts: Float64Array, told: boolean): ParsedDates | null {
  if (texts.length === 0) return told ? { values: new Float64Array(0), notes: [] } : null;
  if (!told && !texts.slice(0, 5).every((text) => partsOf(text) !== null)) return null;
  const parts = texts.map((text) => partsOf(text) ?? (told ? toldPartsOf(text) : null));
  if (!told && parts.some((part) => part === null)) return null;
  const notes: string[] = [];
  const yearLasts = parts.filter((part) => part?.kind === "year-last") as Parts[];
  const saysDayFirst = yearLasts.some(({ first }) => first > 12);
  const saysMonthFirst = yearLasts.some(({ second }) => second > 12);
  if (saysDayFirst && saysMonthFirst && !told) return null;
  const isDotted = yearLasts.every(({ separator }) => separator === ".");
  const dayFirst = saysDayFirst || (!saysMonthFirst && isDotted);
  if (yearLasts.length > 0 && !saysDayFirst && !saysMonthFirst && !isDotted)
    notes.push("dates could be day first or month first and are read as month/day/year");
  if (yearLasts.some(({ shortYear }) => shortYear)) notes.push("two-digit years are read as 1970 to 2069");
  if (new Set(parts.map((part) => part?.kind)).size > 1) notes.push("dates are written in several formats");
  const values = Float64Array.from(parts, (part) => (part === null ? Number.NaN : instantOf(part, dayFirst)));
  if (!told && values.some((value) => Number.isNaN(value))) return null;
  const nBad = values.reduce((sum, value, k) => (Number.isNaN(value) ? sum + counts[k]! : sum), 0);
  if (nBad > 0) notes.push(`${nBad} values are no dates and count as missing`);
  return { values, notes };
}

function partsOf(text: string): Parts | null {
  let match = yearFirst.exec(text);
  if (match) return build("year-first", match[1]!, Number(match[2]), Number(match[3]), "-", match.slice(4));
  match = yearLast.exec(text);
  if (match) return build("year-last", match[4]!, Number(match[1]), Number(match[3]), match[2]!, match.slice(5));
  match = monthNamed.exec(text);
  if (!match) return null;
  const month = months.indexOf((match[1] ?? match[4])!.slice(0, 3).toLowerCase()) + 1;
  if (month === 0) return null;
  return build("month-named", match[5]!, month, Number(match[2] ?? match[3]), " ", match.slice(6));
}

function toldPartsOf(text: string): Parts | null {
  const [, year, month] = yearMonth.exec(text) ?? [];
  if (year !== undefined) return build("year-first", year, Number(month), 1, "-", []);
  const [, ofQuarter, quarter] = yearQuarter.exec(text) ?? [];
  if (ofQuarter !== undefined) return build("year-first", ofQuarter, 3 * Number(quarter) - 2, 1, "-", []);
  const [, begin, digits, day] = eightDigits.exec(text) ?? [];
  return begin === undefined ? null : build("year-first", begin, Number(digits), Number(day), "-", []);
}

function build(
  kind: Parts["kind"],
  year: string,
  first: number,
  second: number,
  separator: string,
  [hour, minute, second60, fraction, half, offset]: readonly (string | undefined)[],
): Parts | null {
  let hours = Number(hour ?? 0);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return null;
    hours = (hours % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  }
  const minutes = Number(minute ?? 0);
  const seconds = Number(second60 ?? 0);
  if (hours > 24 || minutes > 59 || seconds > 60 || (hours === 24 && minutes + seconds > 0)) return null;
  const thousandths = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000);
  const milliseconds = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths - offsetOf(offset);
  const short = year.length === 2;
  const full = short ? Number(year) + (Number(year) >= 70 ? 1900 : 2000) : Number(year);
  return { kind, year: full, first, second, separator, shortYear: short, milliseconds };
}

function offsetOf(offset: string | undefined): number {
  if (offset === undefined || offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}

function instantOf({ kind, year, first, second, milliseconds }: Parts, dayFirst: boolean): number {
  const [month, day] = kind === "year-last" && dayFirst ? [second, first] : [first, second];
  if (month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day); // Date.UTC reads year 1 as 1901
  return new Date(midnight).getUTCDate() === day ? midnight + milliseconds : Number.NaN;
}
