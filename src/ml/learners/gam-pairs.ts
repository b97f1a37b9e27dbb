import { cellsOf, coarseAxis } from "./gam-axes.ts";
import { gridTree } from "./gam-grid.ts";
import type { StepRules } from "./gam-step.ts";
import type { GamAxis, GamTerm } from "./model-data.ts";

/** Features whose pairs are looked at, at most: the most important ones. */
const mostFeatures = 60;

/** Rows that are looked at, at most, evenly spaced. */
const mostRows = 50_000;

/** What {@link findPairs} reads. */
export interface PairInput {
  /** Terms of single features, the most important first. */
  readonly terms: readonly GamTerm[];
  /** Per feature: its cells, coarse, of every row. */
  readonly cellsOf: (axis: GamAxis) => Uint32Array;
  readonly maxPairBins: number;
  /** Per output: gradient and hessian of every row at the scores of the single features. */
  readonly derivatives: readonly { readonly gradient: Float64Array; readonly hessian: Float64Array }[];
  readonly rules: StepRules;
  readonly nPairs: number;
}

/**
 * The pairs of features that would take most loss away beyond the single features (FAST, Lou et al. 2013): each by the best tree of three
 * cuts on its coarse cells, whose sums are taken once.
 */
export function findPairs(input: PairInput): (readonly [GamAxis, GamAxis])[] {
  const features = input.terms.slice(0, mostFeatures).map((term) => {
    const axis = coarseAxis(term.axes[0]!, orderOf(term), Float64Array.from(term.weights), input.maxPairBins);
    return { axis, cells: input.cellsOf(axis) };
  });
  const pairs = features.flatMap((first, i) =>
    features
      .slice(i + 1)
      .map((second) => ({ axes: [first.axis, second.axis] as const, gain: gainOf(first, second, input) })),
  );
  return pairs
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
    .slice(0, input.nPairs)
    .map(({ axes }) => axes);
}

// A number's cells lie in order; levels are put in that of their scores.
function orderOf({ axes, scores }: GamTerm): number[] {
  const axis = axes[0]!;
  const present = Array.from({ length: cellsOf(axis) - 1 }, (_, cell) => cell);
  const score = scores[0]!;
  return axis.kind === "number" ? present : present.sort((a, b) => score[a]! - score[b]! || a - b);
}

interface CoarseFeature {
  readonly axis: GamAxis;
  readonly cells: Uint32Array;
}

function gainOf(first: CoarseFeature, second: CoarseFeature, { derivatives, rules }: PairInput): number {
  const width = cellsOf(second.axis);
  const size = cellsOf(first.axis) * width;
  const step = Math.max(1, Math.ceil(first.cells.length / mostRows));
  let gain = 0;
  for (const { gradient, hessian } of derivatives) {
    const sums = {
      gradient: new Float64Array(size),
      hessian: new Float64Array(size),
      rows: new Float64Array(size),
    };
    for (let i = 0; i < gradient.length; i += step) {
      const cell = first.cells[i]! * width + second.cells[i]!;
      sums.gradient[cell]! += gradient[i]!;
      sums.hessian[cell]! += hessian[i]!;
      sums.rows[cell]! += 1;
    }
    gain += gridTree(sums, cellsOf(first.axis), width, rules)?.gain ?? 0;
  }
  return gain;
}
