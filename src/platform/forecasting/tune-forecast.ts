import type { TaskTuneInput, TrialBench } from "../training/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";

export function openForecastTrials(input: TaskTuneInput<ForecastDefinition>): TrialBench {
  throw new Error(input.definition.name);
}
