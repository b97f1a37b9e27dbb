import { benjaminiHochberg, normalUpperTail } from "../../ml/stats/index.ts";
import { cellOf, type Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { ErrorAnalysis } from "./evaluation.ts";
import { segmentColumns } from "./segments.ts";

/** What {@link analyseErrors} reads. Arrays are nSamples long. */
export interface ErrorInput {
  readonly table: Table;
  readonly schema: Schema;
  readonly losses: Float64Array;
  /** What the model said of each row: positive class's or true class's probability, or the value. */
  readonly predicted: Float64Array;
  readonly actual: (row: number) => string;
  /** Columns whose values must not be shown. */
  readonly hidden: ReadonlySet<string>;
  /** Rows listed. Default 20. */
  readonly nWorst?: number;
}

const mask = "•••";

/**
 * The rows with the greatest loss, and the conditions that are more common among the worst tenth than elsewhere: two-proportion
 * z test, one-sided, q ≤ 0.05 over all conditions, a lift of at least 1.2; most significant first, at most 10. `lift` is the ratio
 * of the two shares with half a row added to each count, so that a condition unseen elsewhere has a finite one.
 */
export function analyseErrors(input: ErrorInput): ErrorAnalysis {
  const order = worstFirst(input.losses);
  return { worst: worstRows(input, order.subarray(0, input.nWorst ?? 20)), shared: sharedConditions(input, order) };
}

function worstFirst(losses: Float64Array): Int32Array {
  return Int32Array.from(losses.keys()).sort((a, b) => losses[b]! - losses[a]! || a - b);
}

function worstRows({ table, hidden, losses, predicted, actual }: ErrorInput, rows: Int32Array): ErrorAnalysis["worst"] {
  return Array.from(rows, (row) => ({
    row,
    predicted: predicted[row]!,
    actual: actual(row),
    loss: losses[row]!,
    cells: Object.fromEntries(
      table.names.map((name) => [name, hidden.has(name) ? mask : String(cellOf(table.column(name), row) ?? "")]),
    ),
  }));
}

// A tenth of fewer rows says nothing about what they share.
const fewestWorst = 20;

function sharedConditions({ table, schema, hidden }: ErrorInput, order: Int32Array): ErrorAnalysis["shared"] {
  const nWorst = Math.floor(order.length / 10);
  if (nWorst < fewestWorst) return [];
  const isWorst = new Uint8Array(order.length);
  for (const row of order.subarray(0, nWorst)) isWorst[row] = 1;
  const { binnings, codes } = segmentColumns(table, schema, hidden);
  const conditions = binnings.flatMap((binning, c) => {
    const counts = countByBin(codes[c]!, isWorst, binning.says.length);
    return binning.says.map((says, bin) =>
      compareShares(says, counts.worst[bin]!, nWorst, counts.rest[bin]!, order.length - nWorst),
    );
  });
  const qValues = benjaminiHochberg(conditions.map(({ z }) => normalUpperTail(z)));
  return conditions
    .filter(({ lift }, k) => qValues[k]! <= 0.05 && lift >= 1.2)
    .sort((a, b) => b.z - a.z)
    .slice(0, 10)
    .map(({ z: _, ...shared }) => shared);
}

function countByBin(codes: Int32Array, isWorst: Uint8Array, nBins: number) {
  const worst = new Float64Array(nBins);
  const rest = new Float64Array(nBins);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) (isWorst[i] === 1 ? worst : rest)[codes[i]!]! += 1;
  return { worst, rest };
}

function compareShares(says: string, kWorst: number, nWorst: number, kRest: number, nRest: number) {
  const pooled = (kWorst + kRest) / (nWorst + nRest);
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / nWorst + 1 / nRest));
  const [shareWorst, shareRest] = [kWorst / nWorst, kRest / nRest];
  return {
    says,
    shareWorst,
    shareRest,
    lift: (kWorst + 0.5) / (nWorst + 1) / ((kRest + 0.5) / (nRest + 1)),
    z: standardError > 0 ? (shareWorst - shareRest) / standardError : 0,
  };
}
