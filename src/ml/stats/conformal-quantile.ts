/**
 * The ⌈(n + 1) · level⌉-th smallest of n scores: at least that share of further, exchangeable scores lies at or below it (Vovk, Gammerman and Shafer
 * 2005; Lei et al. 2018). null where n is too small for the level, and the bound would be infinite.
 * @param scores in any order, without NaN
 * @param level a share in (0, 1)
 */
export function conformalQuantile(scores: Float64Array, level: number): number | null {
  const rank = Math.ceil((scores.length + 1) * level - 1e-9); // (n + 1) · level is whole where arithmetic gives a hair more
  return rank > scores.length ? null : scores.slice().sort()[Math.max(rank, 1) - 1]!;
}
