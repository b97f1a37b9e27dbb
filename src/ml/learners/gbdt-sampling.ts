import { nearestWhole } from "./gbdt-workspace.ts";

/*
 * Which rows a tree is grown on. Chance is a hash of seed, round and row, so it does not depend on the order of work.
 */

/** A number in [0, 2^32) for a row, from a seed word of its round. */
export function rowHash(seed: number, row: number): number {
  let x = (row ^ seed) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Writes the rows drawn with a chance, ascending, into `rows`; returns how many. At least one row is drawn. */
export function drawRows(n: number, share: number, seed: number, rows: Int32Array): number {
  const limit = share * 4294967296;
  let drawn = 0;
  for (let i = 0; i < n; i++) if (rowHash(seed, i) < limit) rows[drawn++] = i;
  if (drawn === 0) rows[drawn++] = seed % n;
  return drawn;
}

/**
 * Gradient-based one-side sampling (Ke et al. 2017): keeps the rows of greatest |gradient|, a share `top` of all, draws a share `other` of all
 * rows among the rest, and multiplies the pairs of these by (1 − top) / other. Ties at the border are kept.
 */
export function drawByGradient(
  n: number,
  top: number,
  other: number,
  seed: number,
  pairs: Int32Array,
  rows: Int32Array,
): number {
  const border = gradientBorder(n, top, pairs);
  const chance = other / (1 - top);
  const limit = chance * 4294967296;
  let drawn = 0;
  for (let i = 0; i < n; i++) {
    if (Math.abs(pairs[2 * i]!) >= border) rows[drawn++] = i;
    else if (rowHash(seed, i) < limit) {
      rows[drawn++] = i;
      pairs[2 * i] = nearestWhole(pairs[2 * i]! / chance);
      pairs[2 * i + 1] = nearestWhole(pairs[2 * i + 1]! / chance);
    }
  }
  return drawn;
}

// The greatest whole number that at least top · n rows reach in |gradient|: counted by the high and then the low half of its bits.
function gradientBorder(n: number, top: number, pairs: Int32Array): number {
  const wanted = Math.max(1, Math.round(top * n));
  const high = new Int32Array(65_536);
  for (let i = 0; i < n; i++) high[Math.abs(pairs[2 * i]!) >>> 15]!++;
  const [part, above] = borderOf(high, wanted);
  const low = new Int32Array(32_768);
  for (let i = 0; i < n; i++) {
    const size = Math.abs(pairs[2 * i]!);
    if (size >>> 15 === part) low[size & 32_767]!++;
  }
  return part * 32_768 + borderOf(low, wanted - above)[0];
}

// The greatest place from which on there are as many as wanted, and how many lie above it.
function borderOf(counts: Int32Array, wanted: number): [place: number, above: number] {
  let above = 0;
  for (let place = counts.length - 1; place > 0; place--) {
    if (above + counts[place]! >= wanted) return [place, above];
    above += counts[place]!;
  }
  return [0, above];
}

/** How often a row is drawn in a bootstrap: Poisson with mean 1, from a hash (Oza and Russell 2001). */
export function bootstrapCount(hash: number): number {
  let count = 0;
  while (count < poissonShares.length && hash >= poissonShares[count]! * 4294967296) count++;
  return count;
}

// P(X ≤ k) of a Poisson variable of mean 1, for k up to 12; beyond, the rest is below 2^-32.
const poissonShares: readonly number[] = (() => {
  const shares: number[] = [];
  let term = 0.36787944117144233; // e^-1
  let sum = 0;
  for (let k = 0; k <= 12; k++) {
    sum += term;
    shares.push(sum);
    term /= k + 1;
  }
  return shares;
})();
