import type { Rng } from "../../lib/index.ts";
import type { Bounds } from "./gbdt-grow.ts";
import { boundedValue } from "./gbdt-scan.ts";
import type { HistogramLayout, ScanTask, Split, SplitRule, Sums } from "./gbdt-workspace.ts";

/** What a node may be split by: constraints on features, features drawn per node, thresholds drawn by chance. */
export interface NodeRules {
  /** Whether {@link task} reads the path. */
  readonly needsPath: boolean;
  /** What is to be scanned of a node; null where no feature may split it. */
  task(layout: HistogramLayout, sums: Sums, bounds: Bounds, path: readonly number[]): ScanTask | null;
  /** Bounds of the children of a split; `right` are the sums of its right side. */
  childBounds(split: Split, right: Sums, bounds: Bounds, lambda: number): readonly [Bounds, Bounds];
}

/** Options of {@link nodeRules}. */
export interface RuleParams {
  /** Per feature: 1 the prediction must not fall as it grows, −1 not rise, 0 free. Null: all free. */
  readonly monotone: Int32Array | null;
  /** Sets of features that may meet on one path. Null: all may. */
  readonly interactions: readonly ReadonlySet<number>[] | null;
  /** Share of the tree's features that each node may use. */
  readonly nodeFraction: number;
  /** Tries one threshold per number feature and node, drawn by chance (Geurts et al. 2006). */
  readonly isRandom: boolean;
  readonly rng: Rng;
}

/** The rules of a fit. Chance is drawn in the order in which nodes are made. */
export function nodeRules(params: RuleParams): NodeRules {
  const { monotone, interactions, nodeFraction, isRandom, rng } = params;
  let everything: { readonly layout: HistogramLayout; readonly items: Int32Array; readonly signs: Int32Array } | null =
    null;
  const allOf = (layout: HistogramLayout) => {
    if (everything?.layout !== layout)
      everything = {
        layout,
        items: Int32Array.from(layout.items.keys()),
        signs: Int32Array.from(layout.items, ({ feature }) => monotone?.[feature] ?? 0),
      };
    return everything;
  };
  const isRuled = monotone !== null || isRandom;
  return {
    needsPath: interactions !== null,
    task(layout, sums, bounds, path) {
      const { items: all, signs } = allOf(layout);
      const allowed =
        interactions === null ? all : all.filter((k) => mayMeet(interactions, path, layout.items[k]!.feature));
      const items = nodeFraction < 1 ? drawItems(allowed, nodeFraction, rng) : allowed;
      if (items.length === 0) return null;
      if (!isRuled) return { sums, items };
      const draws = new Float64Array(layout.items.length).fill(-1);
      if (isRandom) for (const k of items) draws[k] = rng.uniform();
      const rule: SplitRule = { ...bounds, monotone: signs, draws };
      return { sums, items, rule };
    },
    childBounds(split, right, bounds, lambda) {
      if (monotone === null) return [bounds, bounds];
      const sign = monotone[split.item.feature]!;
      if (sign === 0) return [bounds, bounds];
      const { low, high } = bounds;
      const wl = boundedValue(split.left.g, split.left.h, lambda, low, high);
      const wr = boundedValue(right.g, right.h, lambda, low, high);
      const middle = (wl + wr) / 2;
      const below = { low, high: middle };
      const above = { low: middle, high };
      return sign > 0 ? [below, above] : [above, below];
    },
  };
}

// A feature may join a path where one set holds it and the whole path.
function mayMeet(interactions: readonly ReadonlySet<number>[], path: readonly number[], feature: number): boolean {
  return interactions.some((set) => set.has(feature) && path.every((other) => set.has(other)));
}

// So many of the items, ascending: a partial Fisher-Yates shuffle.
function drawItems(items: Int32Array, share: number, rng: Rng): Int32Array {
  const drawn = items.slice();
  const n = Math.max(1, Math.round(share * items.length));
  for (let k = 0; k < n; k++) {
    const other = k + rng.below(drawn.length - k);
    [drawn[k], drawn[other]] = [drawn[other]!, drawn[k]!];
  }
  return drawn.subarray(0, n).sort();
}
