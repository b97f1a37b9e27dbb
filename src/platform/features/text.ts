import { log } from "../../ml/stats/index.ts";

/** Words of a text: lower case, runs of letters and digits. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Words and pairs of neighbouring words. */
export function termsOf(text: string): string[] {
  const words = wordsOf(text);
  return [...words, ...words.slice(1).map((word, k) => `${words[k]} ${word}`)];
}

/**
 * The terms worth a feature: in at least `fewest` texts and at most half of them, the most frequent first, at most `most`; with their smoothed
 * inverse document frequency ln((1 + n) / (1 + df)) + 1.
 */
export function vocabularyOf(
  texts: readonly string[],
  { most, fewest }: { readonly most: number; readonly fewest: number },
): { terms: string[]; idf: number[] } {
  const frequency = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const kept = [...frequency]
    .filter(([, count]) => count >= fewest && count <= 0.5 * texts.length)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, most);
  return {
    terms: kept.map(([term]) => term),
    idf: kept.map(([, count]) => log((1 + texts.length) / (1 + count)) + 1),
  };
}

/** Adds the TF-IDF of a text, scaled to length 1, to `out` from `at` on. */
export function tfIdfOf(
  text: string,
  indexOf: ReadonlyMap<string, number>,
  idf: readonly number[],
  out: Float64Array,
  at: number,
): void {
  const seen: number[] = [];
  for (const term of termsOf(text)) {
    const k = indexOf.get(term);
    if (k === undefined) continue;
    if (out[at + k] === 0) seen.push(k);
    out[at + k]! += idf[k]!;
  }
  let squares = 0;
  for (const k of seen) squares += out[at + k]! * out[at + k]!;
  for (const k of seen) out[at + k]! /= Math.sqrt(squares);
}
