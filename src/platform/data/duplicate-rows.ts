import { isMissing, type Table } from "../../ml/table/index.ts";

/** Rows that equal an earlier row in every column, ascending. Rows are hashed to 64 bits, equal hashes are compared in full. */
export function duplicateRows(table: Table): number[] {
  const { nRows } = table;
  if (table.nColumns === 0) return [];
  const low = new Uint32Array(nRows).fill(0x811c9dc5);
  const high = new Uint32Array(nRows).fill(0x9e3779b9);
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  for (const [, column] of table.entries()) {
    for (let i = 0; i < nRows; i++) {
      // + 0 makes −0 the 0 that it equals.
      bits[0] = isMissing(column, i) ? Number.NaN : (column.kind === "category" ? column.codes : column.values)[i]! + 0;
      low[i] = Math.imul(low[i]! ^ words[0]!, 0x01000193) ^ Math.imul(words[1]!, 0x85ebca6b);
      high[i] = Math.imul((high[i]! ^ words[1]!) + words[0]!, 0xc2b2ae35);
      low[i]! ^= low[i]! >>> 15;
      high[i]! ^= high[i]! >>> 13;
    }
  }
  const first = new Map<number, number>();
  const duplicates: number[] = [];
  for (let i = 0; i < nRows; i++) {
    const key = (high[i]! % 2097152) * 4294967296 + low[i]!;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, i);
    else if (equalRows(table, earlier, i)) duplicates.push(i);
  }
  return duplicates;
}

function equalRows(table: Table, a: number, b: number): boolean {
  for (const [, column] of table.entries()) {
    const values = column.kind === "category" ? column.codes : column.values;
    if (values[a] !== values[b] && !(isMissing(column, a) && isMissing(column, b))) return false;
  }
  return true;
}
