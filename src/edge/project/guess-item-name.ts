import type { CategoryColumn, Table } from "../../ml/table/index.ts";

/** Names that columns of titles mostly have. */
const usualName =
  /^(title|name|label|(item|product|article|movie|film|track|song|artist|book|game|video|offer)[-_ ]?(title|name|label))$/i;

/**
 * The column that holds the items' names: texts that are a function of the item and tell items apart, where events are at least twice as many as items, so that
 * this is no chance. Of several the one with a usual name; null where none or several remain.
 * @param others columns that have a part of their own
 */
export function guessItemName(table: Table, item: string, others: readonly string[]): string | null {
  const items = table.column(item);
  if (items.kind !== "category" || table.nRows < 2 * items.dictionary.length) return null;
  const fitting = table.names.filter((name) => {
    const column = table.column(name);
    return name !== item && !others.includes(name) && column.kind === "category" && tellsApart(items, column);
  });
  const usual = fitting.filter((name) => usualName.test(name));
  const [found, another] = usual.length > 0 ? usual : fitting;
  return found === undefined || another !== undefined ? null : found;
}

/** Two items may share a title, as films of different years do: so many texts per item are needed. */
const leastTexts = 0.9;

// Whether each item has one text, or none, and different items mostly have different ones.
function tellsApart(items: CategoryColumn, texts: CategoryColumn): boolean {
  const textOf = new Map<number, number>();
  for (let row = 0; row < items.codes.length; row++) {
    const [item, text] = [items.codes[row]!, texts.codes[row]!];
    if (item < 0 || text < 0) continue;
    const known = textOf.get(item);
    if (known !== undefined && known !== text) return false;
    textOf.set(item, text);
  }
  return new Set(textOf.values()).size >= leastTexts * new Set(items.codes.filter((item) => item >= 0)).size;
}
