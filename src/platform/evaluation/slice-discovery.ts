import { benjaminiHochberg, normalUpperTail } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import { designEffect } from "./design-effect.ts";
import type { Resample } from "./evaluation-input.ts";
import { type Condition, type SegmentColumns, segmentColumns } from "./segments.ts";

/*
 * Looks for segments where the model does worse than elsewhere (the idea of Chung et al. 2019, Slice Finder). Every segment is
 * one condition, or two on different columns; each is tested against the rest of the rows, and Benjamini–Hochberg runs over
 * all of them. What is found here is a suspicion: the caller measures it again on rows that had no part in finding it.
 */

/** What {@link discoverSlices} reads: rows that the model was not fitted on. */
export interface DiscoveryInput {
  readonly table: Table;
  readonly schema: Schema;
  /** Loss per row, lower is better. */
  readonly losses: Float64Array;
  readonly sampleWeight?: Float64Array;
  readonly resample?: Resample;
  /** Columns whose values must not be shown. */
  readonly hidden?: ReadonlySet<string>;
  /** Fewest rows of a segment. Default: 2 % of the rows, at least 50. */
  readonly minSupport?: number;
  /** Greatest expected share of false findings. Default 0.05. */
  readonly falseDiscoveryRate?: number;
  /** Default 8. */
  readonly maxSlices?: number;
}

/** A segment that is weak on the rows it was searched in. */
export interface DiscoveredSlice {
  readonly conditions: readonly Condition[];
  readonly n: number;
  /** Mean loss minus that of the rest. */
  readonly difference: number;
  readonly qValue: number;
}

interface Segment {
  readonly columns: readonly number[];
  readonly bins: readonly number[];
  readonly n: number;
  readonly difference: number;
  readonly standardError: number;
  /** Whether it is worse than each of its conditions alone; true for one condition. */
  readonly isBeyondParents: boolean;
}

/**
 * Segments whose mean loss is above the rest's (one-sided Welch test, normal tail, variance widened by the design effect of
 * groups or blocks), strongest first, at false-discovery rate 5 %. A pair of conditions is kept only where it is worse
 * than either condition alone by more than its own standard error; of segments that share most rows the strongest stays.
 */
export function discoverSlices(input: DiscoveryInput): DiscoveredSlice[] {
  const nRows = input.table.nRows;
  const minSupport = input.minSupport ?? Math.max(50, Math.ceil(0.02 * nRows));
  const columns = segmentColumns(input.table, input.schema, input.hidden ?? new Set());
  const segments = measureSegments(columns, input, minSupport);
  const qValues = benjaminiHochberg(
    segments.map(({ difference, standardError }) => normalUpperTail(difference / standardError)),
  );
  const weak = segments
    .map((segment, k) => ({ segment, qValue: qValues[k]! }))
    .filter(({ segment, qValue }) => segment.isBeyondParents && qValue <= (input.falseDiscoveryRate ?? 0.05))
    .sort((a, b) => strength(b.segment) - strength(a.segment));
  return keepDistinct(weak, columns, input.maxSlices ?? 8).map(({ segment, qValue }) => ({
    conditions: segment.columns.map((c, k) => ({ binning: columns.binnings[c]!, bin: segment.bins[k]! })),
    n: segment.n,
    difference: segment.difference,
    qValue,
  }));
}

function strength({ difference, standardError }: Segment): number {
  return difference / standardError;
}

// Cells of a two-way table of bins, five sums each: rows, Σw, Σw², Σwl, Σwl².
const width = 5;

function measureSegments(columns: SegmentColumns, input: DiscoveryInput, minSupport: number): Segment[] {
  const { binnings, codes } = columns;
  const nRows = input.losses.length;
  const weights = input.sampleWeight ?? new Float64Array(nRows).fill(1);
  const whole = new Int32Array(nRows);
  const total = binSums(whole, 1, whole, 1, input.losses, weights);
  const effect = designEffect(input.losses, input.resample ?? { unit: "row" });
  const sizes = binnings.map(({ says }) => says.length);
  const segments: Segment[] = [];
  const single = codes.map((code, c) => {
    const sums = binSums(code, sizes[c]!, whole, 1, input.losses, weights);
    return Array.from({ length: sizes[c]! }, (_, bin) => segmentOf(sums, bin, total, effect, [c], [bin]));
  });
  for (const bins of single) segments.push(...bins.filter((segment) => isTestable(segment, minSupport, nRows)));
  for (let a = 0; a < codes.length; a++)
    for (let b = a + 1; b < codes.length; b++) {
      const sums = binSums(codes[a]!, sizes[a]!, codes[b]!, sizes[b]!, input.losses, weights);
      for (let cell = 0; cell < sizes[a]! * sizes[b]!; cell++) {
        const bins = [Math.floor(cell / sizes[b]!), cell % sizes[b]!];
        const segment = segmentOf(sums, cell, total, effect, [a, b], bins);
        const parents = [single[a]![bins[0]!]!, single[b]![bins[1]!]!];
        // Every segment that is large enough counts as tried, also one that adds nothing to its parents.
        if (isTestable(segment, minSupport, nRows))
          segments.push({ ...segment, isBeyondParents: isBeyond(segment, parents) });
      }
    }
  return segments;
}

function binSums(
  a: Int32Array,
  sizeA: number,
  b: Int32Array,
  sizeB: number,
  losses: Float64Array,
  weights: Float64Array,
): Float64Array {
  const sums = new Float64Array(sizeA * sizeB * width);
  for (let i = 0; i < losses.length; i++) {
    if (a[i]! < 0 || b[i]! < 0) continue;
    const cell = (a[i]! * sizeB + b[i]!) * width;
    const weight = weights[i]!;
    const weighted = weight * losses[i]!;
    sums[cell]! += 1;
    sums[cell + 1]! += weight;
    sums[cell + 2]! += weight * weight;
    sums[cell + 3]! += weighted;
    sums[cell + 4]! += weighted * losses[i]!;
  }
  return sums;
}

function segmentOf(
  sums: Float64Array,
  cell: number,
  total: Float64Array,
  effect: number,
  columns: readonly number[],
  bins: readonly number[],
): Segment {
  const inside = sums.subarray(cell * width, (cell + 1) * width);
  const rest = total.map((sum, k) => sum - inside[k]!);
  const difference = inside[3]! / inside[1]! - rest[3]! / rest[1]!;
  return {
    columns,
    bins,
    n: inside[0]!,
    difference,
    standardError: Math.sqrt(effect * (varianceOfMean(inside) + varianceOfMean(rest))),
    isBeyondParents: true,
  };
}

// s²/n with weights: n is Kish's effective number of rows (Σw)²/Σw².
function varianceOfMean(sums: Float64Array): number {
  const mean = sums[3]! / sums[1]!;
  const nEffective = (sums[1]! * sums[1]!) / sums[2]!;
  const variance = Math.max(0, sums[4]! / sums[1]! - mean * mean);
  return nEffective > 1 ? variance / (nEffective - 1) : Number.POSITIVE_INFINITY;
}

function isTestable({ n, standardError }: Segment, minSupport: number, nRows: number): boolean {
  const isLarge = n >= minSupport && nRows - n >= minSupport;
  return isLarge && standardError > 0 && Number.isFinite(standardError);
}

function isBeyond(segment: Segment, parents: readonly Segment[]): boolean {
  return parents.every((parent) => segment.difference - parent.difference > segment.standardError);
}

/** Of two segments, the weaker goes where over 60 % of the smaller one's rows are shared. */
function keepDistinct<T extends { readonly segment: Segment }>(
  ranked: readonly T[],
  columns: SegmentColumns,
  maxSlices: number,
): T[] {
  const kept: { readonly item: T; readonly rows: Uint8Array }[] = [];
  for (const item of ranked) {
    if (kept.length >= maxSlices) break;
    const rows = membership(item.segment, columns);
    const isDistinct = kept.every(
      (other) => sharedRows(rows, other.rows) <= 0.6 * Math.min(item.segment.n, other.item.segment.n),
    );
    if (isDistinct) kept.push({ item, rows });
  }
  return kept.map(({ item }) => item);
}

function membership(segment: Segment, { codes }: SegmentColumns): Uint8Array {
  const rows = new Uint8Array(codes[0]!.length).fill(1);
  segment.columns.forEach((c, k) => {
    for (let i = 0; i < rows.length; i++) if (codes[c]![i] !== segment.bins[k]) rows[i] = 0;
  });
  return rows;
}

function sharedRows(a: Uint8Array, b: Uint8Array): number {
  let n = 0;
  for (let i = 0; i < a.length; i++) n += a[i]! & b[i]!;
  return n;
}
