import { thresholds } from "./thresholds.ts";

/*
 * Which columns a number is made of: a + b, a − b, a · b, a + b + c. A rule is tried on a few rows and then on all. Only rows
 * where two terms at least are at work (not 0) can tell a sum from a copy, so only they are counted.
 */

/** A named list of numbers; missing is NaN. */
export type Numbers = readonly [name: string, values: Float64Array];

/** The columns that make up a number, how they do, and the share of informative rows in which it holds. */
export interface Combination {
  readonly of: readonly string[];
  readonly sign: "+" | "−" | "·";
  readonly agreement: number;
}

type Operation = readonly [sign: Combination["sign"], apply: (a: number, b: number) => number];

const plus: Operation = ["+", (a, b) => a + b];
const minus: Operation = ["−", (a, b) => a - b];
const times: Operation = ["·", (a, b) => a * b];

const minInformative = 5;
const maxPairColumns = 80;
const maxTripleColumns = 25;

/**
 * The first combination of other columns that makes up `total`: sums of two or three, and where `withProducts`, differences and
 * products of two. Null for none. Looks at the first 80 columns for pairs and the first 25 for triples.
 */
export function combinationOf(
  total: Float64Array,
  terms: readonly Numbers[],
  withProducts: boolean,
): Combination | null {
  const pairs = terms.slice(0, maxPairColumns);
  const triples = terms.slice(0, maxTripleColumns);
  const operations = withProducts ? [plus, minus, times] : [plus];
  for (const operation of operations)
    for (let i = 0; i < pairs.length; i++)
      for (let j = operation === minus ? 0 : i + 1; j < pairs.length; j++) {
        if (i === j) continue;
        const agreement = agreementOf(total, [pairs[i]![1], pairs[j]![1]], operation);
        if (agreement !== null) return { of: [pairs[i]![0], pairs[j]![0]], sign: operation[0], agreement };
      }
  for (let i = 0; i < triples.length; i++)
    for (let j = i + 1; j < triples.length; j++)
      for (let k = j + 1; k < triples.length; k++) {
        const parts = [triples[i]!, triples[j]!, triples[k]!];
        const agreement = agreementOf(
          total,
          parts.map(([, values]) => values),
          plus,
        );
        if (agreement !== null) return { of: parts.map(([name]) => name), sign: "+", agreement };
      }
  return null;
}

// Null where the rule fails. A product of a flag is a copy, so factors 1 say as little as terms 0.
function agreementOf(total: Float64Array, parts: readonly Float64Array[], [sign, apply]: Operation): number | null {
  const idle = sign === "·" ? 1 : 0;
  let informative = 0;
  let complete = 0;
  let disagreements = 0;
  let quietDisagreements = 0;
  for (let i = 0; i < total.length; i++) {
    let made = parts[0]![i]!;
    let busy = made === idle || made === 0 ? 0 : 1;
    for (let p = 1; p < parts.length; p++) {
      const value = parts[p]![i]!;
      made = apply(made, value);
      if (value !== idle && value !== 0) busy++;
    }
    const wanted = total[i]!;
    if (made !== made || wanted !== wanted) continue;
    complete++;
    const differs = Math.abs(made - wanted) > 1e-9 * Math.max(1, Math.abs(wanted));
    if (busy === parts.length) {
      informative++;
      if (differs) disagreements++;
    } else if (differs) quietDisagreements++;
    if (disagreements > 2 && disagreements > 0.1 * informative) return null;
    if (quietDisagreements > 20 && quietDisagreements > 0.1 * complete) return null;
  }
  if (informative < minInformative || complete < total.length / 2) return null;
  const agreement = 1 - disagreements / informative;
  const holds = agreement >= thresholds.sumAgreement && quietDisagreements <= (1 - thresholds.sumAgreement) * complete;
  return holds ? agreement : null;
}
