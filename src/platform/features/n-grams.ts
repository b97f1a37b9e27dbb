import { log } from "../../ml/stats/index.ts";
import type { SparseRow } from "../../ml/table/index.ts";

/** How a text becomes terms, and which of them are known; scikit-learn's TfidfVectorizer calls the units `word` and `char_wb`. */
export interface NGrams {
  /** Words that follow one another, or characters within one word, a space before and after it included. */
  readonly unit: "words" | "characters";
  /** Fewest and most units of a term. */
  readonly lengths: readonly [number, number];
  /** In the order of their indexes: those of most texts first. */
  readonly terms: readonly string[];
  /** Texts that hold each term, of the `nTexts` that were read. */
  readonly counts: readonly number[];
  readonly nTexts: number;
}

/** Of a longer text the beginning is read: so the work on one text has a bound. In UTF-16 units. */
export const mostCharacters = 100_000;
/** Once so many different terms are met, further ones are not counted: those of many texts have been met by then. */
const mostCounted = 4_000_000;

/** Unicode compatibility composition (NFKC), then lower case. */
function normalise(text: string): string {
  return text.slice(0, mostCharacters).normalize("NFKC").toLowerCase();
}

/** Runs of at least two letters, digits, marks and underscores. */
function wordsOf(normalised: string): readonly string[] {
  return normalised.match(/[\p{L}\p{N}\p{M}_]{2,}/gu) ?? [];
}

function* wordTerms(normalised: string, [fewest, most]: NGrams["lengths"]): Generator<string> {
  const words = wordsOf(normalised);
  for (let length = fewest; length <= most; length++)
    for (let from = 0; from + length <= words.length; from++)
      yield length === 1 ? words[from]! : words.slice(from, from + length).join(" ");
}

/** Terms of characters of one word. A word that is shorter than a term is one term. */
export function characterTerms(word: string, [fewest, most]: NGrams["lengths"]): string[] {
  const padded = ` ${word} `;
  const isPlain = !/[\ud800-\udfff]/.test(word);
  const points = isPlain ? padded : Array.from(padded);
  const cut = (from: number, to: number) =>
    isPlain ? padded.slice(from, to) : (points as string[]).slice(from, to).join("");
  const terms: string[] = [];
  for (let length = fewest; length <= most; length++) {
    for (let from = 0; from === 0 || from + length <= points.length; from++) terms.push(cut(from, from + length));
    if (length >= points.length) break;
  }
  return terms;
}

/** Lists of numbers by word, so that the terms of a word are looked up once. */
type Memory = Map<string, Int32Array>;
const mostRemembered = 200_000;

// Numbers of the terms of a text, each as often as it occurs; `numberOf` gives −1 for a term that does not count.
function eachTerm(
  text: string,
  { unit, lengths }: Pick<NGrams, "unit" | "lengths">,
  memory: Memory | null,
  numberOf: (term: string) => number,
  use: (term: number) => void,
): void {
  const normalised = normalise(text);
  if (unit === "words") {
    for (const term of wordTerms(normalised, lengths)) {
      const number = numberOf(term);
      if (number >= 0) use(number);
    }
    return;
  }
  for (const word of normalised.split(/\s+/u)) {
    if (word === "") continue;
    let numbers = memory?.get(word);
    if (numbers === undefined) {
      numbers = Int32Array.from(characterTerms(word, lengths), numberOf).filter((number) => number >= 0);
      if (memory !== null && memory.size < mostRemembered) memory.set(word, numbers);
    }
    for (const number of numbers) use(number);
  }
}

/**
 * Learns the terms of texts: those in at least `fewest` texts, of these the `most` that are in most of them; of equal ones the first in code
 * unit order.
 * @param multiplicity how often each text occurs
 */
export function fitNGrams(
  texts: readonly string[],
  multiplicity: ArrayLike<number>,
  how: Pick<NGrams, "unit" | "lengths"> & { readonly fewest: number; readonly most: number },
): NGrams {
  const numbers = new Map<string, number>();
  const numberOf = (term: string) => {
    const known = numbers.get(term);
    if (known !== undefined) return known;
    if (numbers.size >= mostCounted) return -1;
    numbers.set(term, numbers.size);
    return numbers.size - 1;
  };
  const memory: Memory = new Map();
  const counts: number[] = [];
  const lastText: number[] = [];
  let nTexts = 0;
  texts.forEach((text, t) => {
    const times = multiplicity[t]!;
    if (times === 0) return;
    nTexts += times;
    eachTerm(text, how, memory, numberOf, (term) => {
      if (lastText[term] === t) return;
      lastText[term] = t;
      counts[term] = (counts[term] ?? 0) + times;
    });
  });
  const kept = [...numbers]
    .filter(([, number]) => counts[number]! >= how.fewest)
    .sort(([a, i], [b, j]) => counts[j]! - counts[i]! || (a < b ? -1 : 1))
    .slice(0, how.most);
  return {
    unit: how.unit,
    lengths: how.lengths,
    terms: kept.map(([term]) => term),
    counts: kept.map(([, number]) => counts[number]!),
    nTexts,
  };
}

/**
 * Makes a function that gives the TF-IDF of a text: (1 + ln tf) · (ln((1 + nTexts) / (1 + count)) + 1), scaled to length 1. Missing, and a text
 * without a known term, give no entry.
 */
export function compileNGrams(nGrams: NGrams): (text: unknown, memory?: Memory) => SparseRow {
  const { terms, counts, nTexts } = nGrams;
  const indexOf = new Map(terms.map((term, k) => [term, k]));
  const idf = Float64Array.from(counts, (count) => log((1 + nTexts) / (1 + count)) + 1);
  const found = new Float64Array(terms.length);
  const numberOf = (term: string) => indexOf.get(term) ?? -1;
  return (text, memory) => {
    const seen: number[] = [];
    if (typeof text === "string")
      eachTerm(text, nGrams, memory ?? null, numberOf, (k) => {
        if (found[k]!++ === 0) seen.push(k);
      });
    const indexes = Int32Array.from(seen).sort();
    const values = Float64Array.from(indexes, (k) => (found[k] === 1 ? idf[k]! : (1 + log(found[k]!)) * idf[k]!));
    let squares = 0;
    for (const value of values) squares += value * value;
    const length = Math.sqrt(squares);
    for (let i = 0; i < values.length; i++) {
      values[i]! /= length;
      found[indexes[i]!] = 0;
    }
    return { indexes, values };
  };
}
