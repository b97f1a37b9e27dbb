import { benjaminiHochberg } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { type Binning, binningOf } from "./binning.ts";
import {
  type BootstrapOptions,
  bootstrapSums,
  differenceOf,
  oneSidedP,
  type RowSum,
  ratioOf,
  type SumDraws,
  valueWithInterval,
} from "./bootstrap-sums.ts";
import type { Slice } from "./evaluation.ts";
import type { RowLosses } from "./row-loss.ts";
import { type Condition, rowsMeeting } from "./segments.ts";
import type { DiscoveredSlice } from "./slice-discovery.ts";

/** Segments to measure. */
export interface Segments {
  /** Slices named by the user. */
  readonly named: readonly (readonly Condition[])[];
  /** Slices found on other rows. */
  readonly discovered: readonly DiscoveredSlice[];
}

/** What {@link measureSlices} reads: the part that confirms. */
export interface SliceInput extends Segments {
  readonly table: Table;
  readonly losses: RowLosses;
  readonly sampleWeight?: Float64Array;
  readonly bootstrap: BootstrapOptions;
}

/** One slice per bin of each column, cut on the table given; at most 12 levels of a category. */
export function slicesByColumn(names: readonly string[], table: Table): Condition[][] {
  return names.flatMap((name) => {
    const binning = binningOf(name, table.column(name));
    return binning.says.map((_, bin) => [{ binning, bin }]);
  });
}

/**
 * Measures slices on the rows given, each against the rest of them, with paired bootstrap intervals. A discovered slice is
 * weak only where this second look confirms it (interval of the difference above 0); its q-value is that of its
 * discovery. A named slice has a q-value over all named slices, one-sided, from the bootstrap's standard error, and is
 * weak where it is at most 0.05 and the interval is above 0. Named slices without rows are left out.
 */
export function measureSlices(input: SliceInput): Slice[] {
  const slices = [
    ...input.named.map((conditions) => ({ conditions, origin: "named" as const, qValue: null })),
    ...input.discovered.map(({ conditions, qValue }) => ({ conditions, origin: "discovered" as const, qValue })),
  ]
    .map((slice) => ({ ...slice, rows: rowsMeeting(slice.conditions, input.table) }))
    .filter(({ origin, rows }) => origin === "discovered" || rows.length > 0);
  if (slices.length === 0) return [];
  const measured = measure(
    input,
    slices.map(({ rows }) => rows),
  );
  const qValues = namedQValues(slices.map(({ origin }, k) => (origin === "named" ? measured[k]!.pValue : null)));
  return slices.map(({ conditions, origin, qValue, rows }, k) => {
    const { value, difference } = measured[k]!;
    const q = qValue ?? qValues[k]!;
    return {
      name: segmentName(conditions),
      conditions: conditions.map((condition) => ({ column: condition.binning.column, says: says(condition) })),
      origin,
      n: rows.length,
      metric: input.losses.metric,
      value,
      difference,
      qValue: q,
      weak: q !== null && q <= 0.05 && difference.low !== null && difference.low > 0,
    };
  });
}

/** A segment in words. */
export function segmentName(conditions: readonly Condition[]): string {
  return conditions.map(says).join(" and ");
}

function says({ binning, bin }: { readonly binning: Binning; readonly bin: number }): string {
  return binning.says[bin]!;
}

function measure(input: SliceInput, rowsOf: readonly Int32Array[]) {
  const nRows = input.table.nRows;
  const weights = input.sampleWeight ?? new Float64Array(nRows).fill(1);
  const weighted = input.losses.values.map((loss, i) => loss * weights[i]!);
  const whole: RowSum[] = [
    { rows: null, values: weighted },
    { rows: null, values: weights },
  ];
  const inside = rowsOf.flatMap((rows): RowSum[] => [
    { rows, values: Float64Array.from(rows, (i) => weighted[i]!) },
    { rows, values: Float64Array.from(rows, (i) => weights[i]!) },
  ]);
  const draws = bootstrapSums([...whole, ...inside], nRows, input.bootstrap);
  const metricOf = (losses: SumDraws, weight: SumDraws) => {
    const means = ratioOf(losses, weight);
    return input.losses.metric === "rmse" ? means.map(Math.sqrt) : means;
  };
  return rowsOf.map(({ length: n }, k) => {
    const [losses, weight] = [draws[2 + 2 * k]!, draws[3 + 2 * k]!];
    const value = metricOf(losses, weight);
    const rest =
      n === nRows
        ? value.map(() => Number.NaN)
        : metricOf(clipped(differenceOf(draws[0]!, losses)), differenceOf(draws[1]!, weight));
    const difference = differenceOf(value, rest);
    return {
      value: valueWithInterval(value, n, "no row meets the conditions"),
      difference: valueWithInterval(
        difference,
        n,
        n === 0 ? "no row meets the conditions" : "no row is outside the slice",
      ),
      pValue: n < 10 ? null : oneSidedP(difference),
    };
  });
}

// A difference of two sums of non-negative numbers may end a rounding error below 0.
function clipped(draws: SumDraws): SumDraws {
  return draws.map((draw) => Math.max(0, draw));
}

function namedQValues(pValues: readonly (number | null)[]): (number | null)[] {
  const tested = pValues.flatMap((p, k) => (p === null ? [] : [k]));
  const q = benjaminiHochberg(tested.map((k) => pValues[k]!));
  const all: (number | null)[] = pValues.map(() => null);
  tested.forEach((k, i) => {
    all[k] = q[i]!;
  });
  return all;
}
