const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Remainder with the sign of the divisor. */
const modulo = (a: number, b: number) => ((a % b) + b) % b;

/**
 * Columns of a calendar in UTC for instants in epoch milliseconds: `hour` (0 to 23, with its fraction), `dayOfWeek` (0 is Monday), `dayOfMonth` (from
 * 1) and `month` (from 1), of these those that vary. Shift the instants for another clock.
 */
export function calendarColumns(instants: Float64Array): Record<string, Float64Array> {
  const columns = {
    hour: instants.map((instant) => modulo(instant, dayMs) / hourMs),
    dayOfWeek: instants.map((instant) => modulo(Math.floor(instant / dayMs) + 3, 7)), // 1970 began on a Thursday
    dayOfMonth: instants.map((instant) => civil(instant).day),
    month: instants.map((instant) => civil(instant).month),
  };
  return Object.fromEntries(
    Object.entries(columns).filter(([, values]) => values.some((value) => value !== values[0])),
  );
}

// The Gregorian calendar by Hinnant's algorithm: years begin in March, so that the leap day comes last; eras have 400 years.
function civil(instant: number): { readonly month: number; readonly day: number } {
  const dayOfEra = modulo(Math.floor(instant / dayMs) + 719_468, 146_097);
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  return { month: march < 10 ? march + 3 : march - 9, day: dayOfYear - Math.floor((153 * march + 2) / 5) + 1 };
}
