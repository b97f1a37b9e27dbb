import { FettleError } from "../../lib/index.ts";
import { type TrainHooks, type TrainStage, trainStages } from "./train-input.ts";

/** Tells the hooks of each stage, measures its seconds, and ends where the hooks ask for it. */
export function stageClock(hooks: TrainHooks) {
  const now = hooks.elapsedSeconds ?? (() => 0);
  const seconds: Partial<Record<TrainStage, number>> = {};
  let current: TrainStage = trainStages[0];
  let since = now();
  const leave = () => {
    seconds[current] = (seconds[current] ?? 0) + now() - since;
    since = now();
  };
  return {
    enter(stage: TrainStage) {
      leave();
      current = stage;
      hooks.onProgress?.({ stage, share: 0 });
      if (hooks.shouldStop?.())
        throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
    },
    finish() {
      leave();
      return seconds as Record<string, number>;
    },
  };
}
