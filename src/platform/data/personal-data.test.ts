import assert from "node:assert/strict";
import { test } from "node:test";
import { type Column, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { detectPersonalData, type LogicalType, profileTable, shownCell } from "./index.ts";

const many = <T>(cell: (i: number) => T, n = 40) => Array.from({ length: n }, (_, i) => cell(i));
const texts = (cell: (i: number) => string) => categoryColumn(many(cell));
const numbers = (cell: (i: number) => number) => numberColumn(many(cell));

function withLuhn(digits: string): string {
  let sum = 0;
  for (let k = 0; k < digits.length; k++) {
    const digit = Number(digits.at(-1 - k));
    sum += k % 2 === 1 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** A German IBAN with its check digits (ISO 13616): 98 − (account, country, 00) mod 97. */
function iban(account: number): string {
  const body = `37040044${String(account).padStart(10, "0")}`;
  const check = 98n - (BigInt(`${body}131400`) % 97n);
  return `DE${String(check).padStart(2, "0")}${body}`;
}

const first = ["Anna", "Björn", "Chloé", "Dmitri", "Eve", "Fatima", "Gustav", "Hana"];
const last = ["O'Neil", "Müller", "Nguyen", "García", "Smith-Jones"];
const fullName = (i: number) => `${first[i % 8]} ${last[i % 5]}`;

const found: readonly {
  readonly column: string;
  readonly kind: string;
  readonly values: Column;
  readonly type?: LogicalType;
}[] = [
  { column: "contact", kind: "email", values: texts((i) => `user.${i}@example.org`) },
  { column: "account", kind: "iban", values: texts((i) => iban(532013000 + i)) },
  {
    column: "payment",
    kind: "card-number",
    values: texts((i) => withLuhn(`411111111111${String(i).padStart(3, "0")}`)),
  },
  {
    column: "payment",
    kind: "card-number",
    type: "integer",
    values: numbers((i) => Number(withLuhn(`411111111111${String(i).padStart(3, "0")}`))),
  },
  { column: "source", kind: "ip-address", values: texts((i) => `10.0.${i}.254`) },
  { column: "code", kind: "national-id", values: texts((i) => `123-45-${6000 + i}`) },
  { column: "reach", kind: "phone", values: texts((i) => `+49 30 1234${100 + i}`) },
  { column: "reach", kind: "phone", values: texts((i) => `(555) 123-${4000 + i}`) },
  { column: "mobile", kind: "phone", type: "integer", values: numbers((i) => 5551230000 + i) },
  { column: "passport", kind: "national-id", values: texts((i) => `C01X${1000 + i}`) },
  { column: "customerName", kind: "name", values: texts(fullName) },
  { column: "surname", kind: "name", values: texts((i) => `Name${"abcdefgh"[i % 8]}${"klmnop"[i % 5]}`) },
  { column: "first_name", kind: "name", values: texts((i) => first[i % 8]!) },
  { column: "home_address", kind: "address", values: texts((i) => `${i + 1} Main Street`) },
];

for (const { column, kind, values, type = values.kind } of found)
  test(`detectPersonalData() takes "${column}" (${type}) for ${kind}`, () => {
    assert.deepEqual(
      [...detectPersonalData(Table.of({ [column]: values }), [{ name: column, type }])],
      [[column, kind]],
    );
  });

const harmless: readonly {
  readonly name: string;
  readonly column: string;
  readonly values: Column;
  readonly type?: LogicalType;
}[] = [
  { name: "product names", column: "product_name", values: texts((i) => `Garden Chair ${"ABCDEFGH"[i % 8]}`) },
  {
    name: "names that repeat, as of cities",
    column: "name",
    values: texts((i) => ["Rome", "Paris", "Berlin", "Oslo", "Bern"][i % 5]!),
  },
  { name: "ordinary ids", column: "id", type: "integer", values: numbers((i) => 10_000 + i) },
  { name: "long ids that no card checksum fits", column: "order", values: texts((i) => `4111111111${100000 + 7 * i}`) },
  { name: "codes in the form of an IBAN", column: "sku", values: texts((i) => `DE12${String(i).padStart(18, "3")}`) },
  { name: "years", column: "year", type: "integer", values: numbers((i) => 1980 + i) },
  { name: "numbers", column: "phone", type: "number", values: numbers((i) => 1e9 + i / 2) },
  { name: "dates", column: "passport", type: "instant", values: instantColumn(many((i) => 1e12 + i)) },
  { name: "texts with an at sign", column: "note", values: texts((i) => `meet @ noon ${i}`) },
  {
    name: "a few e-mails among other texts",
    column: "comment",
    values: texts((i) => (i % 2 ? `a${i}@b.org` : `call ${i}`)),
  },
  { name: "three names", column: "name", values: categoryColumn(["Ann Bee", "Carl Dee", "Eve Eff"]) },
];

test("detectPersonalData() takes a checksum or an e-mail address seriously even once", () => {
  const table = Table.of({ a: categoryColumn(["x@y.org"]), b: categoryColumn([iban(532013000)]) });
  const schema = ["a", "b"].map((name) => ({ name, type: "category" as const }));
  assert.deepEqual(
    [...detectPersonalData(table, schema)],
    [
      ["a", "email"],
      ["b", "iban"],
    ],
  );
});

for (const { name, column, values, type = values.kind } of harmless)
  test(`detectPersonalData() raises no alarm on ${name}`, () => {
    assert.deepEqual([...detectPersonalData(Table.of({ [column]: values }), [{ name: column, type }])], []);
  });

test("profileTable() holds no value of personal columns, ids and free text", () => {
  const table = Table.of({
    mail: texts((i) => `secret${i}@mail.org`),
    card: numbers((i) => Number(withLuhn(`411111111111${String(i).padStart(3, "0")}`))),
    id: texts((i) => `secret-${i}`),
    note: texts((i) => `a secret of many words, number ${i}`),
    city: texts((i) => ["Rome", "Oslo"][i % 2]!),
  });
  const types: Record<string, LogicalType> = {
    mail: "category",
    card: "integer",
    id: "id",
    note: "text",
    city: "category",
  };
  const schema = table.names.map((name) => ({ name, type: types[name]! }));
  const personalData = detectPersonalData(table, schema);
  assert.deepEqual([...personalData.keys()], ["mail", "card"]);
  const profiles = profileTable(table, schema, { personalData });
  assert.doesNotMatch(JSON.stringify(profiles), /secret|41111/);
  assert.deepEqual(
    profiles.map(({ nDistinct }) => nDistinct),
    [40, 40, 40, 40, 2],
  );
  assert.deepEqual(profiles[4]!.levels, [
    { value: "Oslo", count: 20 },
    { value: "Rome", count: 20 },
  ]);
  assert.equal(shownCell(table.column("mail"), 0, true), "•••");
  assert.equal(shownCell(table.column("city"), 0, false), "Rome");
});

test("profileTable() profiles numbers without those that are missing or infinite", () => {
  const values = [...many((i) => i, 101), null, Number.POSITIVE_INFINITY];
  const table = Table.of({ x: numberColumn(values) });
  const [profile] = profileTable(table, [{ name: "x", type: "number" }], { personalData: new Map() });
  assert.equal(profile!.nMissing, 1);
  assert.equal(profile!.nDistinct, 101);
  assert.deepEqual(profile!.numeric!.quantiles, [5, 25, 50, 75, 95]);
  assert.equal(profile!.numeric!.max, 100);
  assert.equal(
    profile!.numeric!.histogram.counts.reduce((sum, count) => sum + count, 0),
    101,
  );
});
