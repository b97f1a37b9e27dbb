import type { TaskTuneInput, TrialBench } from "../training/index.ts";
import type { AnomalyDefinition } from "./definition.ts";

export function openAnomalyTrials(input: TaskTuneInput<AnomalyDefinition>): TrialBench {
  throw new Error(input.definition.name);
}
