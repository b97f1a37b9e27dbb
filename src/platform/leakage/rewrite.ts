import type { Target } from "../../ml/learners/index.ts";
import { pearson, ranks } from "../../ml/stats/index.ts";
import type { Column } from "../../ml/table/index.ts";
import { binsOf } from "./bins.ts";
import type { Sample } from "./sample.ts";

const minRows = 20;
const minMinority = 5;

/**
 * How far a column is the target written differently. Numbers: the greater of |Pearson| and |Spearman| over the rows where the
 * column is present, 0 below twenty. Classes: the share of the majority guess's errors on validation rows that are gone when
 * every value of the column (or its being missing) stands for the class learned on training rows; 0 below five such errors.
 */
export function rewriteOf(column: Column, sample: Sample): number {
  return sample.target.task === "regression"
    ? correlationOf(column, sample.target.values)
    : agreementOf(column, sample.target, sample.nTrain);
}

function correlationOf(column: Column, y: Float64Array): number {
  if (column.kind === "category") return 0;
  const rows = Int32Array.from(y.keys()).filter((i) => column.values[i] === column.values[i]);
  if (rows.length < minRows) return 0;
  const xs = Float64Array.from(rows, (i) => column.values[i]!);
  const ys = Float64Array.from(rows, (i) => y[i]!);
  return Math.max(Math.abs(pearson(xs, ys) ?? 0), Math.abs(pearson(ranks(xs), ranks(ys)) ?? 0));
}

function agreementOf(column: Column, target: Target, nTrain: number): number {
  const { codes, nBins } = binsOf(column, nTrain);
  const present = agreementFrom(codes, nBins, target, nTrain, 1);
  return codes.includes(0) ? Math.max(present, agreementFrom(codes, nBins, target, nTrain, 0)) : present;
}

// Rows in bins below `firstBin` are left out: 0 takes missing as a value of its own, 1 looks at present rows only.
function agreementFrom(
  codes: Int32Array,
  nBins: number,
  { values, nClasses }: Target,
  nTrain: number,
  firstBin: number,
): number {
  const counts = new Float64Array(nBins * nClasses);
  const totals = new Float64Array(nClasses);
  for (let i = 0; i < nTrain; i++)
    if (codes[i]! >= firstBin) {
      counts[codes[i]! * nClasses + values[i]!]!++;
      totals[values[i]!]!++;
    }
  const majority = greatest(totals);
  const classOf = Int32Array.from({ length: nBins }, (_, bin) => {
    const inBin = counts.subarray(bin * nClasses, (bin + 1) * nClasses);
    return inBin.every((n) => n === 0) ? majority : greatest(inBin);
  });
  let errors = 0;
  let majorityErrors = 0;
  for (let i = nTrain; i < values.length; i++) {
    if (codes[i]! < firstBin) continue;
    if (classOf[codes[i]!] !== values[i]) errors++;
    if (majority !== values[i]) majorityErrors++;
  }
  return majorityErrors < minMinority ? 0 : Math.max(0, 1 - errors / majorityErrors);
}

function greatest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
