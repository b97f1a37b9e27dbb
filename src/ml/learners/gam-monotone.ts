import { FettleError } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import type { BoostedTerms } from "./gam-boost.ts";
import { sizeOf, type TermRows } from "./gam-terms.ts";

/** Features whose curve must rise (1) or fall (−1), by their names. */
export type MonotoneSigns = Readonly<Record<string, number>>;

/** Refuses signs that cannot be kept: GAM_PARAMS. */
export function checkMonotone(signs: MonotoneSigns, features: Table): void {
  const wrong = Object.entries(signs).find(
    ([name, sign]) => !features.has(name) || features.column(name).kind === "category" || Math.abs(sign) !== 1,
  );
  if (wrong)
    throw gamRefused("monotone", `monotone.${wrong[0]} is ${wrong[1]}, 1 or −1 for a feature of numbers is needed`);
}

/** The refusal of a parameter of an additive model. */
export function gamRefused(parameter: string, why: string): FettleError {
  return new FettleError("invalid-input", "GAM_PARAMS", `Cannot fit an additive model: ${why}`, {
    facts: { parameter },
  });
}

/**
 * The steps of single features, those with a sign brought to the nearest rising or falling curve in the sense of weighted squares (pool adjacent
 * violators). What is missing stays as it is.
 */
export function monotoneSteps(
  terms: readonly TermRows[],
  boosted: BoostedTerms,
  signOf: (feature: number) => number,
  weights: Float64Array,
): BoostedTerms {
  const steps = boosted.steps.map((output) => output.slice());
  let from = 0;
  for (const term of terms) {
    const size = sizeOf(term);
    const sign = signOf(term.axes[0]!.feature);
    if (sign !== 0) {
      const cellWeights = new Float64Array(size - 1);
      term.cells.forEach((cell, i) => {
        if (cell < size - 1) cellWeights[cell]! += weights[i]!;
      });
      for (const output of steps) pool(output.subarray(from, from + size - 1), cellWeights, sign);
    }
    from += size;
  }
  return { ...boosted, steps };
}

// Replaces values by those of the nearest curve that rises with `sign`; a cell of weight 0 takes the value of its neighbour.
function pool(values: Float64Array, weights: Float64Array, sign: number): void {
  const blocks: { mean: number; weight: number; from: number }[] = [];
  values.forEach((value, from) => {
    let block = { mean: value, weight: weights[from]!, from };
    for (let last = blocks.at(-1); last && sign * last.mean >= sign * block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const weight = last.weight + block.weight;
      const mean = weight > 0 ? (last.mean * last.weight + block.mean * block.weight) / weight : last.mean;
      block = { mean, weight, from: last.from };
    }
    blocks.push(block);
  });
  blocks.forEach(({ mean, from }, k) => {
    values.fill(mean, from, blocks[k + 1]?.from ?? values.length);
  });
}
