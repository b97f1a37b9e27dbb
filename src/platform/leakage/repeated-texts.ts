import { createRng } from "../../lib/index.ts";
import type { CategoryColumn } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { sampleRows } from "./sample.ts";
import { thresholds } from "./thresholds.ts";

/*
 * Texts that are in two parts. A text is compared as its letters and digits: NFKC, lower case, every number a 0, what lies between words one
 * space. Two such texts nearly repeat each other where their sets of 5 characters overlap by 0.8 or more (Jaccard). Candidates are found by one
 * permutation hashing (Li, Owen, Zhang 2012): the least hash in each of 32 bins, 4 bins a band; texts that agree in a band are compared.
 */
const mostTrain = 60_000;
const mostHeld = 20_000;
/** Shorter texts repeat by nature: greetings, thanks, yes and no. In characters. */
const fewestCharacters = 20;
const mostCharacters = 2000;
const shingle = 5;
const nBins = 32;
const perBand = 4;
const mostCandidates = 20;
const nearOverlap = 0.8;

type RepeatedTexts = Extract<LeakageEvidence, { kind: "repeated-texts" }>;

/**
 * Held-out rows whose text is that of a training row, or nearly. Null below ten or 1 % of them, and where rows are parted by groups or time. Reads no
 * target. Of long tables it looks at a sample.
 */
export function repeatedTexts({ codes, dictionary }: CategoryColumn, split: Split, seed: number): RepeatedTexts | null {
  const rng = createRng(seed).fork("repeated texts");
  const train = sampleRows(split.train, mostTrain, rng.fork("train"));
  const held = sampleRows(Int32Array.from([...split.validation, ...split.test]).sort(), mostHeld, rng.fork("held"));
  const known = new Map<number, string | null>();
  const textOf = (row: number): string | null => {
    const code = codes[row]!;
    if (code < 0) return null;
    if (!known.has(code)) known.set(code, comparable(dictionary[code]!));
    return known.get(code)!;
  };
  const index = indexOf([...new Set(Array.from(train, textOf))].filter((text) => text !== null));
  let nEqual = 0;
  let nNear = 0;
  const found = new Map<string, "equal" | "near" | "none">();
  for (const row of held) {
    const text = textOf(row);
    if (text === null) continue;
    if (!found.has(text)) found.set(text, index(text));
    if (found.get(text) === "equal") nEqual++;
    if (found.get(text) === "near") nNear++;
  }
  const count = nEqual + nNear;
  const share = count / Math.max(1, held.length);
  if (count < thresholds.duplicateRows || share < thresholds.duplicateShare) return null;
  return { kind: "repeated-texts", nEqual, nNear, share };
}

/** The letters and digits of a text, or null where it is too short to be told from others. */
function comparable(text: string): string | null {
  const words =
    text
      .slice(0, mostCharacters)
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? [];
  const plain = words.map((word) => word.replace(/\p{N}+/gu, "0")).join(" ");
  return plain.length < fewestCharacters ? null : plain;
}

function indexOf(texts: readonly string[]): (text: string) => "equal" | "near" | "none" {
  const equal = new Set(texts);
  const bands = new Map<string, number[]>();
  texts.forEach((text, t) => {
    for (const band of bandsOf(shinglesOf(text))) {
      const others = bands.get(band);
      if (others === undefined) bands.set(band, [t]);
      else if (others.length < mostCandidates) others.push(t);
    }
  });
  return (text) => {
    if (equal.has(text)) return "equal";
    const shingles = shinglesOf(text);
    const candidates = new Set(bandsOf(shingles).flatMap((band) => bands.get(band) ?? []));
    for (const t of candidates) if (overlap(shingles, shinglesOf(texts[t]!)) >= nearOverlap) return "near";
    return "none";
  };
}

// Hashes of all runs of 5 characters.
function shinglesOf(text: string): Set<number> {
  const hashes = new Set<number>();
  for (let from = 0; from + shingle <= text.length; from++) {
    let hash = 0x811c9dc5;
    for (let i = from; i < from + shingle; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    // The high bits name the bin, so they must depend on all characters.
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    hashes.add((hash ^ (hash >>> 13)) >>> 0);
  }
  return hashes;
}

function bandsOf(shingles: ReadonlySet<number>): string[] {
  const least = new Float64Array(nBins).fill(-1);
  for (const hash of shingles) {
    const bin = hash >>> 27;
    if (least[bin]! < 0 || hash < least[bin]!) least[bin] = hash;
  }
  return Array.from({ length: nBins / perBand }, (_, b) => {
    const band = least.subarray(b * perBand, (b + 1) * perBand);
    return band.every((value) => value < 0) ? "" : `${b}:${band.join(",")}`;
  }).filter((band) => band !== "");
}

function overlap(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0;
  for (const hash of a) if (b.has(hash)) shared++;
  return shared / (a.size + b.size - shared);
}
