import { cellsOf } from "./gam-axes.ts";
import { averageBags, type Bag } from "./gam-bags.ts";
import type { BoostedTerms } from "./gam-boost.ts";
import { type GamAxis, type GamTerm, withoutNegativeZero } from "./model-data.ts";

/** A term's axes with the cell of every training row. */
export interface TermRows {
  readonly axes: readonly GamAxis[];
  readonly cells: Uint32Array;
}

/** Number of cells of a term. */
export function sizeOf({ axes }: Pick<GamTerm, "axes">): number {
  return axes.reduce((size, axis) => size * cellsOf(axis), 1);
}

/** Terms as the bags learned them, and what their means over the rows add to the intercepts. */
export function joinBags(
  terms: readonly TermRows[],
  boosted: readonly BoostedTerms[],
  bag: Bag,
  weights: Float64Array,
): { readonly terms: GamTerm[]; readonly intercepts: number[] } {
  const intercepts = boosted[0]!.steps.map(() => 0);
  let from = 0;
  const joined = terms.map((term) => {
    const size = sizeOf(term);
    const cellWeights = new Float64Array(size);
    term.cells.forEach((cell, i) => {
      cellWeights[cell]! += weights[i]!;
    });
    const outputs = intercepts.map((_, k) => {
      const ofBags = boosted.map(({ steps }) => steps[k]!.slice(from, from + size));
      const centres = ofBags.map((values) => centre(values, cellWeights, term.axes));
      intercepts[k]! += centres.reduce((sum, value) => sum + value, 0) / centres.length;
      return averageBags(ofBags, bag);
    });
    from += size;
    const plain = (values: Float64Array) => Array.from(values, withoutNegativeZero);
    const scores = outputs.map(({ mean }) => plain(mean));
    const standardErrors = outputs.map(({ standardError }) => standardError && plain(standardError));
    return {
      axes: term.axes,
      scores,
      standardErrors: standardErrors.every((errors) => errors !== null) ? standardErrors : null,
      weights: Array.from(cellWeights),
      importance: importanceOf(scores, cellWeights),
    };
  });
  return { terms: joined, intercepts };
}

// Takes the weighted mean away and returns it. A level without rows, and missing that never was, get 0: nothing is known of them.
function centre(values: Float64Array, weights: Float64Array, axes: readonly GamAxis[]): number {
  let sum = 0;
  let total = 0;
  for (let cell = 0; cell < values.length; cell++) {
    sum += weights[cell]! * values[cell]!;
    total += weights[cell]!;
  }
  const mean = sum / total;
  const isUnknown = (cell: number) =>
    axes.length === 1 && weights[cell] === 0 && (axes[0]!.kind === "category" || cell === values.length - 1);
  for (let cell = 0; cell < values.length; cell++) values[cell] = isUnknown(cell) ? 0 : values[cell]! - mean;
  return mean;
}

function importanceOf(scores: readonly (readonly number[])[], weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let cell = 0; cell < weights.length; cell++) {
    for (const output of scores) sum += weights[cell]! * Math.abs(output[cell]!);
    total += weights[cell]! * scores.length;
  }
  return sum / total;
}

/** Adds the steps of terms to the scores of some rows. */
export function addSteps(
  terms: readonly TermRows[],
  steps: readonly Float64Array[],
  rows: Int32Array,
  scores: Float64Array,
): void {
  let from = 0;
  for (const term of terms) {
    steps.forEach((step, k) => {
      for (let i = 0; i < rows.length; i++) scores[k * rows.length + i]! += step[from + term.cells[rows[i]!]!]!;
    });
    from += sizeOf(term);
  }
}
