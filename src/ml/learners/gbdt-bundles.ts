import type { BinnedTable, FeatureBins } from "./gbdt-workspace.ts";

/*
 * Features that share a column of bytes: their histograms then cost one column together. Nothing is lost, so the trees are the same.
 *   Bundles: exclusive feature bundling (Ke et al. 2017) without conflicts, of features that are nearly always at one bin, and never off it
 *   in the same row.
 *   Crosses: features of so few bins that a byte holds every combination; a feature's histogram is a margin of the cross's.
 */

/** Features are bundled where there are at least so many: of few columns the histogram is cheap. */
const fewestFeatures = 32;
/** Evenly spaced rows that tell a feature's most frequent bin. */
const rowsForShare = 20_000;
/** Share of rows at the most frequent bin from which a feature may be bundled. */
const fewestAtDefault = 0.8;
/** Where features share columns. */
export interface Sharing {
  /** Rows from which features are crossed: taking a cross apart costs what counting a few hundred rows does. */
  readonly crossFrom: number;
}

/** What a fit uses. */
export const usualSharing: Sharing = { crossFrom: 50_000 };

/** Most bins of a feature that may be crossed. */
const mostBinsToCross = 64;
/** Bundles tried for a feature before it begins one of its own. */
const openBundles = 32;

/** Which byte columns hold which features, and how to write those that share one. */
export interface ColumnPlan extends Pick<BinnedTable, "columnOf" | "startOf" | "defaultOf" | "stepOf" | "columnBins"> {
  /** Turns the bins of the features into nColumns × n bytes at their beginning; null where every feature keeps its own column as it is. */
  readonly write: (() => void) | null;
}

/** A column per feature. */
export function ownColumns(features: readonly FeatureBins[]): ColumnPlan {
  return {
    columnOf: Int32Array.from(features.keys()),
    startOf: new Int32Array(features.length),
    defaultOf: new Int32Array(features.length).fill(-1),
    stepOf: new Int32Array(features.length),
    columnBins: Int32Array.from(features, ({ nBins }) => nBins),
    write: null,
  };
}

interface Bundle {
  readonly features: number[];
  readonly isTaken: Uint8Array;
  nBins: number;
}

/** Columns that features share where that loses nothing. `byFeature`: nFeatures × n bins, feature after feature. */
export function sharedColumns(
  byFeature: Uint8Array,
  n: number,
  features: readonly FeatureBins[],
  { crossFrom }: Sharing,
  check: () => void,
): ColumnPlan {
  const isWide = features.length >= fewestFeatures;
  const defaults = features.slice(0, isWide ? features.length : 0).map((_, j) => {
    check();
    return frequentBin(byFeature.subarray(j * n, (j + 1) * n));
  });
  const bundles = isWide ? assign(byFeature, n, features, defaults, check) : aloneOf(features);
  const groups = n < crossFrom ? bundles : cross(bundles, features);
  if (groups.length === features.length) return ownColumns(features);
  const plan = {
    columnOf: new Int32Array(features.length),
    startOf: new Int32Array(features.length),
    defaultOf: new Int32Array(features.length).fill(-1),
    stepOf: new Int32Array(features.length),
    columnBins: Int32Array.from(groups, (group) => group.nBins),
  };
  groups.forEach((group, column) => {
    let start = 1;
    let step = 1;
    for (const j of group.features) {
      plan.columnOf[j] = column;
      if (group.features.length === 1) continue;
      if (group.isCross) {
        plan.stepOf[j] = step;
        step *= features[j]!.nBins;
      } else {
        plan.startOf[j] = start;
        plan.defaultOf[j] = defaults[j]!.bin;
        start += features[j]!.nBins - 1;
      }
    }
  });
  return { ...plan, write: () => writeShared(byFeature, n, groups, plan) };
}

/** Features that share a column, and how many bytes it takes. */
interface Group {
  readonly features: readonly number[];
  readonly nBins: number;
  readonly isCross?: boolean;
}

const aloneOf = (features: readonly FeatureBins[]): Group[] =>
  features.map(({ nBins }, j) => ({ features: [j], nBins }));

// Columns of few bins together, the fewest first, as long as the product of their bins fits a byte.
function cross(groups: readonly Group[], features: readonly FeatureBins[]): Group[] {
  const isSmall = ({ features: own, nBins }: Group) => own.length === 1 && nBins <= mostBinsToCross;
  const small = groups.filter(isSmall).sort((a, b) => a.nBins - b.nBins || a.features[0]! - b.features[0]!);
  const crosses: Group[] = [];
  let open: Group | null = null;
  for (const group of small) {
    if (open !== null && open.nBins * group.nBins <= 256)
      open = { features: [...open.features, ...group.features], nBins: open.nBins * group.nBins, isCross: true };
    else {
      if (open !== null) crosses.push(open);
      open = { features: group.features, nBins: features[group.features[0]!]!.nBins };
    }
  }
  if (open !== null) crosses.push(open);
  return [...groups.filter((group) => !isSmall(group)), ...crosses].sort((a, b) => leastOf(a) - leastOf(b));
}

const leastOf = ({ features }: Group) => features.reduce((least, j) => Math.min(least, j));

function frequentBin(bins: Uint8Array): { readonly bin: number; readonly share: number } {
  const counts = new Float64Array(256);
  const step = Math.max(1, Math.floor(bins.length / rowsForShare));
  for (let i = 0; i < bins.length; i += step) counts[bins[i]!]!++;
  const most = counts.reduce((best, count, bin) => (count > counts[best]! ? bin : best), 0);
  return { bin: most, share: counts[most]! / Math.ceil(bins.length / step) };
}

function assign(
  byFeature: Uint8Array,
  n: number,
  features: readonly FeatureBins[],
  defaults: readonly { readonly bin: number; readonly share: number }[],
  check: () => void,
): Group[] {
  const alone: Group[] = [];
  const open: Bundle[] = [];
  features.forEach(({ nBins }, j) => {
    check();
    const { bin, share } = defaults[j]!;
    if (share < fewestAtDefault) {
      alone.push({ features: [j], nBins });
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

// In place: groups come in the order of their least features, so column k takes the place of a feature that was read for it or before.
function writeShared(
  byFeature: Uint8Array,
  n: number,
  groups: readonly Group[],
  { startOf, defaultOf, stepOf }: Pick<ColumnPlan, "startOf" | "defaultOf" | "stepOf">,
): void {
  const out = new Uint8Array(n);
  groups.forEach(({ features, isCross }, column) => {
    out.fill(0);
    for (const j of features) {
      const bins = byFeature.subarray(j * n, (j + 1) * n);
      const step = stepOf[j]!;
      if (isCross) for (let i = 0; i < n; i++) out[i]! += step * bins[i]!;
      else if (defaultOf[j]! < 0) out.set(bins);
      else writeBundled(out, bins, startOf[j]!, defaultOf[j]!);
    }
    byFeature.set(out, column * n);
  });
}

function writeBundled(out: Uint8Array, bins: Uint8Array, start: number, byDefault: number): void {
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i]!;
    if (bin !== byDefault) out[i] = start + (bin < byDefault ? bin : bin - 1);
  }
}
