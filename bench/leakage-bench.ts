import { type Bench, rounded } from "./support.ts";

/** The bench `leakage`: the one of leakage.ts, summed up in one figure. */
export const leakage: Bench = {
  name: "leakage",
  summary: "recall and false alarms of the leakage detectors",
  needsData: true,
  async run({ data }) {
    const { leakageBench } = await import("./leakage.ts");
    const { recall, falseAlarms, known } = await leakageBench(data!);
    const reported = recall.filter(({ use, nRuns }) => use === "report" && nRuns > 0);
    const strong = falseAlarms.find(({ use }) => use === "report")!.strong;
    return {
      name: "leakage",
      ours: rounded(reported.reduce((sum, { found }) => sum + found, 0) / reported.length),
      peer: null,
      unit: "share of injected leaks found, tables not used to set thresholds, all strengths",
      ratio: null,
      cpuRatio: null,
      runs: reported.reduce((sum, { nRuns }) => sum + nRuns, 0),
      note: `no peer; strong false alarms per honest column ${strong.toFixed(4)}; node bench/leakage.ts DIR prints all figures`,
      details: { recall, falseAlarms, known },
      ok: true,
    };
  },
};
