// The learning engine against XGBoost, LightGBM and scikit-learn: one table of figures, ratios and goals.

import { binning } from "./learning/binning.ts";
import { contention } from "./learning/contention.ts";
import { flights } from "./learning/flights.ts";
import type { LearningBench } from "./learning/learning-bench.ts";
import { memory } from "./learning/memory.ts";
import { predict } from "./learning/predict.ts";
import { lineOf, type Row } from "./learning/row.ts";
import { scaling } from "./learning/scaling.ts";
import { shap } from "./learning/shap.ts";
import { trainingBenches } from "./learning/training.ts";
import { type Bench, ensureBuilt } from "./support.ts";

const parts: readonly LearningBench[] = [
  ...trainingBenches,
  binning,
  contention,
  memory,
  predict,
  shap,
  scaling,
  flights,
];

/** The bench `learning`. */
export const learning: Bench = {
  name: "learning",
  summary: `the learning engine against its peers: ${parts.map(({ name }) => name).join(", ")}`,
  needsData: false,
  async run(options) {
    ensureBuilt();
    const { only, say } = options;
    const unknown = only.find((name) => !parts.some((part) => part.name === name));
    if (unknown !== undefined)
      throw new Error(`--only ${unknown}: the parts are ${parts.map(({ name }) => name).join(", ")}`);
    const rows: Row[] = [];
    for (const part of parts) {
      if (only.length > 0 && !only.includes(part.name)) continue;
      for (const row of await part.run(options)) {
        rows.push(row);
        say(lineOf(row));
      }
    }
    const count = (met: boolean) => rows.filter((row) => row.met === met).length;
    return {
      name: "learning",
      ours: count(true),
      peer: null,
      unit: `of ${count(true) + count(false)} goals met`,
      ratio: null,
      cpuRatio: null,
      runs: options.runs,
      note: "ratios of the rows are ours / peer, below 1 where ours is better",
      details: { rows },
      ok: count(false) === 0,
    };
  },
};
