import { isNumeric, type Task } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { binCodes, binningOf } from "./binning.ts";
import {
  type BootstrapOptions,
  bootstrapSums,
  differenceOf,
  type RowSum,
  ratioOf,
  type SumDraws,
  valueWithInterval,
} from "./bootstrap-sums.ts";
import type { Disparity, FairnessGroup, Metrics } from "./evaluation.ts";

/** What {@link fairness} reads. */
export interface FairnessInput {
  readonly task: Task;
  readonly table: Table;
  /** Columns whose groups are compared: levels of a category, quartiles of a number. */
  readonly columns: readonly string[];
  /** Columns whose values must not be shown: their groups are numbered. */
  readonly hidden: ReadonlySet<string>;
  /** Class indexes or values. */
  readonly yTrue: Float64Array;
  /** Decided classes (for binary 1 is selected) or values. */
  readonly yPred: Float64Array;
  readonly sampleWeight?: Float64Array;
  readonly bootstrap: BootstrapOptions;
  /** Smaller groups are listed, and left out of the disparities. Default 30. */
  readonly minGroupRows?: number;
}

/** Rates of every group, and the widest gaps between groups. */
export interface Fairness {
  readonly groups: readonly FairnessGroup[];
  readonly disparities: readonly Disparity[];
}

interface Group {
  readonly column: string;
  readonly name: string;
  readonly rows: Int32Array;
}

// A rate: rows that are in `of`, and among them those in `is`; or the mean of a value over all rows of the group.
type Measure = { readonly is: (i: number) => number; readonly of: (i: number) => number; readonly reason: string };

/**
 * Metrics per group and their greatest difference between groups. Binary: selection rate, true and false positive rate,
 * precision, accuracy; demographic parity difference is the gap in selection rate, equalised odds difference the greater of the gaps in
 * true and false positive rate (Hardt, Price & Srebro 2016), equal opportunity difference the gap in true positive rate. Multiclass:
 * accuracy. Regression: mean error (predicted − true) and mean absolute error. A gap is never negative, so its interval
 * leans upwards: read it beside the groups' own intervals.
 */
export function fairness(input: FairnessInput): Fairness {
  const groups = input.columns.flatMap((column) => groupsOf(column, input));
  const measures = measuresOf(input);
  const names = Object.keys(measures);
  const sums = groups.flatMap((group) => names.flatMap((name) => sumsOf(group, measures[name]!, input.sampleWeight)));
  const draws = bootstrapSums(sums, input.yTrue.length, input.bootstrap);
  const rateOf = (g: number, m: number) => {
    const at = 2 * (g * names.length + m);
    return ratioOf(draws[at]!, draws[at + 1]!);
  };
  const rates = groups.map((_, g) => Object.fromEntries(names.map((name, m) => [name, rateOf(g, m)])));
  return {
    groups: groups.map((group, g) => ({
      column: group.column,
      group: group.name,
      n: group.rows.length,
      metrics: metricsOf(rates[g]!, measures, group.rows.length),
    })),
    disparities: input.columns.flatMap((column) => disparitiesOf(column, groups, rates, input)),
  };
}

function groupsOf(column: string, { table, hidden }: FairnessInput): Group[] {
  const binning = binningOf(column, table.column(column), 4, 20);
  const codes = binCodes(binning, table.column(column));
  return binning.says
    .map((says, bin) => ({
      column,
      name: hidden.has(column) ? `group ${bin + 1}` : groupName(binning, bin, says),
      rows: Int32Array.from(codes.keys()).filter((i) => codes[i] === bin),
    }))
    .filter(({ rows }) => rows.length > 0);
}

function groupName(binning: ReturnType<typeof binningOf>, bin: number, says: string): string {
  if (bin === binning.says.length - 1) return "missing";
  return binning.kind === "category" ? binning.levels[bin]! : says;
}

function measuresOf({ task, yTrue, yPred }: FairnessInput): Readonly<Record<string, Measure>> {
  const any = () => 1;
  const none = "the group has no weight";
  if (isNumeric(task))
    return {
      meanError: { is: (i) => yPred[i]! - yTrue[i]!, of: any, reason: none },
      mae: { is: (i) => Math.abs(yPred[i]! - yTrue[i]!), of: any, reason: none },
    };
  const accuracy = { is: (i: number) => Number(yPred[i] === yTrue[i]), of: any, reason: none };
  if (task === "multiclass") return { accuracy };
  const isSelected = (i: number) => Number(yPred[i] === 1);
  const isPositive = (i: number) => Number(yTrue[i] === 1);
  const isNegative = (i: number) => Number(yTrue[i] !== 1);
  return {
    selectionRate: { is: isSelected, of: any, reason: none },
    truePositiveRate: { is: isSelected, of: isPositive, reason: "the group has no positive row" },
    falsePositiveRate: { is: isSelected, of: isNegative, reason: "the group has no negative row" },
    precision: { is: isPositive, of: isSelected, reason: "no row of the group was called positive" },
    accuracy,
  };
}

function sumsOf({ rows }: Group, { is, of }: Measure, sampleWeight: Float64Array | undefined): RowSum[] {
  const denominator = Float64Array.from(rows, (i) => of(i) * (sampleWeight?.[i] ?? 1));
  return [
    { rows, values: denominator.map((weight, k) => weight * is(rows[k]!)) },
    { rows, values: denominator },
  ];
}

function metricsOf(
  rates: Readonly<Record<string, SumDraws>>,
  measures: Readonly<Record<string, Measure>>,
  n: number,
): Metrics {
  return Object.fromEntries(
    Object.entries(rates).map(([name, draws]) => [name, valueWithInterval(draws, n, measures[name]!.reason)]),
  );
}

/** Which gaps are reported: the greatest over the rates named. */
const gaps: Readonly<Record<Task, readonly { readonly name: string; readonly rates: readonly string[] }[]>> = {
  binary: [
    { name: "demographicParityDifference", rates: ["selectionRate"] },
    { name: "equalisedOddsDifference", rates: ["truePositiveRate", "falsePositiveRate"] },
    { name: "equalOpportunityDifference", rates: ["truePositiveRate"] },
    { name: "accuracyDifference", rates: ["accuracy"] },
  ],
  multiclass: [{ name: "accuracyDifference", rates: ["accuracy"] }],
  ranking: [],
  regression: [
    { name: "meanErrorDifference", rates: ["meanError"] },
    { name: "maeDifference", rates: ["mae"] },
  ],
};

function disparitiesOf(
  column: string,
  groups: readonly Group[],
  rates: readonly Readonly<Record<string, SumDraws>>[],
  { task, minGroupRows = 30 }: FairnessInput,
): Disparity[] {
  const compared = groups.flatMap((group, g) =>
    group.column === column && group.rows.length >= minGroupRows ? [g] : [],
  );
  if (compared.length < 2) return [];
  const n = compared.reduce((sum, g) => sum + groups[g]!.rows.length, 0);
  return gaps[task].map(({ name, rates: names }) => {
    const ranges = names.map((rate) => rangeOf(compared.map((g) => rates[g]![rate]!)));
    const widest = ranges.reduce((a, b) => a.map((gap, r) => (b[r]! >= gap || Number.isNaN(b[r]!) ? b[r]! : gap)));
    return {
      column,
      metric: name,
      difference: valueWithInterval(widest, n, "a rate is undefined in one of the groups"),
    };
  });
}

// Greatest minus least, draw by draw; NaN where one of them is undefined.
function rangeOf(draws: readonly SumDraws[]): SumDraws {
  const greatest = draws.reduce((a, b) => a.map((value, r) => Math.max(value, b[r]!)));
  const least = draws.reduce((a, b) => a.map((value, r) => Math.min(value, b[r]!)));
  return differenceOf(greatest, least);
}
