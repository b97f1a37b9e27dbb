// Predictions of one row and of 10,000, one thread, models of 100 and 500 trees of each side's own training.
import { dataFile } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { pairedRow, plainRow, type Row } from "./row.ts";
import { type Session, withSession } from "./session.ts";

const batchRows = 10_000;

/** Goals by size of the model: ratios to XGBoost, and microseconds of one row. */
const sizes = [
  { trees: 100, singleRatio: 0.05, singleMicroseconds: 3, batchRatio: 0.3 },
  { trees: 500, singleRatio: 0.1, singleMicroseconds: 8, batchRatio: 0.7 },
] as const;

interface PerRow {
  readonly microseconds: number;
}

/** The bench of prediction. */
export const predict: LearningBench = {
  name: "predict",
  run(options) {
    const rows = rowsOf(options, 20_000, 100_000);
    return withSession(options, dataFile("numeric", rows), async (session) => {
      const found: Row[] = [];
      for (const size of sizes) found.push(...(await predictWith(size, rows, session)));
      return found;
    });
  },
};

async function predictWith(size: (typeof sizes)[number], rows: number, session: Session): Promise<Row[]> {
  const { trees, singleRatio, singleMicroseconds, batchRatio } = size;
  const sides = ["ours", "xgboost"] as const;
  await session.each(sides, { do: "train", trees });
  const single = await session.turns<PerRow>(sides, { do: "predict-row" });
  const batch = await session.turns<PerRow>(sides, { do: "predict", rows: batchRows });
  const head = (what: string) => ({ bench: "predict", what: `${what}, ${trees} trees`, rows, unit: "µs a row" });
  const most = (ratio: number) => ({ most: ratio, of: "ratio", peer: "xgboost" }) as const;
  const microseconds = (one: PerRow) => one.microseconds;
  const row = pairedRow({ ...head("one row"), goal: most(singleRatio) }, single, sides, microseconds);
  const absolute = { most: singleMicroseconds, of: "ours" } as const;
  return [
    row,
    plainRow({ ...head("one row"), goal: absolute }, row.ours, single),
    pairedRow({ ...head(`${batchRows} rows`), goal: most(batchRatio) }, batch, sides, microseconds),
  ];
}
