import type { AnomalyModelData, TaskCapsule } from "../capsule/index.ts";
import type { AnomalyEvaluation } from "../evaluation/index.ts";
import { loadFeatures } from "../features/index.ts";
import type { LeakageFinding } from "../leakage/index.ts";
import { type Gate, rowsAccount, splitInWords, type TaskInput, type TrainOutcome } from "../training/index.ts";
import type { AnomalyDefinition } from "./definition.ts";
import { type LabelledRows, labelledRows } from "./labelled-rows.ts";
import type { PreparedAnomalies } from "./prepare.ts";

/** Least rank correlation of fits on two halves of the rows for a model without labels to be served: below, the order is mostly chance. */
const leastCorrelation = 0.5;

/** The account of rows, leaks and split that the report gives. */
export function accountOf(
  run: PreparedAnomalies,
  input: TaskInput<AnomalyDefinition>,
  leakage: readonly LeakageFinding[],
  notes: readonly string[],
): Pick<TrainOutcome<TaskCapsule>["report"], "data" | "leakage" | "split"> {
  const { labels, split } = run;
  return {
    ...rowsAccount(run, input, leakage, notes),
    split: {
      kind: split.rule.kind,
      says: labels === null && split.rule.kind === "random" ? "random" : splitInWords(split),
      parts: (["train", "validation", "test"] as const).map((name) => ({
        name,
        n: split[name].length,
        targetMean: labels === null ? null : shareOfAnomalies(labelledRows(run, split[name])),
      })),
      notes: split.notes,
    },
  };
}

function shareOfAnomalies({ yTrue }: LabelledRows): number | null {
  return yTrue.length === 0 ? null : yTrue.reduce((sum, y) => sum + y, 0) / yTrue.length;
}

/** Fewest known anomalies of a part that say much. */
const fewAnomalies = 30;

/** What so few known anomalies cannot tell, in one sentence each; none without labels or with enough of them. */
export function fewNotes(validation: LabelledRows | null, test: LabelledRows | null): string[] {
  const count = (rows: LabelledRows | null) => rows?.yTrue.reduce((sum, y) => sum + y, 0) ?? fewAnomalies;
  const [chosenBy, measuredOn] = [count(validation), count(test)];
  const anomalies = (n: number) => (n === 1 ? "1 known anomaly" : `${n} known anomalies`);
  return [
    ...(chosenBy < fewAnomalies
      ? [
          `the choice among candidates rests on ${anomalies(chosenBy)} of the validation part: another draw of them could choose another`,
        ]
      : []),
    ...(measuredOn < fewAnomalies
      ? [
          `quality is measured on ${anomalies(measuredOn)} of the test part: one more that is found or missed changes recall by ${Math.round(100 / measuredOn)} points`,
        ]
      : []),
  ];
}

/** Columns that become no feature because they tell nothing, in one sentence; none where there are none. */
export function droppedNotes(dropped: readonly { readonly name: string; readonly why: string }[]): string[] {
  const useless = dropped.filter(({ why }) => why !== "excluded");
  if (useless.length === 0) return [];
  const shown = useless.slice(0, 10).map(({ name, why }) => `${name} (${why})`);
  return [
    `columns that tell nothing: ${shown.join(", ")}${useless.length > 10 ? ` and ${useless.length - 10} more` : ""}`,
  ];
}

/** The features of a model as the report lists them. */
export function featuresInWords({ scorer }: AnomalyModelData): TrainOutcome<TaskCapsule>["report"]["features"] {
  const own = loadedOutputs(scorer.features);
  return scorer.kind === "classifier" && scorer.detector !== null
    ? [
        ...own,
        ...loadedOutputs(scorer.detector.features).map((one) => ({
          ...one,
          says: `${one.says}; for the isolation forest`,
        })),
      ]
    : own;
}

const loadedOutputs = (features: AnomalyModelData["scorer"]["features"]) =>
  loadFeatures(features).outputs.map(({ name, from, says }) => ({ name, from, says }));

/** Without labels no quality can be a gate; an order that is mostly chance can. */
export function unlabelledGates({ stability }: AnomalyEvaluation): Gate[] {
  const correlation = stability?.halves.rankCorrelation ?? null;
  const said =
    correlation === null
      ? "undefined: a half of the rows cannot tell them apart"
      : String(Number(correlation.toFixed(3)));
  return [
    {
      name: "stable-order",
      passed: correlation !== null && correlation >= leastCorrelation,
      message: `the rank correlation of fits on two halves of the rows is ${said}; at least ${leastCorrelation} is needed`,
    },
  ];
}
