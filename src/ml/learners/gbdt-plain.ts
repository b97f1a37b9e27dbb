import { sigmoid } from "../stats/index.ts";
import { scanItem } from "./gbdt-scan.ts";
import { thresholdsOf } from "./gbdt-thresholds.ts";
import {
  type BinnedTable,
  type BinnedTree,
  type GrowSpace,
  type HistogramLayout,
  nearestWhole,
  type PairInput,
  type PairScale,
  type ScanTask,
  type Slot,
  type Split,
  type SplitSettings,
  type Workspace,
} from "./gbdt-workspace.ts";
import { lambdaGradients } from "./lambda-gradients.ts";

/** Numbers per bin: gradient, hessian, rows. */
export const numbersPerBin = 3;

/** The specification of the compiled kernels, and what runs where they are not built. */
export const plainWorkspace: Workspace = {
  uint8: (n) => new Uint8Array(n),
  int32: (n) => new Int32Array(n),
  float64: (n) => new Float64Array(n),
  thresholds: (columns, mostBins) => columns.map((values) => thresholdsOf(values, mostBins)),
  binNumbers,
  toRows,
  space: plainSpace,
  reorder,
  addTree,
  logisticPairs,
  squaredGradients,
  lambdaGradients: (queries) => (scores, gradients, hessians) => lambdaGradients(queries, scores, gradients, hessians),
  roundPairs,
};

function binNumbers(values: Float64Array, thresholds: Float32Array, out: Uint8Array): void {
  const missing = thresholds.length + 1;
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(values[i]!);
    out[i] = value === value ? firstAtLeast(thresholds, value) : missing;
  }
}

// Index of the first threshold that is not below the value; their number where all are.
function firstAtLeast(thresholds: Float32Array, value: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function toRows(columns: Uint8Array, nColumns: number, stride: number, rows: Uint8Array): void {
  const n = columns.length / nColumns;
  for (let j = 0; j < nColumns; j++) for (let i = 0; i < n; i++) rows[i * stride + j] = columns[j * n + i]!;
}

function reorder(order: Int32Array, _spare: Int32Array, table: BinnedTable, beside: readonly Float64Array[]): void {
  const { n, columns, rows, stride, columnBins } = table;
  const places = order.slice();
  for (const values of beside) values.set(Float64Array.from(places, (place) => values[place]!));
  for (let j = 0; j < columnBins.length; j++) {
    const column = columns.subarray(j * n, (j + 1) * n);
    column.set(Uint8Array.from(places, (place) => column[place]!));
  }
  toRows(columns, columnBins.length, stride, rows);
}

function addTree({ n, rows, stride }: BinnedTable, tree: BinnedTree, scores: Float64Array): void {
  const { column, left, right, tables, value } = tree;
  for (let i = 0; i < n; i++) {
    let node = column.length === 0 ? -1 : 0;
    while (node >= 0) node = (tables[node]![rows[i * stride + column[node]!]!] === 1 ? left : right)[node]!;
    scores[i]! += value[~node]!;
  }
}

function logisticPairs({ scores, labels, weights }: PairInput, scale: PairScale, pairs: Int32Array): void {
  for (let i = 0; i < labels.length; i++) {
    const p = sigmoid(scores[i]!);
    const weight = weights === null ? 1 : weights[i]!;
    pairs[2 * i] = nearestWhole(weight * (p - labels[i]!) * scale.perGradient);
    pairs[2 * i + 1] = nearestWhole(weight * Math.max(p * (1 - p), 1e-16) * scale.perHessian);
  }
}

function squaredGradients({ scores, labels, weights }: PairInput, gradients: Float64Array): number {
  let most = 0;
  for (let i = 0; i < labels.length; i++) {
    const gradient = (weights === null ? 1 : weights[i]!) * (scores[i]! - labels[i]!);
    gradients[i] = gradient;
    most = Math.max(most, Math.abs(gradient));
  }
  return most;
}

function roundPairs(
  gradients: Float64Array,
  hessians: Float64Array | number,
  { perGradient, perHessian }: PairScale,
  pairs: Int32Array,
): void {
  for (let i = 0; 2 * i < pairs.length; i++) {
    pairs[2 * i] = nearestWhole(gradients[i]! * perGradient);
    pairs[2 * i + 1] = nearestWhole((typeof hessians === "number" ? hessians : hessians[i]!) * perHessian);
  }
}

function plainSpace(table: BinnedTable): GrowSpace {
  const { n, columns } = table;
  const rows = new Int32Array(n);
  const spare = new Int32Array(n);
  const pairs = new Int32Array(2 * n);
  const slots: Float64Array[] = [];
  const free: Slot[] = [];
  let layout: HistogramLayout;
  let settings: SplitSettings;
  let size = n;

  const take = (): Slot => {
    const slot = free.pop() ?? slots.push(new Float64Array(0)) - 1;
    const length = numbersPerBin * layout.offsets.at(-1)!;
    if (slots[slot]!.length < length) slots[slot] = new Float64Array(length);
    else slots[slot]!.fill(0);
    return slot;
  };
  const build = (from: number, to: number): Slot => {
    const slot = take();
    histogram(table, rows, from, to, pairs, layout, slots[slot]!);
    return slot;
  };
  const scan = (slot: Slot, task: ScanTask): Split | null => {
    let best: Split | null = null;
    for (const index of task.items) {
      const split = scanItem(slots[slot]!, layout.items[index]!, index, task, settings);
      if (split && isBetter(split, best)) best = split;
    }
    return best;
  };
  return {
    rows,
    pairs,
    begin(nextLayout, nextSettings, sample) {
      layout = nextLayout;
      settings = nextSettings;
      size = sample ?? n;
      if (sample === null) for (let i = 0; i < n; i++) rows[i] = i;
    },
    root() {
      const slot = build(0, size);
      return { slot, sums: sumsOf(slots[slot]!, layout) };
    },
    scan,
    children(parent, { from, to, task }, larger) {
      const slot = build(from, to);
      const sums = slots[parent]!;
      slots[slot]!.forEach((value, k) => {
        sums[k]! -= value;
      });
      return { slot, smaller: task && scan(slot, task), larger: larger && scan(parent, larger) };
    },
    release: (slot) => void free.push(slot),
    partition: (from, to, column, goesLeft) =>
      partition(columns.subarray(column * n, (column + 1) * n), rows, spare, from, to, goesLeft),
    addLeaves(scores, leaves, values) {
      leaves.forEach(({ from, to }, k) => {
        for (let at = from; at < to; at++) scores[rows[at]!]! += values[k]!;
      });
    },
  };
}

// Of equal gains the first feature counts, however features share columns.
function isBetter(split: Split, best: Split | null): boolean {
  if (best === null) return split.gain > 0;
  return split.gain > best.gain || (split.gain === best.gain && split.item.feature < best.item.feature);
}

function histogram(
  { rows: bins, stride }: BinnedTable,
  rows: Int32Array,
  from: number,
  to: number,
  pairs: Int32Array,
  { columns, offsets }: HistogramLayout,
  out: Float64Array,
): void {
  for (let k = from; k < to; k++) {
    const i = rows[k]!;
    const base = i * stride;
    for (let j = 0; j < columns.length; j++) {
      const at = numbersPerBin * (offsets[j]! + bins[base + columns[j]!]!);
      out[at]! += pairs[2 * i]!;
      out[at + 1]! += pairs[2 * i + 1]!;
      out[at + 2]! += 1;
    }
  }
}

// The sums of all rows stand in the bins of any one column.
function sumsOf(histogram: Float64Array, { offsets }: HistogramLayout) {
  const sums = { g: 0, h: 0, n: 0 };
  for (let bin = 0; bin < offsets[1]!; bin++) {
    sums.g += histogram[numbersPerBin * bin]!;
    sums.h += histogram[numbersPerBin * bin + 1]!;
    sums.n += histogram[numbersPerBin * bin + 2]!;
  }
  return sums;
}

function partition(
  column: Uint8Array,
  rows: Int32Array,
  spare: Int32Array,
  from: number,
  to: number,
  goesLeft: Uint8Array,
): number {
  let left = from;
  let right = 0;
  for (let k = from; k < to; k++) {
    const i = rows[k]!;
    if (goesLeft[column[i]!]! === 1) rows[left++] = i;
    else spare[right++] = i;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}
