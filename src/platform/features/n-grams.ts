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

/** Numbers of the terms of a word by the word, so that they are looked up once; it holds no more than so many. */
export type WordMemory = Map<string, Int32Array>;
const mostRemembered = 20_000;

/** Numbers one after another, the first `length` of `values`. */
interface Numbers {
  values: Int32Array;
  length: number;
}

// Numbers of the terms of a text, each as often as it occurs; `numberOf` gives −1 for a term that does not count.
function collect(
  text: string,
  { unit, lengths }: Pick<NGrams, "unit" | "lengths">,
  memory: WordMemory,
  numberOf: (term: string) => number,
  out: Numbers,
): void {
  out.length = 0;
  const normalised = normalise(text);
  if (unit === "words") {
    const words = wordsOf(normalised);
    const [fewest, most] = lengths;
    for (let from = 0; from < words.length; from++) {
      let term = "";
      for (let length = 1; length <= most && from + length <= words.length; length++) {
        term = length === 1 ? words[from]! : `${term} ${words[from + length - 1]}`;
        if (length >= fewest) add(out, numberOf(term));
      }
    }
    return;
  }
  for (const word of normalised.split(/\s+/u)) {
    if (word === "") continue;
    let numbers = memory.get(word);
    if (numbers === undefined) {
      numbers = Int32Array.from(characterTerms(word, lengths), numberOf);
      if (memory.size < mostRemembered) memory.set(word, numbers);
    }
    for (let i = 0; i < numbers.length; i++) add(out, numbers[i]!);
  }
}

function add(out: Numbers, number: number): void {
  if (number < 0) return;
  if (out.length === out.values.length) {
    const longer = new Int32Array(2 * out.values.length);
    longer.set(out.values);
    out.values = longer;
  }
  out.values[out.length++] = number;
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
  const memory: WordMemory = new Map();
  const found: Numbers = { values: new Int32Array(1024), length: 0 };
  const counts: number[] = [];
  const lastText: number[] = [];
  let nTexts = 0;
  texts.forEach((text, t) => {
    const times = multiplicity[t]!;
    if (times === 0) return;
    nTexts += times;
    collect(text, how, memory, numberOf, found);
    for (let i = 0; i < found.length; i++) {
      const term = found.values[i]!;
      if (lastText[term] === t) continue;
      lastText[term] = t;
      counts[term] = (counts[term] ?? 0) + times;
    }
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
 * Makes a function that gives the TF-IDF of a text: (1 + ln tf) · (ln((1 + nTexts) / (1 + count)) + 1), scaled to length 1; terms in the order in which
 * they first occur. Missing, and a text without a known term, give no entry. What `memory` holds changes nothing but the time.
 */
export function compileNGrams(nGrams: NGrams): (text: unknown, memory: WordMemory) => SparseRow {
  const { terms, counts, nTexts } = nGrams;
  const indexOf = new Map(terms.map((term, k) => [term, k]));
  const idf = Float64Array.from(counts, (count) => log((1 + nTexts) / (1 + count)) + 1);
  const frequency = new Float64Array(terms.length);
  const numberOf = (term: string) => indexOf.get(term) ?? -1;
  const found: Numbers = { values: new Int32Array(1024), length: 0 };
  return (text, memory) => {
    found.length = 0;
    if (typeof text === "string") collect(text, nGrams, memory, numberOf, found);
    // Each term once, moved to the front.
    let n = 0;
    for (let i = 0; i < found.length; i++) {
      const k = found.values[i]!;
      if (frequency[k]!++ === 0) found.values[n++] = k;
    }
    const indexes = found.values.slice(0, n);
    const values = new Float64Array(n);
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const k = indexes[i]!;
      const tf = frequency[k] === 1 ? 1 : 1 + log(frequency[k]!);
      values[i] = tf * idf[k]!;
      squares += values[i]! * values[i]!;
      frequency[k] = 0;
    }
    const length = Math.sqrt(squares);
    for (let i = 0; i < n; i++) values[i]! /= length;
    return { indexes, values };
  };
}
