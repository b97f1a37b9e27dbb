// Columns into bins: XGBoost's QuantileDMatrix and LightGBM's dataset construction; ours with the one tree of two leaves that its door asks for.
import { dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { pairedRow, type Row, type RowHead } from "./row.ts";
import { rowsOrReason, type Session, threadsText, withSession } from "./session.ts";

const full = 1_000_000;

/** The greatest ratios to the peers' wall times. */
const goals = { xgboost: 0.5, lightgbm: 1 } as const;
const peers = ["xgboost", "lightgbm"] as const;

/** The bench of binning. */
export const binning: LearningBench = {
  name: "binning",
  run(options) {
    const rows = rowsOf(options, 100_000, full);
    return withSession(options, dataFile("numeric", rows), async (session) => [
      ...(await binWith(1, rows, session)),
      ...(await binWith(2, rows, session)),
    ]);
  },
};

function binWith(threads: number, rows: number, session: Session): Promise<readonly Row[]> {
  const heads = peers.map(
    (peer): RowHead => ({
      bench: "binning",
      what: `${rows} × ${shapeOf("numeric")}, ${threadsText(threads)}, wall time`,
      rows,
      unit: "s",
      goal: { most: goals[peer], of: "ratio", peer, rows: full },
      note: "ours includes one tree of two leaves",
    }),
  );
  return rowsOrReason(heads, async () => {
    const sides = ["ours", ...peers];
    await session.each(sides, { do: "bin", threads });
    const rounds = await session.turns<{ wallSeconds: number }>(sides, { do: "bin", threads, repeats: 3 });
    return peers.map((peer, k) => pairedRow(heads[k]!, rounds, ["ours", peer], ({ wallSeconds }) => wallSeconds));
  });
}
