import { mostChunks, type Team, teamOf } from "../team/index.ts";
import { type GbdtKernels, gbdtJobs, jobOf } from "./gbdt-jobs.ts";
import { numberSides } from "./gbdt-scan.ts";
import { outOfMemory } from "./gbdt-size.ts";
import { binLimit, sampleInto, sampleLength } from "./gbdt-thresholds.ts";
import {
  type BinnedTable,
  type BinnedTree,
  type GrowSpace,
  type HistogramLayout,
  hessianBitsOf,
  type PairInput,
  type PairScale,
  type ScanTask,
  type Slot,
  type Split,
  type SplitSettings,
  type Workspace,
} from "./gbdt-workspace.ts";
import type { QueryArrays } from "./lambda-gradients.ts";

const pageBytes = 65_536;
const bytesPerBin = 16;
const blockRows = 256; // as in the kernel
/** Bytes of a found split: gain, left gradient, left hessian (f64), left rows, bin, missing left (i32), 256 bits of a category's sides. */
const recordBytes = 96;
/** Bytes of an item: offset, bins, kind, default bin, step, bins of its column (i32). */
const itemBytes = 24;
const scanScratchBytes = 4096 + 2048 + 1024;
/** Rows of a chunk: enough work that taking it costs nothing. */
const chunkRows = { histogram: 1024, partition: 8192, elementwise: 16_384, bins: 8192, queries: 8192 } as const;
/** A job of fewer bins to scan than this is not worth a second thread. */
const fewestBinsToShare = 4096;

/** The memory of one fit, in the kernels' memory, for one thread or all of the team. Arrays of an earlier workspace must no longer be in use. */
export function compiledWorkspace(kernels: GbdtKernels, isShared: boolean): Workspace {
  const { memory } = kernels;
  const team = teamOf(kernels, isShared ? kernels.nThreads : 1, gbdtJobs);
  let next = kernels.heapBase;
  const take = (bytes: number): number => {
    const at = Math.ceil(next / 64) * 64;
    next = at + bytes;
    const missing = next - memory.buffer.byteLength;
    if (missing > 0 && !grew(memory, Math.ceil(missing / pageBytes))) throw outOfMemory(next);
    return at;
  };
  const heap: Heap = {
    take,
    borrow(bytes, use) {
      const before = next;
      const result = use(take(bytes));
      next = before;
      return result;
    },
    // Room is taken before the buffer is asked for: taking may grow it.
    uint8(n) {
      const at = take(n);
      return new Uint8Array(memory.buffer, at, n).fill(0);
    },
    int32(n) {
      const at = take(4 * n);
      return new Int32Array(memory.buffer, at, n).fill(0);
    },
    // An even number of them, so that a kernel may go on by two.
    float64(n) {
      const even = 2 * Math.ceil(n / 2);
      const at = take(8 * even);
      return new Float64Array(memory.buffer, at, even).fill(0).subarray(0, n);
    },
  };
  return { ...heap, ...elementwise(kernels, team, heap), space: (table) => compiledSpace(kernels, team, heap, table) };
}

function grew(memory: GbdtKernels["memory"], pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

interface Heap extends Pick<Workspace, "uint8" | "int32" | "float64"> {
  /** Address of so many bytes, a multiple of 64. */
  readonly take: (bytes: number) => number;
  /** Gives so many bytes until `use` returns. */
  readonly borrow: <T>(bytes: number, use: (at: number) => T) => T;
}

/** Runs a job over rows, in chunks whose number fits the team. */
function overRows(team: Team, job: number, n: number, rowsPerChunk: number, args: readonly number[], from = 0): void {
  const size = Math.max(rowsPerChunk, 2 * Math.ceil(n / (2 * mostChunks)));
  team.args[0] = from;
  team.args[1] = from + n;
  team.args[2] = team.size === 1 ? Math.max(1, n) : size;
  team.args.set(args, 3);
  team.run(job, team.size === 1 ? 1 : Math.max(1, Math.ceil(n / size)));
}

const addressOf = (array: { readonly byteOffset: number } | null): number => array?.byteOffset ?? 0;

function elementwise(kernels: GbdtKernels, team: Team, heap: Heap) {
  const { memory } = kernels;
  const padded = heap.take(4 * 256);
  let room = { nodes: 0, at: 0 };
  const staged = 65_536;
  let staging: Float64Array | null = null;
  return {
    thresholds,
    binNumbers(values: Float64Array, thresholds: Float32Array, out: Uint8Array) {
      staging ??= heap.float64(Math.max(staged, 1));
      new Float32Array(memory.buffer, padded, 256).fill(Number.POSITIVE_INFINITY).set(thresholds);
      // The table's numbers are not in the kernels' memory: they pass through it.
      for (let from = 0; from < values.length; from += staged) {
        const part = values.subarray(from, from + staged);
        staging.set(part);
        const args = [addressOf(staging), padded, thresholds.length, thresholds.length + 1, addressOf(out) + from];
        overRows(team, jobOf.binNumbers, part.length, chunkRows.bins, args);
      }
    },
    toRows(columns: Uint8Array, nColumns: number, stride: number, rows: Uint8Array) {
      const n = columns.length / nColumns;
      overRows(team, jobOf.toRows, n, chunkRows.bins, [addressOf(columns), n, nColumns, stride, addressOf(rows)]);
    },
    reorder(
      order: Int32Array,
      spare: Int32Array,
      { n, columns, rows, stride, columnBins }: BinnedTable,
      beside: readonly Float64Array[],
    ) {
      const gather = (array: number, size: number) => {
        const args = [array, addressOf(order), addressOf(spare), size];
        overRows(team, jobOf.gatherRows, n, chunkRows.elementwise, args);
        kernels.functions.copy(array, addressOf(spare), size * n);
      };
      for (const values of beside) gather(addressOf(values), 8);
      for (let j = 0; j < columnBins.length; j++) gather(addressOf(columns) + j * n, 1);
      const args = [addressOf(columns), n, columnBins.length, stride, addressOf(rows)];
      overRows(team, jobOf.toRows, n, chunkRows.bins, args);
    },
    addTree({ n, rows, stride }: BinnedTable, tree: BinnedTree, scores: Float64Array) {
      const nNodes = tree.column.length;
      if (nNodes === 0) {
        for (let i = 0; i < n; i++) scores[i]! += tree.value[0]!;
        return;
      }
      const at = treeRoom(nNodes);
      const nodes = new Int32Array(memory.buffer, at, 4 * nNodes);
      const tables = new Uint8Array(memory.buffer, at + 16 * nNodes, 256 * nNodes);
      for (let k = 0; k < nNodes; k++) {
        nodes.set([tree.column[k]!, tree.left[k]!, tree.right[k]!, 0], 4 * k);
        tables.set(tree.tables[k]!, 256 * k);
      }
      new Float64Array(memory.buffer, at + 272 * nNodes, nNodes + 1).set(tree.value);
      const args = [addressOf(rows), stride, at, at + 16 * nNodes, at + 272 * nNodes, addressOf(scores)];
      overRows(team, jobOf.addTree, n, chunkRows.elementwise, args);
    },
    logisticPairs({ scores, labels, weights }: PairInput, scale: PairScale, pairs: Int32Array) {
      const args = [scores, labels, weights].map(addressOf);
      const n = labels.length;
      overRows(team, jobOf.logisticPairs, n, chunkRows.elementwise, [
        ...args,
        scale.perGradient,
        scale.perHessian,
        addressOf(pairs),
      ]);
    },
    squaredGradients({ scores, labels, weights }: PairInput, gradients: Float64Array): number {
      team.answers.fill(0);
      const args = [scores, labels, weights, gradients].map(addressOf);
      overRows(team, jobOf.squaredGradients, labels.length, chunkRows.elementwise, args);
      return team.answers.reduce((most, value) => Math.max(most, value), 0);
    },
    lambdaGradients({ starts, rows, order, gains, perBest, discounts, weights, truncation }: QueryArrays) {
      const longest = discounts.length - 1;
      const head = heap.int32(9);
      head.set([starts, rows, order, gains, perBest, discounts, weights].map(addressOf));
      head.set([truncation, longest], 7);
      // Six arrays of numbers and two of positions, each with one more for the second lane.
      const scratchBytes = 64 * (longest + 2);
      const scratch = heap.take(scratchBytes * team.size);
      const nQueries = starts.length - 1;
      const perChunk = Math.max(1, Math.floor((chunkRows.queries * nQueries) / rows.length));
      return (scores: Float64Array, gradients: Float64Array, hessians: Float64Array) => {
        const args = [addressOf(head), addressOf(scores), addressOf(gradients), addressOf(hessians)];
        overRows(team, jobOf.lambdaGradients, nQueries, perChunk, [...args, scratch, scratchBytes]);
      };
    },
    roundPairs(
      gradients: Float64Array,
      hessians: Float64Array | number,
      { perGradient, perHessian }: PairScale,
      pairs: Int32Array,
    ) {
      const isConstant = typeof hessians === "number";
      const args = [
        addressOf(gradients),
        isConstant ? 0 : addressOf(hessians),
        isConstant ? hessians : 0,
        perGradient,
        perHessian,
        addressOf(pairs),
      ];
      overRows(team, jobOf.roundPairs, pairs.length / 2, chunkRows.elementwise, args);
    },
  };

  function thresholds(columns: readonly Float64Array[], mostBins: number): Float32Array[] {
    const k = columns.length;
    if (k === 0) return [];
    const length = 16 * Math.ceil(sampleLength(columns[0]!.length) / 16);
    const scratchBytes = 24_576 + 4 * length;
    const heads = 64 * Math.ceil((8 * k) / 64);
    const bytes = heads + 1024 * k + 4 * length * k + scratchBytes * team.size;
    return heap.borrow(bytes, (at) => {
      const out = at + heads;
      const samples = out + 1024 * k;
      const head = new Int32Array(memory.buffer, at, 2 * k);
      columns.forEach((values, j) => {
        const n = sampleInto(values, new Float32Array(memory.buffer, samples + 4 * length * j, length));
        head.set([n, binLimit(n, mostBins)], 2 * j);
      });
      team.args.set([samples, length, at, out, samples + 4 * length * k, scratchBytes]);
      team.run(jobOf.learnThresholds, k);
      return columns.map((_, j) => new Float32Array(memory.buffer, out + 1024 * j, team.answers[j]!).slice());
    });
  }

  function treeRoom(nNodes: number): number {
    if (room.nodes < nNodes) room = { nodes: 2 * nNodes, at: heap.take(280 * 2 * nNodes + 16) };
    return room.at;
  }
}

function compiledSpace(kernels: GbdtKernels, team: Team, heap: Heap, table: BinnedTable): GrowSpace {
  const { memory, functions } = kernels;
  const { n, columns, rows: bins, stride } = table;
  const { take } = heap;
  const rows = heap.int32(n);
  const pairs = heap.int32(2 * n + 2).subarray(0, 2 * n);
  const spare = heap.int32(n);
  const spareLeft = team.size > 1 ? heap.int32(n) : spare;
  const sideTable = heap.uint8(256);
  const hessianBits = hessianBitsOf(n);
  const blockBytes = blockRows * (stride + 16);
  const blocks = take(team.size * blockBytes);
  const scanScratch = take(team.size * scanScratchBytes);
  const touched = heap.int32(team.size);
  const settingsAt = take(56);
  const free: Slot[] = [];
  let room: LayoutRoom = { nItems: 0, bins: 0, at: 0, parts: 0, leaves: { n: 0, at: 0 } };
  let layout: HistogramLayout;
  let settings: SplitSettings;
  let sample: number | null = null;

  const histogramBytes = () => bytesPerBin * layout.offsets.at(-1)!;
  const build = (from: number, to: number): Slot => {
    const slot = free.pop() ?? take(bytesPerBin * room.bins);
    functions.clear(slot, histogramBytes());
    touched.fill(0);
    const isOrdered = sample === null && to - from === n;
    overRows(
      team,
      jobOf.histogram,
      to - from,
      chunkRows.histogram,
      [
        addressOf(bins),
        stride,
        isOrdered ? 0 : addressOf(rows),
        addressOf(pairs),
        hessianBits,
        columnsAt(room),
        offsetsAt(room),
        layout.columns.length,
        layout.nQuads,
        slot,
        room.parts,
        bytesPerBin * room.bins,
        blocks,
        blockBytes,
        addressOf(touched),
      ],
      from,
    );
    return slot;
  };
  // Sums up what the threads built, takes it from the parent's, and scans what is asked for.
  const finish = (slot: Slot, parent: Slot, tasks: readonly (ScanTask | null)[]): (Split | null)[] => {
    const nColumns = layout.columns.length;
    const isShared = team.size > 1 && layout.offsets.at(-1)! >= fewestBinsToShare;
    const perChunk = isShared ? 4 * Math.ceil(nColumns / (4 * Math.min(64, Math.ceil(nColumns / 4)))) : nColumns;
    const nChunks = Math.ceil(nColumns / perChunk);
    const { args } = team;
    args.set([slot, parent, offsetsAt(room), perChunk, nColumns, room.parts, bytesPerBin * room.bins]);
    args.set([addressOf(touched), team.size, hessianBits, settingsAt, itemsAt(room), scanScratch, scanScratchBytes], 7);
    tasks.forEach((task, side) => {
      args.set(taskArguments(task, side, perChunk, nChunks), 14 + 8 * side);
    });
    writeBounds(tasks);
    team.run(jobOf.finish, nChunks);
    touched.fill(0);
    return tasks.map((task, side) => task && bestOf(task, recordsAt(room, side)));
  };
  const writeBounds = (tasks: readonly (ScanTask | null)[]) => {
    // Children of one parent may have different bounds; those are scanned one at a time.
    const rule = tasks.find((task) => task?.rule)?.rule;
    if (rule) new Float64Array(memory.buffer, settingsAt + 40, 2).set([rule.low, rule.high]);
  };
  const taskArguments = (task: ScanTask | null, side: number, perChunk: number, nChunks: number): number[] => {
    if (task === null) return [0, 0, 0, 0, 0, 0, 0, 0];
    const list = listAt(room, side);
    const starts = startsAt(room, side);
    new Int32Array(memory.buffer, list, task.items.length).set(task.items);
    new Int32Array(memory.buffer, starts, nChunks + 1).set(chunkStarts(layout, task.items, perChunk, nChunks));
    const { g, h, n: count } = task.sums;
    if (task.rule === undefined) return [list, starts, g, h, count, 0, 0, recordsAt(room, side)];
    new Int32Array(memory.buffer, monotoneAt(room, side), layout.items.length).set(task.rule.monotone);
    new Float64Array(memory.buffer, drawsAt(room, side), layout.items.length).set(task.rule.draws);
    return [list, starts, g, h, count, monotoneAt(room, side), drawsAt(room, side), recordsAt(room, side)];
  };
  const bestOf = ({ items, sums }: ScanTask, records: number): Split | null => {
    const floats = new Float64Array(memory.buffer, records, (recordBytes / 8) * layout.items.length);
    const ints = new Int32Array(memory.buffer, records, (recordBytes / 4) * layout.items.length);
    let best = -1;
    let gain = 0;
    for (const index of items) {
      if (ints[24 * index + 7]! < 0) continue;
      const here = floats[12 * index]!;
      // Of equal gains the first feature counts, however features share columns.
      const isEarlier = here === gain && best >= 0 && layout.items[index]!.feature < layout.items[best]!.feature;
      if (!(here > gain || isEarlier)) continue;
      best = index;
      gain = here;
    }
    if (best < 0) return null;
    return readSplit(
      layout,
      best,
      floats,
      ints,
      new Uint8Array(memory.buffer, records + recordBytes * best + 48, 32),
      sums.n,
    );
  };
  return {
    rows,
    pairs,
    begin(nextLayout, nextSettings, nextSample) {
      layout = nextLayout;
      settings = nextSettings;
      sample = nextSample;
      room = roomFor(layout, room, team, heap, free);
      writeLayout(memory.buffer, room, layout);
      writeSettings(memory.buffer, settingsAt, settings);
      if (sample === null) overRows(team, jobOf.number, n, chunkRows.elementwise, [addressOf(rows)]);
    },
    root() {
      const slot = build(0, sample ?? n);
      finish(slot, 0, [null, null]);
      return { slot, sums: sumsAt(memory.buffer, slot, layout.offsets[1]!, hessianBits) };
    },
    scan: (slot, task) => finish(slot, 0, [task, null])[0]!,
    children(parent, { from, to, task }, larger) {
      const slot = build(from, to);
      if (task?.rule === undefined || larger === null) {
        const [a, b] = finish(slot, parent, [task, larger]);
        return { slot, smaller: a!, larger: b! };
      }
      const [a] = finish(slot, parent, [task, null]);
      return { slot, smaller: a!, larger: finish(parent, 0, [larger, null])[0]! };
    },
    release: (slot) => void free.push(slot),
    partition(from, to, column, goesLeft) {
      sideTable.set(goesLeft);
      const source = addressOf(columns) + column * n;
      const count = to - from;
      if (team.size === 1 || count < 2 * chunkRows.partition) {
        const at = addressOf(rows) + 4 * from;
        const nLeft = functions.partition(source, at, count, addressOf(sideTable), at, addressOf(spare));
        functions.copy(at + 4 * nLeft, addressOf(spare), 4 * (count - nLeft));
        return from + nLeft;
      }
      const parts = [addressOf(spareLeft), addressOf(spare)];
      const args = [source, addressOf(rows), addressOf(sideTable), ...parts];
      overRows(team, jobOf.partition, count, chunkRows.partition, args, from);
      const nChunks = Math.ceil(count / team.args[2]!);
      let middle = from;
      for (let chunk = 0; chunk < nChunks; chunk++) middle += team.answers[chunk]!;
      overRows(team, jobOf.gather, count, chunkRows.partition, [addressOf(rows), middle, ...parts], from);
      return middle;
    },
    addLeaves(scores, leaves, values) {
      const nLeaves = leaves.length;
      if (room.leaves.n < nLeaves) room = { ...room, leaves: { n: 2 * nLeaves, at: take(32 * nLeaves) } };
      const ranges = new Int32Array(memory.buffer, room.leaves.at, 2 * nLeaves);
      leaves.forEach(({ from, to }, k) => {
        ranges[2 * k] = from;
        ranges[2 * k + 1] = to;
      });
      const valuesAt = room.leaves.at + 8 * nLeaves;
      new Float64Array(memory.buffer, valuesAt, nLeaves).set(values);
      team.args.set([addressOf(scores), addressOf(rows), room.leaves.at, valuesAt]);
      addAll(team, nLeaves);
    },
  };
}

// A job has at most so many chunks; more leaves than that are added in turns.
function addAll(team: Team, nLeaves: number): void {
  const leavesAt = team.args[2]!;
  const valuesAt = team.args[3]!;
  for (let from = 0; from < nLeaves; from += mostChunks) {
    team.args[2] = leavesAt + 8 * from;
    team.args[3] = valuesAt + 8 * from;
    team.run(jobOf.addLeaves, Math.min(mostChunks, nLeaves - from));
  }
}

/** Where the layout, its scan lists and records lie, with room for so many items and bins; and where the threads' own histograms are. */
interface LayoutRoom {
  readonly nItems: number;
  readonly bins: number;
  readonly at: number;
  readonly parts: number;
  readonly leaves: { readonly n: number; readonly at: number };
}

const columnsAt = ({ at }: LayoutRoom) => at;
const offsetsAt = ({ at, nItems }: LayoutRoom) => at + 4 * (nItems + 2);
const itemsAt = ({ at, nItems }: LayoutRoom) => at + 8 * (nItems + 2);
const listAt = ({ at, nItems }: LayoutRoom, side: number) => at + (8 + itemBytes + 4 * side) * (nItems + 2);
const startsAt = ({ at, nItems }: LayoutRoom, side: number) => at + (16 + itemBytes + 4 * side) * (nItems + 2);
const monotoneAt = ({ at, nItems }: LayoutRoom, side: number) => at + (24 + itemBytes + 4 * side) * (nItems + 2);
const drawsAt = ({ at, nItems }: LayoutRoom, side: number) => at + (32 + itemBytes + 8 * side) * (nItems + 2);
const recordsAt = ({ at, nItems }: LayoutRoom, side: number) =>
  at + (48 + itemBytes + recordBytes * side) * (nItems + 2);

function roomFor(layout: HistogramLayout, room: LayoutRoom, team: Team, heap: Heap, free: Slot[]): LayoutRoom {
  const nItems = Math.max(layout.items.length, layout.columns.length);
  const bins = layout.offsets.at(-1)!;
  if (nItems <= room.nItems && bins <= room.bins) return room;
  // Histograms of the old size are too small: their memory is left, which happens only where a later tree has more bins.
  free.length = 0;
  const even = 2 * Math.ceil(Math.max(nItems, room.nItems) / 2);
  const most = Math.max(bins, room.bins);
  const at = heap.take((48 + itemBytes + 2 * recordBytes) * (even + 2));
  const parts = team.size > 1 ? heap.uint8((team.size - 1) * bytesPerBin * most).byteOffset : 0;
  return { nItems: even, bins: most, at, parts, leaves: room.leaves };
}

function writeLayout(buffer: ArrayBufferLike, room: LayoutRoom, { columns, offsets, items }: HistogramLayout): void {
  new Int32Array(buffer, columnsAt(room), columns.length).set(columns);
  const bytes = new Int32Array(buffer, offsetsAt(room), offsets.length);
  for (let k = 0; k < offsets.length; k++) bytes[k] = bytesPerBin * offsets[k]!;
  const rows = new Int32Array(buffer, itemsAt(room), 6 * items.length);
  items.forEach(({ offset, nBins, kind, defaultBin, step, columnBins: ofColumn }, k) => {
    rows.set([bytesPerBin * offset, nBins, kind === "category" ? 1 : 0, defaultBin, step, ofColumn], 6 * k);
  });
}

function writeSettings(buffer: ArrayBufferLike, at: number, settings: SplitSettings): void {
  const floats = new Float64Array(buffer, at, 7);
  floats[0] = settings.lambda;
  floats[1] = settings.minHessian;
  new Int32Array(buffer, at + 16, 2).set([settings.minRows, settings.minLevelRows]);
  floats[3] = settings.minGain;
  floats[4] = settings.categorySmoothing;
}

// Where the listed items of each chunk of columns begin in the list.
function chunkStarts({ items }: HistogramLayout, list: Int32Array, perChunk: number, nChunks: number): Int32Array {
  const starts = new Int32Array(nChunks + 1).fill(list.length);
  if (nChunks === 1) starts[0] = 0;
  else
    for (let k = list.length - 1, chunk = nChunks - 1; chunk >= 0; chunk--) {
      while (k >= 0 && items[list[k]!]!.slot >= chunk * perChunk) k--;
      starts[chunk] = k + 1;
    }
  return starts;
}

function sumsAt(buffer: ArrayBufferLike, slot: Slot, nBins: number, hessianBits: number) {
  const bins = new BigInt64Array(buffer, slot, 2 * nBins);
  let g = 0n;
  let packed = 0n;
  for (let bin = 0; bin < nBins; bin++) {
    g += bins[2 * bin]!;
    packed += bins[2 * bin + 1]!;
  }
  const bits = BigInt(hessianBits);
  return { g: Number(g), h: Number(packed & ((1n << bits) - 1n)), n: Number(packed >> bits) };
}

function readSplit(
  { items }: HistogramLayout,
  index: number,
  floats: Float64Array,
  ints: Int32Array,
  bits: Uint8Array,
  n: number,
): Split {
  const item = items[index]!;
  const gain = floats[12 * index]!;
  const left = { g: floats[12 * index + 1]!, h: floats[12 * index + 2]!, n: ints[24 * index + 6]! };
  if (item.kind === "category") {
    const goesLeft = Uint8Array.from({ length: item.nBins }, (_, bin) => (bits[bin >> 3]! >> (bin & 7)) & 1);
    return { gain, item, bin: -1, goesLeft, left };
  }
  const bin = ints[24 * index + 7]!;
  const nMissing = ints[24 * index + 9]!;
  const goesLeft = numberSides(item, bin, nMissing, ints[24 * index + 8] === 1, left.n, n);
  return { gain, item, bin, goesLeft, left };
}
