import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  assertNever,
  canonicalJson,
  type ErrorKind,
  editDistance,
  FettleError,
  fnv1a,
  hasher,
  hashOf,
  isSha256,
  nearestName,
  sha256,
  transportOf,
  unreachable,
  uuidv7,
} from "./index.ts";

test("canonicalJson() is the same text whatever the order of keys, and reads back as the value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = canonicalJson(value);
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson(reversed), text);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.equal(hashOf(reversed), hashOf(value));
    }),
  );
});

test("canonicalJson() sorts keys by code unit at every depth, writes -0 as 0, leaves undefined members out", () => {
  const value = { b: [{ z: 1, Z: -0, é: null }], a: undefined, 10: 1e21, 9: 0.1 };
  assert.equal(canonicalJson(value), '{"10":1e+21,"9":0.1,"b":[{"Z":0,"z":1,"é":null}]}');
});

test("canonicalJson() keeps every double", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.equal(JSON.parse(canonicalJson(x)), x + 0);
    }),
  );
});

const notJson: readonly [name: string, value: unknown][] = [
  ["NaN", Number.NaN],
  ["Infinity", [Number.POSITIVE_INFINITY]],
  ["undefined in a list", [undefined]],
  ["a hole in a list", new Array(2)],
  ["undefined alone", undefined],
  ["a bigint", 1n],
  ["a function", () => 1],
  ["a date", { at: new Date(0) }],
  ["a typed array", new Float64Array(1)],
  ["a map", new Map()],
];

for (const [name, value] of notJson)
  test(`canonicalJson() refuses ${name}`, () => {
    assert.throws(() => canonicalJson(value), TypeError);
  });

test("sha256() and hasher() give the published value of abc", () => {
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(sha256("abc"), expected);
  assert.equal(sha256(new TextEncoder().encode("abc")), expected);
  assert.equal(hasher().update("a").update("bc").digest(), expected);
  assert.ok(isSha256(expected));
  for (const text of ["", expected.toUpperCase(), `${expected}\n`, `../${expected}`]) assert.ok(!isSha256(text), text);
});

test("fnv1a() mixes both bytes of each UTF-16 unit", () => {
  assert.equal(fnv1a(""), 0x811c9dc5);
  assert.notEqual(fnv1a("a"), fnv1a("\u0161"));
});

test("uuidv7() has the form of RFC 9562, holds its instant, and sorts by it", () => {
  const instant = fc.nat({ max: 2 ** 48 - 1 });
  const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(instant, instant, bytes, bytes, (a, b, randomA, randomB) => {
      const [idA, idB] = [uuidv7(a, randomA), uuidv7(b, randomB)];
      assert.match(idA, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(Number.parseInt(idA.replaceAll("-", "").slice(0, 12), 16), a);
      if (a !== b) assert.equal(idA < idB, a < b);
    }),
  );
});

test("nearestName() finds the near name, ignores case, and stays silent where none is near", () => {
  const names = ["learningRate", "maxLeaves", "lambda"];
  assert.equal(nearestName("learning_rate", names), "learningRate");
  assert.equal(nearestName("MAXLEAVES", names), "maxLeaves");
  assert.equal(nearestName("windowSeconds", names), undefined);
  assert.equal(nearestName("x", []), undefined);
});

test("editDistance() is a distance", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  const text = fc.string({ maxLength: 8 }).map((s) => s.toLowerCase());
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, a), 0);
      assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
    }),
  );
});

const kinds: readonly ErrorKind[] = [
  "invalid-input",
  "not-found",
  "conflict",
  "not-allowed",
  "not-ready",
  "too-large",
  "overloaded",
  "unavailable",
  "damaged",
  "cancelled",
];

test("transportOf has a row for every kind: HTTP 4xx or 5xx, a gRPC failure, an exit code of the four", () => {
  assert.deepEqual(Object.keys(transportOf).sort(), [...kinds].sort());
  for (const { http, grpc, exit } of Object.values(transportOf)) {
    assert.ok(http >= 400 && http < 600);
    assert.ok(grpc >= 1 && grpc <= 16);
    assert.ok([2, 3, 130].includes(exit));
  }
  assert.deepEqual(transportOf["invalid-input"], { http: 400, grpc: 3, exit: 2 });
});

test("FettleError carries its code, kind, hint, facts and cause", () => {
  const cause = new Error("disk");
  const error = new FettleError("damaged", "X", "Cannot read it", { hint: "Try again", facts: { n: 1 }, cause });
  assert.deepEqual(
    [error.kind, error.code, error.message, error.hint, error.facts, error.cause, error.name],
    ["damaged", "X", "Cannot read it", "Try again", { n: 1 }, cause, "FettleError"],
  );
  const bare = new FettleError("not-found", "Y", "Cannot find it");
  assert.deepEqual([bare.hint, bare.facts, "cause" in bare], [undefined, {}, false]);
  assert.throws(() => unreachable("two champions"), /Broken invariant: two champions/);
  assert.throws(() => assertNever("three" as never), /unexpected case "three"/);
});
