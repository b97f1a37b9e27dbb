/** A seeded generator of random numbers. There is no global one: who needs chance is handed an Rng. */
export interface Rng {
  /** A 32-bit unsigned integer. */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** An integer in [0, bound), without modulo bias; 1 ≤ bound ≤ 2^32. */
  below(bound: number): number;
  /** An independent generator, named: forks of one parent with different names do not share a stream. */
  fork(name: string): Rng;
}

// splitmix32: turns one seed word into well-mixed state words.
function splitmix32(state: number): () => number {
  let s = state >>> 0;
  return () => {
    s = (s + 0x9e3779b9) >>> 0;
    let z = s;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** 32-bit FNV-1a of a text: turns names into seed words. Not a cryptographic hash. */
export function fnv1a(text: string, seed = 0x811c9dc5): number {
  let h = seed >>> 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    h = Math.imul(h ^ (unit & 0xff), 0x01000193);
    h = Math.imul(h ^ (unit >>> 8), 0x01000193);
  }
  return h >>> 0;
}

/**
 * A generator from a seed: xoshiro128** (Blackman & Vigna 2021, doi 10.1145/3460772), integer arithmetic only, so the same
 * seed gives the same numbers on every engine.
 * @param seed any integer; its low 53 bits count
 */
export function createRng(seed: number): Rng {
  const low = seed >>> 0;
  const high = Math.floor(seed / 4294967296) >>> 0;
  const next = splitmix32(low ^ Math.imul(high, 0x85ebca6b));
  let a = next();
  let b = next();
  let c = next();
  let d = next() | 1; // the all-zero state is the one forbidden
  const root = a ^ Math.imul(c, 0x9e3779b1);

  const uint32 = () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return {
    uint32,
    uniform: () => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992,
    below(bound) {
      const limit = 4294967296 - (4294967296 % bound);
      let x = uint32();
      while (x >= limit) x = uint32();
      return x % bound;
    },
    fork: (name) => createRng(fnv1a(name, (root ^ low) >>> 0)),
  };
}

/** Shuffles indexes 0 … n−1 (Fisher–Yates). */
export function permutation(n: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
