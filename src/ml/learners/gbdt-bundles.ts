import type { BinnedTable, FeatureBins } from "./gbdt-workspace.ts";

/*
 * Exclusive feature bundling (Ke et al. 2017) without conflicts: features that are nearly always at one bin, and never off it in the same
 * row, share a column of bytes. Their histograms then cost one column together; nothing is lost, so the trees are the same.
 */

/** Features are bundled where there are at least so many: of few columns the histogram is cheap. */
const fewestFeatures = 32;
/** Share of rows at the most frequent bin from which a feature may be bundled. */
const fewestAtDefault = 0.8;
/** Bundles tried for a feature before it begins one of its own. */
const openBundles = 32;

/** Which byte columns hold which features, and how to write those that share one. */
export interface ColumnPlan extends Pick<BinnedTable, "columnOf" | "startOf" | "defaultOf" | "columnBins"> {
  /** Writes nColumns × n bytes; null where every feature keeps its own column as it is. */
  readonly write: ((columns: Uint8Array) => void) | null;
}

/** A column per feature. */
export function ownColumns(features: readonly FeatureBins[]): ColumnPlan {
  return {
    columnOf: Int32Array.from(features.keys()),
    startOf: new Int32Array(features.length),
    defaultOf: new Int32Array(features.length).fill(-1),
    columnBins: Int32Array.from(features, ({ nBins }) => nBins),
    write: null,
  };
}

interface Bundle {
  readonly features: number[];
  readonly isTaken: Uint8Array;
  nBins: number;
}

/** Columns in which exclusive features share one. `byFeature`: nFeatures × n bins, feature after feature. */
export function bundleColumns(byFeature: Uint8Array, n: number, features: readonly FeatureBins[]): ColumnPlan {
  if (features.length < fewestFeatures) return ownColumns(features);
  const defaults = features.map((_, j) => frequentBin(byFeature.subarray(j * n, (j + 1) * n)));
  const bundles = assign(byFeature, n, features, defaults);
  if (bundles.length === features.length) return ownColumns(features);
  const plan = {
    columnOf: new Int32Array(features.length),
    startOf: new Int32Array(features.length),
    defaultOf: new Int32Array(features.length).fill(-1),
    columnBins: Int32Array.from(bundles, (bundle) => bundle.nBins),
  };
  bundles.forEach((bundle, column) => {
    let start = 1;
    for (const j of bundle.features) {
      plan.columnOf[j] = column;
      if (bundle.features.length === 1) continue;
      plan.startOf[j] = start;
      plan.defaultOf[j] = defaults[j]!.bin;
      start += features[j]!.nBins - 1;
    }
  });
  return { ...plan, write: (columns) => writeBundles(columns, byFeature, n, bundles, plan) };
}

function frequentBin(bins: Uint8Array): { readonly bin: number; readonly share: number } {
  const counts = new Float64Array(256);
  for (const bin of bins) counts[bin]!++;
  const most = counts.reduce((best, count, bin) => (count > counts[best]! ? bin : best), 0);
  return { bin: most, share: counts[most]! / bins.length };
}

function assign(
  byFeature: Uint8Array,
  n: number,
  features: readonly FeatureBins[],
  defaults: readonly { readonly bin: number; readonly share: number }[],
): Bundle[] {
  const alone: Bundle[] = [];
  const open: Bundle[] = [];
  features.forEach(({ nBins }, j) => {
    const { bin, share } = defaults[j]!;
    const own = { features: [j], isTaken: new Uint8Array(0), nBins };
    if (share < fewestAtDefault) {
      alone.push(own);
      return;
    }
    const bins = byFeature.subarray(j * n, (j + 1) * n);
    const home = open
      .slice(-openBundles)
      .find((bundle) => bundle.nBins + nBins - 1 <= 256 && isFree(bundle, bins, bin));
    if (home) {
      home.features.push(j);
      home.nBins += nBins - 1;
      occupy(home, bins, bin);
    } else {
      const bundle = { features: [j], isTaken: new Uint8Array(n), nBins };
      occupy(bundle, bins, bin);
      open.push(bundle);
    }
  });
  return [...alone, ...open].sort((a, b) => a.features[0]! - b.features[0]!);
}

function isFree({ isTaken }: Bundle, bins: Uint8Array, byDefault: number): boolean {
  for (let i = 0; i < bins.length; i++) if (bins[i]! !== byDefault && isTaken[i] === 1) return false;
  return true;
}

function occupy({ isTaken }: Bundle, bins: Uint8Array, byDefault: number): void {
  for (let i = 0; i < bins.length; i++) if (bins[i]! !== byDefault) isTaken[i] = 1;
}

function writeBundles(
  columns: Uint8Array,
  byFeature: Uint8Array,
  n: number,
  bundles: readonly Bundle[],
  { startOf, defaultOf }: Pick<ColumnPlan, "startOf" | "defaultOf">,
): void {
  bundles.forEach(({ features }, column) => {
    const out = columns.subarray(column * n, (column + 1) * n);
    for (const j of features) {
      const bins = byFeature.subarray(j * n, (j + 1) * n);
      const byDefault = defaultOf[j]!;
      if (byDefault < 0) {
        out.set(bins);
        continue;
      }
      const start = startOf[j]!;
      for (let i = 0; i < n; i++) {
        const bin = bins[i]!;
        if (bin !== byDefault) out[i] = start + (bin < byDefault ? bin : bin - 1);
      }
    }
  });
}
