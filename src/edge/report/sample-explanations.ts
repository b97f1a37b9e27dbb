import { createRng } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import type { Explanation } from "../../platform/capsule/index.ts";
import type { ExplanationSummary } from "../../platform/training/index.ts";

const columns = ["age", "education", "occupation", "hours_per_week", "capital_gain", "sex", "signed_up", "fnlwgt"];
const values = [39, "Bachelors", null, 40, 0, "Female", "2024-02-29T00:00:00.000Z", 77_516];

/** Plausible explanations for {@link sampleReport}. */
export function sampleExplanations(task: Task): ExplanationSummary {
  const rng = createRng(5);
  const scale = ({ binary: "log-odds", multiclass: "class-score", regression: "value", ranking: "value" } as const)[
    task
  ];
  const unit = task === "regression" ? 30_000 : 1;
  const of = { binary: ">50K", multiclass: "medium", regression: "value", ranking: "value" }[task];
  const sizes = columns.map((_, j) => unit * 0.62 ** j);
  const points = (j: number) =>
    Array.from({ length: 200 }, () => {
      const place = rng.uniform();
      const value = typeof values[j] === "number" ? Math.round(100 * place) : null;
      return [Number((2 * sizes[j]! * (place - 0.5 + 0.3 * (rng.uniform() - 0.5))).toPrecision(4)), value] as const;
    });
  const contributions = columns.map((feature, j) => ({
    feature,
    value: values[j]!,
    contribution: (j % 3 === 1 ? -1 : 1) * sizes[j]!,
  }));
  const base = -1.2 * unit;
  const explanation: Explanation = {
    of,
    scale,
    base,
    score: contributions.reduce((sum, { contribution }) => sum + contribution, base),
    contributions: contributions.slice(0, 6),
    rest: contributions.slice(6).reduce((sum, { contribution }) => sum + contribution, 0),
  };
  return {
    scale,
    nRows: 500,
    columns: columns.map((column, j) => ({
      column,
      meanAbsolute: { value: sizes[j]!, low: 0.92 * sizes[j]!, high: 1.08 * sizes[j]!, n: 500 },
      gain: 0.45 * 0.55 ** j,
    })),
    swarm: task === "multiclass" ? null : { of, columns: columns.map((column, j) => ({ column, points: points(j) })) },
    pairs: [{ columns: ["age", "hours_per_week"], meanAbsolute: 0.12 * unit }],
    examples: task === "ranking" ? [] : [{ row: 4711, explanation }],
  };
}
