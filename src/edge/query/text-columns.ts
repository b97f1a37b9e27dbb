import type { TextColumn } from "../../platform/data/index.ts";

/** Collects the texts of one column; rows that are never set stay missing. */
export interface TextCollector {
  /** Sets a row to the UTF-8 text between two offsets. */
  setBytes(row: number, bytes: Uint8Array, start: number, end: number): void;
  setText(row: number, text: string): void;
  /** The first `nRows` rows; the collector is empty afterwards. */
  take(nRows: number): { codes: Int32Array; dictionary: string[] };
}

/*
 * A hash table over bytes, so that only distinct fields become strings. `arena` holds the distinct texts one after
 * another, `offsets[k]` where text k starts (one more entry ends the last), `slots` codes + 1 by hash, 0 where free.
 */
/** An empty {@link TextCollector}. */
export function textCollector(): TextCollector {
  let codes = new Int32Array(64).fill(-1);
  let arena = Buffer.allocUnsafe(256);
  let offsets = new Uint32Array(32);
  let hashes = new Int32Array(32);
  let slots = new Int32Array(64);
  let count = 0;
  let isAscii = true;

  function growRows(row: number): void {
    const grown = new Int32Array(Math.max(row + 1, codes.length * 2)).fill(-1);
    grown.set(codes);
    codes = grown;
  }
  function growTable(): void {
    slots = new Int32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 0; code < count; code++) {
      let slot = hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    offsets = copyInto(new Uint32Array(slots.length / 2 + 1), offsets);
    hashes = copyInto(new Int32Array(slots.length / 2), hashes);
  }
  function add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const from = offsets[count]!;
    const to = from + end - start;
    if (to > arena.length) {
      const grown = Buffer.allocUnsafe(Math.max(to, arena.length * 2));
      grown.set(arena.subarray(0, from));
      arena = grown;
    }
    for (let i = start, j = from; i < end; i++, j++) {
      arena[j] = bytes[i]!;
      if (bytes[i]! > 127) isAscii = false;
    }
    hashes[count] = hash;
    slots[slot] = count + 1;
    offsets[count + 1] = to;
    count += 1;
    if (count * 2 >= slots.length - 2) growTable();
    return count - 1;
  }
  function codeOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash ^= hash >>> 13;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot]! - 1;
      if (code < 0) return add(bytes, start, end, hash, slot);
      if (hashes[code] !== hash) continue;
      const from = offsets[code]!;
      const length = offsets[code + 1]! - from;
      if (length !== end - start) continue;
      let same = 0;
      while (same < length && arena[from + same] === bytes[start + same]) same++;
      if (same === length) return code;
    }
  }
  const setBytes = (row: number, bytes: Uint8Array, start: number, end: number) => {
    if (row >= codes.length) growRows(row);
    codes[row] = codeOf(bytes, start, end);
  };
  return {
    setBytes,
    setText(row, text) {
      const bytes = Buffer.from(text);
      setBytes(row, bytes, 0, bytes.length);
    },
    take(nRows) {
      if (nRows > codes.length) growRows(nRows - 1);
      const taken = { codes: codes.slice(0, nRows), dictionary: decode(arena, offsets, count, isAscii) };
      codes.fill(-1);
      slots.fill(0);
      count = 0;
      isAscii = true;
      return taken;
    },
  };
}

function copyInto<A extends Uint32Array | Int32Array>(target: A, source: A): A {
  target.set(source);
  return target;
}

// ASCII is decoded a megabyte at once and cut, which is several times faster than a call per text.
function decode(arena: Buffer, offsets: Uint32Array, count: number, isAscii: boolean): string[] {
  const texts = new Array<string>(count);
  if (!isAscii) {
    for (let k = 0; k < count; k++) texts[k] = arena.toString("utf8", offsets[k]!, offsets[k + 1]!);
    return texts;
  }
  for (let k = 0; k < count; ) {
    const from = offsets[k]!;
    let last = k;
    while (last + 1 < count && offsets[last + 2]! - from < 1 << 20) last++;
    const text = arena.toString("latin1", from, offsets[last + 1]!);
    for (; k <= last; k++) texts[k] = text.slice(offsets[k]! - from, offsets[k + 1]! - from);
  }
  return texts;
}

/** The columns of files read one after another, joined by name. */
export interface TextTable {
  readonly nRows: number;
  readonly names: readonly string[];
  /** The collector of a column; a column that is new is missing in every row before. */
  column(name: string): TextCollector;
  /** Ends a row: the next index to set is `nRows`. */
  endRow(): void;
  /** All columns; the rows are gone from the table afterwards, the names stay. */
  take(): TextColumn[];
}

/** An empty {@link TextTable}. */
export function textTable(): TextTable {
  const columns = new Map<string, TextCollector>();
  let nRows = 0;
  return {
    get nRows() {
      return nRows;
    },
    get names() {
      return [...columns.keys()];
    },
    column(name) {
      const known = columns.get(name);
      if (known !== undefined) return known;
      const added = textCollector();
      columns.set(name, added);
      return added;
    },
    endRow() {
      nRows += 1;
    },
    take() {
      const taken = [...columns].map(([name, column]) => ({ name, ...column.take(nRows) }));
      nRows = 0;
      return taken;
    },
  };
}
