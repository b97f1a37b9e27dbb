import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { compileNGrams, fitNGrams, mostCharacters, type NGrams } from "./n-grams.ts";

interface Golden {
  readonly texts: readonly string[];
  readonly others: readonly string[];
  readonly cases: readonly (Pick<NGrams, "unit" | "lengths"> & {
    readonly fewest: number;
    readonly nTerms: number;
    readonly rows: readonly { readonly terms: readonly string[]; readonly values: readonly number[] }[];
  })[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/tfidf.json", import.meta.url), "utf8"));

const once = (texts: readonly string[]) => texts.map(() => 1);

for (const { unit, lengths, fewest, nTerms, rows } of golden.cases)
  test(`TF-IDF of ${lengths.join(" to ")} ${unit} in ${fewest} texts equals scikit-learn's to 1e-12`, () => {
    const nGrams = fitNGrams(golden.texts, once(golden.texts), { unit, lengths, fewest, most: 10_000 });
    assert.equal(nGrams.terms.length, nTerms);
    const encode = compileNGrams(nGrams);
    [...golden.texts, ...golden.others].forEach((text, t) => {
      const { indexes, values } = encode(text, new Map());
      const ours = new Map(Array.from(indexes, (index, e) => [nGrams.terms[index]!, values[e]!]));
      const { terms, values: theirs } = rows[t]!;
      assert.deepEqual([...ours.keys()].sort(), [...terms].sort());
      terms.forEach((term, e) => {
        assert.ok(Math.abs(ours.get(term)! - theirs[e]!) < 1e-12, `text ${t}, "${term}"`);
      });
    });
  });

const how = (unit: NGrams["unit"], lengths: NGrams["lengths"] = [1, 2], most = 10_000) => ({
  unit,
  lengths,
  fewest: 1,
  most,
});
const termsOf = (text: string, unit: NGrams["unit"], lengths?: NGrams["lengths"]) =>
  [...fitNGrams([text], [1], how(unit, lengths)).terms].sort();

test("a term of words is made of runs of two and more letters, digits, marks and underscores", () => {
  assert.deepEqual(termsOf("I am a snake_case, № 5: café (CAFÉ)", "words", [1, 1]), ["am", "café", "no", "snake_case"]);
  assert.deepEqual(termsOf("cafe\u0301", "words", [1, 1]), ["café"]); // composed
  assert.deepEqual(termsOf("नमस्ते दुनिया", "words", [1, 1]), ["दुनिया", "नमस्ते"]); // vowel marks belong to their word
  assert.deepEqual(termsOf("我的卡还没到", "words"), ["我的卡还没到"]); // without spaces a phrase is one word
  assert.deepEqual(termsOf("😀 👍🏽 — …", "words"), []);
});

test("a term of characters lies within one word, and a surrogate pair is one character", () => {
  assert.deepEqual(termsOf("卡还", "characters", [2, 2]), [" 卡", "卡还", "还 "]);
  assert.deepEqual(termsOf("a 👍🏽", "characters", [3, 3]), [" a ", " 👍🏽", "👍🏽 "]);
  assert.deepEqual(termsOf("a", "characters", [4, 9]), [" a "]);
});

test("markup is text: nothing is taken away", () => {
  assert.deepEqual(termsOf("<b>late&nbsp;fee</b>", "words", [1, 1]), ["fee", "late", "nbsp"]);
});

const text = fc.string({ unit: "grapheme", maxLength: 60 });

test("a text's values have length 1, or there is none; what is remembered of words changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 8 }),
      text,
      fc.constantFrom("words", "characters"),
      (texts, other, unit) => {
        const encode = compileNGrams(fitNGrams(texts, once(texts), how(unit as NGrams["unit"], [1, 3])));
        const memory = new Map<string, Int32Array>();
        for (const one of [...texts, other, ...texts]) {
          const row = encode(one, new Map());
          assert.deepEqual(encode(one, memory), row);
          const length = row.values.reduce((sum, value) => sum + value * value, 0);
          assert.ok(row.values.length === 0 || Math.abs(length - 1) < 1e-12);
          assert.equal(new Set(row.indexes).size, row.indexes.length);
        }
      },
    ),
  );
});

test("a text that occurs three times counts as three texts, and the order of texts does not matter", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (texts) => {
      const distinct = [...new Set(texts)];
      const repeated = distinct.flatMap((one, k) => Array<string>(1 + (k % 3)).fill(one));
      const counted = fitNGrams(
        distinct,
        distinct.map((_, k) => 1 + (k % 3)),
        how("characters", [2, 3]),
      );
      assert.deepEqual(counted, fitNGrams(repeated.reverse(), once(repeated), how("characters", [2, 3])));
    }),
  );
});

test("of many terms those of most texts are kept", () => {
  const { terms, counts } = fitNGrams(["aa bb", "aa cc", "aa bb", "dd"], [1, 1, 1, 1], how("words", [1, 1], 2));
  assert.deepEqual(
    [terms, counts],
    [
      ["aa", "bb"],
      [3, 2],
    ],
  );
});

test("a missing value and a text without a known term have no entry", () => {
  const encode = compileNGrams(fitNGrams(["known words"], [1], how("words")));
  for (const value of [null, "", "   ", "?!", "other", 5]) assert.equal(encode(value, new Map()).indexes.length, 0);
});

test("of a very long text the beginning is read", () => {
  const encode = compileNGrams(fitNGrams(["alpha omega"], [1], how("words", [1, 1])));
  const filler = "x ".repeat(mostCharacters / 2);
  assert.equal(encode(`alpha ${filler} omega`, new Map()).indexes.length, 1);
  assert.equal(encode(`${"あ".repeat(5_000_000)} alpha`, new Map()).indexes.length, 0);
});
