import { exp, log1p, quantileSorted } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { AnomalyModelData, AnomalyReason, TaskModel } from "../capsule/index.ts";
import { rawRowOf } from "../capsule/index.ts";
import type { AnomalyEvaluation } from "../evaluation/index.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

const nBins = 40;

/** Histogram of the scores of test rows by what is known of them; the last bin also counts what lies beyond its edge, the 99.9 % quantile. */
export function histogramOf(run: PreparedAnomalies, scores: Float64Array): AnomalyEvaluation["histogram"] {
  const sorted = scores.toSorted();
  const [low, middle, high] = [0, 0.5, 0.999].map((share) => quantileSorted(sorted, share)) as [number, number, number];
  const isLog = low >= 0 && high > 10 && high > 20 * Math.max(middle, 1e-9);
  const place = (x: number) => (isLog ? log1p(x) : x);
  const [from, to] = [place(low), place(high > low ? high : low + 1)];
  const edges = Array.from({ length: nBins + 1 }, (_, k) => from + ((to - from) * k) / nBins);
  const counts = { usual: zeros(), anomalous: zeros(), unlabelled: zeros() };
  scores.forEach((score, i) => {
    const bin = Math.min(nBins - 1, Math.max(0, Math.floor(((place(score) - from) / (to - from)) * nBins)));
    const label = run.labels?.[run.split.test[i]!] ?? known.unlabelled;
    const kind = label === known.unlabelled ? "unlabelled" : label === known.usual ? "usual" : "anomalous";
    counts[kind][bin]!++;
  });
  return { scale: isLog ? "log" : "linear", edges: isLog ? edges.map((edge) => exp(edge) - 1) : edges, ...counts };
}

const zeros = () => new Array<number>(nBins).fill(0);

const mostTop = 20;
const mostExplained = 200;

/** The rows of the highest scores with their reasons, and how much each column has part in the reasons of rows that are called anomalous. */
export function topRows(
  run: PreparedAnomalies,
  model: TaskModel,
  { inputs, threshold }: Pick<AnomalyModelData, "inputs" | "threshold">,
  test: Table,
  scores: Float64Array,
): Pick<AnomalyEvaluation, "top" | "columns"> {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const called = order.filter((place) => scores[place]! >= threshold).subarray(0, mostExplained);
  const reasonsAt = (place: number) => {
    const row = rawRowOf({ inputs }, test, place);
    const request = Object.fromEntries(inputs.map(({ name }, j) => [name, row[j] ?? null]));
    return model.answer(request).reasons as unknown as AnomalyReason[];
  };
  const shares = new Map<string, number>();
  const reasons = Array.from(called, reasonsAt);
  for (const row of reasons)
    for (const { column, share } of row) shares.set(column, (shares.get(column) ?? 0) + share / reasons.length);
  const labelOf = (row: number) => {
    const label = run.labels?.[row] ?? known.unlabelled;
    return label === known.unlabelled ? null : run.classes[label]!;
  };
  return {
    top: Array.from(order.subarray(0, mostTop), (place, k) => {
      const row = run.split.test[place]!;
      return { row, score: scores[place]!, label: labelOf(row), reasons: reasons[k] ?? [] };
    }),
    columns: [...shares]
      .map(([column, share]) => ({ column, share }))
      .sort((a, b) => b.share - a.share || (a.column < b.column ? -1 : 1)),
  };
}
