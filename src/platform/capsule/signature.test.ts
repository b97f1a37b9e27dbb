import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, parseInstant, parseRow, type RowProblem, requestSchema, type Signature } from "./index.ts";

const signature: Signature = {
  inputs: [
    { name: "amount", type: "number", min: 0, max: 9 },
    { name: "since", type: "instant" },
    { name: "city", type: "category", levels: ["Bern", "Rome"] },
  ],
  task: "binary",
  classes: ["no", "yes"],
  outputs: [],
  threshold: 0.3,
};
const row = { amount: 1, since: "2024-01-02", city: "Bern" };

const read: readonly { readonly says: string; readonly row: unknown; readonly inputs: readonly unknown[] }[] = [
  { says: "values as they are", row, inputs: [1, Date.UTC(2024, 0, 2), "Bern"] },
  { says: "null as missing", row: { amount: null, since: null, city: null }, inputs: [null, null, null] },
  { says: "epoch milliseconds", row: { ...row, since: 12.5 }, inputs: [1, 12.5, "Bern"] },
  { says: "an unseen level", row: { ...row, city: "Oslo" }, inputs: [1, Date.UTC(2024, 0, 2), "Oslo"] },
  { says: "a boolean as a level", row: { ...row, city: true }, inputs: [1, Date.UTC(2024, 0, 2), "true"] },
  { says: "a number as a level", row: { ...row, city: 1.5 }, inputs: [1, Date.UTC(2024, 0, 2), "1.5"] },
  {
    says: "a number outside the training range",
    row: { ...row, amount: -5 },
    inputs: [-5, Date.UTC(2024, 0, 2), "Bern"],
  },
  {
    says: "no fields that the model does not take",
    row: { ...row, secret: "x" },
    inputs: [1, Date.UTC(2024, 0, 2), "Bern"],
  },
];

for (const { says, row, inputs } of read)
  test(`parseRow() reads ${says}`, () => {
    const problems: RowProblem[] = [];
    assert.deepEqual(parseRow(signature, row, 0, problems), inputs);
    assert.deepEqual(problems, []);
  });

const refused: readonly {
  readonly row: unknown;
  readonly field: string;
  readonly rule: RowProblem["rule"];
  readonly says: RegExp;
}[] = [
  { row: "secret", field: "", rule: "object", says: /row 4 is string, an object of fields is needed/ },
  { row: ["secret"], field: "", rule: "object", says: /row 4 is array/ },
  { row: null, field: "", rule: "object", says: /row 4 is null/ },
  {
    row: { since: null, city: null, amonut: 1 },
    field: "amount",
    rule: "required",
    says: /"amount" is absent.*did you mean it by "amonut"/,
  },
  { row: Object.create(row), field: "amount", rule: "required", says: /"amount" is absent/ },
  {
    row: { ...row, amount: "secret" },
    field: "amount",
    rule: "type",
    says: /field "amount" is string, a number is needed/,
  },
  { row: { ...row, amount: true }, field: "amount", rule: "type", says: /is boolean/ },
  {
    row: { ...row, amount: Number.POSITIVE_INFINITY },
    field: "amount",
    rule: "finite",
    says: /is infinite number, a finite number is needed/,
  },
  { row: { ...row, since: "secret" }, field: "since", rule: "instant", says: /an ISO 8601 instant is needed/ },
  { row: { ...row, since: "2024-02-30" }, field: "since", rule: "instant", says: /an ISO 8601 instant is needed/ },
  { row: { ...row, since: Number.NaN }, field: "since", rule: "instant", says: /an ISO 8601 instant is needed/ },
  { row: { ...row, city: { secret: 1 } }, field: "city", rule: "type", says: /is object, a string is needed/ },
  { row: { ...row, city: undefined }, field: "city", rule: "type", says: /is undefined/ },
];

for (const { row, field, rule, says } of refused)
  test(`parseRow() refuses: ${says.source}`, () => {
    const problems: RowProblem[] = [];
    parseRow(signature, row, 4, problems);
    assert.deepEqual({ ...problems[0], message: "" }, { row: 4, field, rule, message: "" });
    assert.match(problems[0]!.message, says);
    assert.doesNotMatch(JSON.stringify(problems), /secret/, "the value itself is never repeated");
  });

test("parseRow() reads a boolean as the level of training that says the same", () => {
  const inputs = [{ name: "member", type: "category", levels: ["False", "True"] }] as const;
  const problems: RowProblem[] = [];
  assert.deepEqual(parseRow({ ...signature, inputs }, { member: true }, 0, problems), ["True"]);
  assert.deepEqual(parseRow({ ...signature, inputs }, { member: false }, 0, problems), ["False"]);
});

test("parseRow() takes no field of the model's own for a misspelling of another", () => {
  const inputs = [
    { name: "x", type: "number" },
    { name: "z", type: "number" },
  ] as const;
  const problems: RowProblem[] = [];
  parseRow({ ...signature, inputs }, { x: 1 }, 0, problems);
  assert.match(problems[0]!.message, /"z" is absent, a value or null is needed$/);
});

test("parseRow() reports every problem of a row", () => {
  const problems: RowProblem[] = [];
  parseRow(signature, { amount: "x", since: "x" }, 0, problems);
  assert.deepEqual(
    problems.map(({ rule }) => rule),
    ["type", "instant", "required"],
  );
});

const instants: readonly (readonly [text: string, expected: string | null])[] = [
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["2024-01-02T03:04", "2024-01-02T03:04:00.000Z"],
  ["2024-01-02 03:04:05", "2024-01-02T03:04:05.000Z"],
  ["2024-01-02T03:04:05.5Z", "2024-01-02T03:04:05.500Z"],
  ["2024-01-02T03:04:05.123999999Z", "2024-01-02T03:04:05.123Z"],
  ["2024-01-02T03:04:05+05:30", "2024-01-01T21:34:05.000Z"],
  ["2024-01-02T03:04:05-0100", "2024-01-02T04:04:05.000Z"],
  ["2024-01-02T24:00", "2024-01-03T00:00:00.000Z"],
  ["0001-01-01", "0001-01-01T00:00:00.000Z"],
  ["2023-02-29", null],
  ["2024-13-01", null],
  ["2024-00-10", null],
  ["2024-01-02T24:01", null],
  ["2024-01-02T03:60", null],
  ["2024-01-02T03:04:60", null],
  ["2024-1-2", null],
  ["02/01/2024", null],
  ["2024-01-02T", null],
  ["", null],
];

for (const [text, expected] of instants)
  test(`parseInstant() reads "${text}" as ${expected ?? "no instant"}`, () => {
    const instant = parseInstant(text);
    assert.equal(Number.isNaN(instant) ? null : new Date(instant).toISOString(), expected);
  });

test("answerOf() decides at the threshold, takes the greatest of several, and the quantile nearest to the median", () => {
  const answer = (task: Partial<Signature>, ...outputs: number[]) =>
    answerOf({ ...signature, ...task }, Float64Array.from(outputs));
  assert.deepEqual(answer({}, 0.3), { label: "yes", probability: 0.3, probabilities: { no: 0.7, yes: 0.3 } });
  assert.deepEqual(answer({ threshold: null }, 0.3), {
    label: "no",
    probability: 0.3,
    probabilities: { no: 0.7, yes: 0.3 },
  });
  const three = { task: "multiclass", classes: ["a", "b", "c"] } as const;
  assert.deepEqual(answer(three, 0.4, 0.4, 0.2), {
    label: "a",
    probability: 0.4,
    probabilities: { a: 0.4, b: 0.4, c: 0.2 },
  });
  assert.deepEqual(answer({ task: "regression", outputs: ["value"] }, 7), { value: 7 });
  assert.deepEqual(answer({ task: "regression", outputs: ["q0.5", "q0.9"] }, 7, 9), {
    value: 7,
    quantiles: { "q0.5": 7, "q0.9": 9 },
  });
  assert.deepEqual(answerOf(signature, Float64Array.of(1, 0.25), 1), {
    label: "no",
    probability: 0.25,
    probabilities: { no: 0.75, yes: 0.25 },
  });
});

test("requestSchema() requires every field and allows null", () => {
  const { properties } = requestSchema(signature) as { properties: { rows: { items: Record<string, unknown> } } };
  assert.deepEqual(properties.rows.items, {
    type: "object",
    required: ["amount", "since", "city"],
    properties: {
      amount: { type: ["number", "null"], description: "seen in training: 0 to 9" },
      since: { type: ["string", "number", "null"], description: "ISO 8601 text or epoch milliseconds" },
      city: { type: ["string", "number", "boolean", "null"], examples: ["Bern", "Rome"] },
    },
  });
});
