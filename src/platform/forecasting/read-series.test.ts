import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { readSeries } from "./read-series.ts";

type Asked = Partial<Omit<ForecastDefinition, "data" | "name" | "task" | "horizon">>;

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);

/** Rows of one series at these instants; values count up unless told. */
function rows(instants: readonly number[], values: readonly (number | null)[] = instants.map((_, k) => k)): Table {
  return Table.of({ at: instantColumn(instants), y: numberColumn(values) });
}

const read = (table: Table, asked: Asked = {}) => readSeries({ time: "at", value: "y", ...asked }, table);
const days = (...offsets: number[]) => offsets.map((k) => start + k * day);
const iso = (...texts: string[]) => texts.map((text) => Date.parse(text));

const grids: readonly {
  name: string;
  instants: readonly number[];
  asked?: Asked;
  unit: string;
  every: number;
  n: number;
  period: number;
}[] = [
  { name: "hours", instants: [0, 1, 2, 4].map((k) => start + k * 3_600_000), unit: "hour", every: 1, n: 5, period: 24 },
  {
    name: "quarters of an hour",
    instants: [0, 1, 2, 3].map((k) => start + k * 900_000),
    unit: "minute",
    every: 15,
    n: 4,
    period: 1,
  },
  { name: "days with one missing", instants: days(0, 1, 3, 4), unit: "day", every: 1, n: 5, period: 7 },
  { name: "working days", instants: days(4, 5, 6, 7, 8, 11, 12, 13, 14, 15), unit: "day", every: 1, n: 12, period: 7 },
  { name: "weeks", instants: days(0, 7, 14, 28), unit: "week", every: 1, n: 5, period: 1 },
  {
    name: "months of unequal length",
    instants: iso("2026-01-01", "2026-02-01", "2026-03-01"),
    unit: "month",
    every: 1,
    n: 3,
    period: 12,
  },
  {
    name: "last days of months",
    instants: iso("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"),
    unit: "month",
    every: 1,
    n: 4,
    period: 12,
  },
  {
    name: "quarters",
    instants: iso("2025-10-01", "2026-01-01", "2026-04-01"),
    unit: "quarter",
    every: 1,
    n: 3,
    period: 4,
  },
  { name: "years", instants: iso("2020-07-01", "2021-07-01", "2024-07-01"), unit: "year", every: 1, n: 5, period: 1 },
  {
    name: "midnights of a zone",
    instants: iso("2026-03-27T23:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),
    asked: { timeZone: "Europe/Zurich" },
    unit: "day",
    every: 1,
    n: 3,
    period: 7,
  },
];

for (const { name, instants, asked, unit, every, n, period } of grids)
  test(`readSeries() infers ${name}`, () => {
    const { calendar, series, period: found } = read(rows(instants), asked);
    assert.deepEqual([calendar.unit, calendar.every, series[0]!.values.length, found], [unit, every, n, period]);
    assert.equal(series[0]!.values.filter((value) => value === value).length, instants.length);
  });

const refusals: readonly { name: string; table: Table; asked?: Asked; code: string; says: RegExp }[] = [
  {
    name: "irregular steps",
    table: rows(days(0, 1.3, 5, 5.7, 20)),
    code: "FORECAST_IRREGULAR",
    says: /most common of 4 are 16\.8 hours \(1\), 1\.3 days \(1\)/,
  },
  {
    name: "days that the clock's change makes irregular",
    table: rows(iso("2026-03-27T23:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z", "2026-03-30T22:00Z")),
    code: "FORECAST_IRREGULAR",
    says: /irregular/,
  },
  { name: "one observation", table: rows(days(0)), code: "FORECAST_FREQUENCY", says: /no series has two instants/ },
  {
    name: "duplicate instants",
    table: rows(days(0, 1, 1, 2, 2, 3)),
    code: "FORECAST_DUPLICATES",
    says: /2 rows lie in the same step \(of one day\)/,
  },
  {
    name: "gaps that are refused",
    table: rows(days(0, 1, 3, 4)),
    asked: { gaps: "refuse" },
    code: "FORECAST_GAPS",
    says: /1 of 5 steps, in 1 of 1 series/,
  },
  { name: "no value", table: rows(days(0, 1), [null, null]), code: "FORECAST_EMPTY", says: /of 2 rows none/ },
  {
    name: "texts for times",
    table: Table.of({ at: categoryColumn(["a", "b"]), y: numberColumn([1, 2]) }),
    code: "FORECAST_COLUMN_KIND",
    says: /texts/,
  },
  {
    name: "texts for values",
    table: Table.of({ at: instantColumn(days(0, 1)), y: categoryColumn(["a", "b"]) }),
    code: "FORECAST_COLUMN_KIND",
    says: /category values/,
  },
  {
    name: "a mistyped column",
    table: rows(days(0, 1)),
    asked: { series: "z" },
    code: "FORECAST_COLUMNS",
    says: /series names "z"/,
  },
  {
    name: "hours along numbers",
    table: Table.of({ at: numberColumn([1, 2]), y: numberColumn([1, 2]) }),
    asked: { frequency: "hour" },
    code: "FORECAST_COLUMN_KIND",
    says: /holds numbers/,
  },
];

for (const { name, table, asked, code, says } of refusals)
  test(`readSeries() refuses ${name}`, () => {
    assert.throws(
      () => read(table, asked),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        return true;
      },
    );
  });

test("a stated frequency counts each row for the step that it lies in, and says how many lie beside its beginning", () => {
  const { series, notes, calendar } = read(rows(days(0.2, 1.7, 2.1)), { frequency: "day" });
  assert.deepEqual([...series[0]!.values], [0, 1, 2]);
  assert.equal(calendar.origin, start);
  assert.match(notes.join(), /3 rows lie within a step/);
  assert.equal(read(rows(days(1, 5, 12)), { frequency: "week" }).calendar.origin, Date.parse("2025-12-29")); // a Monday
});

test("rows of one step are summed, averaged, or the last counts, as asked", () => {
  const table = rows(days(0.1, 0.5, 1.1, 2, 2.5), [1, 2, 4, 8, 16]);
  const asked = (duplicates: "sum" | "mean" | "last") => [
    ...read(table, { frequency: "day", duplicates }).series[0]!.values,
  ];
  assert.deepEqual(asked("sum"), [3, 4, 24]);
  assert.deepEqual(asked("mean"), [1.5, 4, 12]);
  assert.deepEqual(asked("last"), [2, 4, 16]);
});

test("gaps stay missing, are interpolated, or count 0, as asked; missing ends are no gaps", () => {
  const table = rows(days(0, 1, 2, 4, 5, 6), [null, 1, 2, 6, 7, null]);
  const asked = (gaps: "missing" | "interpolate" | "zero") => [...read(table, { gaps }).series[0]!.values];
  assert.deepEqual(asked("missing"), [1, 2, Number.NaN, 6, 7]);
  assert.deepEqual(asked("interpolate"), [1, 2, 4, 6, 7]);
  assert.deepEqual(asked("zero"), [1, 2, 0, 6, 7]);
});

test("a long table is read as its series, in any order of rows; series may be named by numbers", () => {
  const table = Table.of({
    at: instantColumn(days(2, 0, 1, 1, 0)),
    y: numberColumn([3, 10, 2, 11, 1]),
    shop: numberColumn([7, 8, 7, 8, 7]),
  });
  const { series } = read(table, { series: "shop" });
  assert.deepEqual(
    series.map(({ name, values }) => [name, [...values]]),
    [
      ["7", [1, 2, 3]],
      ["8", [10, 11]],
    ],
  );
});

test("local hours without an offset show the clock's change: an hour that is absent is a gap, one that is there twice is refused", () => {
  const spring = iso("2026-03-29T00:00Z", "2026-03-29T01:00Z", "2026-03-29T03:00Z", "2026-03-29T04:00Z");
  assert.equal(read(rows(spring)).series[0]!.nGaps, 1);
  const autumn = iso("2026-10-25T01:00Z", "2026-10-25T02:00Z", "2026-10-25T02:00Z", "2026-10-25T03:00Z");
  assert.throws(() => read(rows(autumn)), {
    code: "FORECAST_DUPLICATES",
    hint: /local hours over a change of the clock/,
  });
});

test("numbers count steps along a plain grid, whole or not", () => {
  const along = (at: number[]) => read(Table.of({ at: numberColumn(at), y: numberColumn(at) }));
  assert.deepEqual(
    [along([1871, 1872, 1874]).calendar.every, along([1871, 1872, 1874]).series[0]!.values.length],
    [1, 4],
  );
  assert.equal(along([0, 0.5, 1.5, 2]).series[0]!.values.length, 5);
  assert.throws(() => along([0, 0.5, 0.7, 2]), { code: "FORECAST_IRREGULAR" });
});
