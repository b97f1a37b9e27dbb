import { createRng } from "../src/lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../src/ml/table/index.ts";

/** One value of one store. */
export interface Sale {
  readonly at: number;
  readonly store: string;
  readonly region: string;
  readonly sales: number;
}

/** Options of {@link sampleSales}. */
export interface SampleOptions {
  readonly nStores?: number;
  readonly nDays?: number;
  readonly seed?: number;
}

/** Daily sales of stores, seeded: a level, a slow trend, a week, noise. Stores of the south are twice as noisy. */
export function sampleSales({ nStores = 12, nDays = 140, seed = 1 }: SampleOptions = {}): Sale[] {
  const rng = createRng(seed).fork("sales");
  const start = Date.UTC(2025, 0, 6);
  const week = [1, 0.9, 0.95, 1, 1.2, 1.6, 0.5];
  return Array.from({ length: nStores }, (_, s) => {
    const level = 50 + 200 * rng.uniform();
    const trend = 0.3 * rng.uniform() - 0.1;
    const region = s % 2 === 0 ? "north" : "south";
    return Array.from({ length: nDays }, (_, day): Sale => {
      const noise = (rng.uniform() + rng.uniform() - 1) * 0.1 * level * (region === "south" ? 2 : 1);
      const sales = Math.round(100 * ((level + trend * day) * week[day % 7]! + noise)) / 100;
      return { at: start + day * 86_400_000, store: `store ${s + 1}`, region, sales };
    });
  }).flat();
}

/** Sales as a table with the columns `date`, `store`, `region`, `sales`. */
export function salesTable(sales: readonly Sale[]): Table {
  return Table.of({
    date: instantColumn(sales.map(({ at }) => at)),
    store: categoryColumn(sales.map(({ store }) => store)),
    region: categoryColumn(sales.map(({ region }) => region)),
    sales: numberColumn(sales.map(({ sales }) => sales)),
  });
}

/** Sales as CSV text. */
export function salesCsv(sales: readonly Sale[]): string {
  const lines = sales.map(
    ({ at, store, region, sales }) => `${new Date(at).toISOString().slice(0, 10)},${store},${region},${sales}`,
  );
  return `${["date,store,region,sales", ...lines].join("\n")}\n`;
}
