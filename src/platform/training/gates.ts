import type { Evaluation } from "../evaluation/index.ts";
import type { LeakageFinding } from "../leakage/index.ts";
import type { Gate } from "./run-report.ts";

/** The pass rules between a trained model and serving, in the order of their weight. */
export function gatesOf(evaluation: Evaluation, findings: readonly LeakageFinding[], champion: string | null): Gate[] {
  const { comparisons, baseline, repeated } = evaluation;
  const against = (reference: string) => comparisons.find((comparison) => comparison.reference === reference);
  // A small test part sees great differences alone: many resamples see more.
  const toBaseline = repeated?.comparisons[0] ?? against(baseline.name);
  const keptLeaks = findings.filter((finding) => finding.strength === "strong" && finding.decision === "kept");
  const gates: Gate[] = [
    {
      name: "beats-baseline",
      passed: toBaseline?.verdict === "better",
      message: toBaseline?.sentence ?? "no comparison with the baseline could be made",
    },
    {
      name: "no-known-leak",
      passed: keptLeaks.length === 0,
      message:
        keptLeaks.length === 0
          ? "no column with strong evidence of leakage is used"
          : `${keptLeaks.flatMap((finding) => finding.columns).join(", ")} kept by the definition although the evidence of leakage is strong`,
    },
  ];
  const toChampion = champion === null ? undefined : against(champion);
  if (toChampion)
    gates.push({
      name: "not-worse-than-champion",
      passed: toChampion.verdict !== "worse",
      message: toChampion.sentence,
    });
  return gates;
}
