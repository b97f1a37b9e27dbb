import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calendar, instantOf, localOf, type StepUnit, stepOf, timeOf, type Zone, zoneOf } from "./index.ts";

const zurich = zoneOf("Europe/Zurich", Date.UTC(2000, 0, 1), Date.UTC(2030, 0, 1))!;
const lordHowe = zoneOf("Australia/Lord_Howe", Date.UTC(2000, 0, 1), Date.UTC(2030, 0, 1))!;
const casablanca = zoneOf("Africa/Casablanca", Date.UTC(2000, 0, 1), Date.UTC(2030, 0, 1))!;

const calendars = fc.record({
  unit: fc.constantFrom<StepUnit>("second", "minute", "hour", "day", "week", "month", "quarter", "year"),
  every: fc.integer({ min: 1, max: 7 }),
  origin: fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2020, 0, 1) }),
  zone: fc.constantFrom<Zone | null>(null, zurich, lordHowe),
}) satisfies fc.Arbitrary<Calendar>;

test("stepOf(instantOf(k)) is k, and steps ascend, in every unit and zone", () => {
  fc.assert(
    fc.property(calendars, fc.integer({ min: -200, max: 200 }), (calendar, step) => {
      const at = instantOf(calendar, step);
      assert.equal(stepOf(calendar, at), step);
      assert.ok(instantOf(calendar, step + 1) > at);
    }),
  );
});

test("a day of a zone has 23 hours when clocks go forward, 25 when they go back, and is one step", () => {
  const days: Calendar = { unit: "day", every: 1, origin: Date.UTC(2026, 2, 27, 23), zone: zurich };
  const hours = [0, 1, 2].map((k) => (instantOf(days, k + 1) - instantOf(days, k)) / 3_600_000);
  assert.deepEqual(hours, [24, 23, 24]);
  const autumn: Calendar = { ...days, origin: Date.UTC(2026, 9, 23, 22) };
  assert.deepEqual(
    [0, 1, 2].map((k) => (instantOf(autumn, k + 1) - instantOf(autumn, k)) / 3_600_000),
    [24, 25, 24],
  );
});

test("a local time that clocks skip is the instant that the clock before would show; of two, the first is taken", () => {
  const halfPastTwo: Calendar = { unit: "day", every: 1, origin: Date.UTC(2026, 2, 28, 1, 30), zone: zurich };
  assert.equal(new Date(instantOf(halfPastTwo, 1)).toISOString(), "2026-03-29T01:30:00.000Z");
  assert.equal(timeOf(localOf(zurich, instantOf(halfPastTwo, 2))) / 60_000, 150);
  const autumn: Calendar = { ...halfPastTwo, origin: Date.UTC(2026, 9, 24, 0, 30) };
  assert.equal(new Date(instantOf(autumn, 1)).toISOString(), "2026-10-25T00:30:00.000Z");
});

test("the 31st is the last day of every month", () => {
  const months: Calendar = { unit: "month", every: 1, origin: Date.UTC(2026, 0, 31), day: 31, zone: null };
  const days = [0, 1, 2, 3].map((k) => new Date(instantOf(months, k)).toISOString().slice(0, 10));
  assert.deepEqual(days, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
  const year: Calendar = { unit: "year", every: 1, origin: Date.UTC(2024, 1, 29), day: 29, zone: null };
  assert.equal(new Date(instantOf(year, 1)).toISOString().slice(0, 10), "2025-02-28");
});

test("zoneOf() finds the changes of the clock to the second, also where they come every few weeks", () => {
  const offsetAt = (zone: Zone, at: number) => (localOf(zone, at) - at) / 60_000;
  assert.equal(offsetAt(zurich, Date.UTC(2026, 2, 29, 0, 59, 59)), 60);
  assert.equal(offsetAt(zurich, Date.UTC(2026, 2, 29, 1)), 120);
  assert.equal(offsetAt(lordHowe, Date.UTC(2026, 0, 1)), 660);
  assert.equal(offsetAt(lordHowe, Date.UTC(2026, 6, 1)), 630);
  // Morocco keeps UTC+1 but in Ramadan: 2026-02-15T02:00Z and 2026-03-22T02:00Z.
  assert.deepEqual(
    [14, 20, 50, 80].map((day) => offsetAt(casablanca, Date.UTC(2026, 0, 1 + day, 12))),
    [60, 60, 0, 60],
  );
  assert.equal(zoneOf("Mars/Olympus", 0, 1), undefined);
});
