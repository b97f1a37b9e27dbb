import { type FoldRule, foldRows } from "../data/index.ts";
import { type Learned, type LearnInput, learn } from "./learn.ts";
import { partOf } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { TrainHooks } from "./train-input.ts";

/** A run's own way of learning, to be gone again. */
export interface AgainInput {
  readonly run: PreparedRun;
  readonly learned: Learned;
  readonly excluded: readonly string[];
  readonly metric: string;
  readonly hooks: TrainHooks;
}

/** How rows of a run that does not split in time are dealt into folds. */
export function dealing({ split: { resample }, built }: PreparedRun): FoldRule {
  return resample.unit === "group"
    ? { kind: "group", groups: resample.groups, isRandom: true }
    : { kind: "stratified", target: built.target };
}

/** Training rows of a resample parted once more: rows to fit, and rows to choose on. */
function innerParts(run: PreparedRun, rows: Int32Array): Pick<LearnInput, "train" | "validation"> {
  const { rule } = run.split;
  const test = rule.kind === "official" ? 0.2 : rule.test;
  const nParts = Math.max(2, Math.round((1 - test) / rule.validation));
  const [first] = foldRows(rows, nParts, dealing(run), run.seed);
  return { train: partOf(run, first!.train), validation: partOf(run, first!.validation) };
}

/** Carries a run's search out again on other rows: the configurations that it had time for, with a choice and a calibration of their own. */
export function learnAgain({ run, learned, excluded, metric, hooks }: AgainInput, rows: Int32Array): Learned {
  const { onProgress: _, ...quiet } = hooks;
  return learn({
    run,
    ...innerParts(run, rows),
    excluded,
    configurations: learned.found.trials.flatMap(({ configuration }) => configuration ?? []),
    metric,
    hooks: quiet,
    maxSeconds: Number.POSITIVE_INFINITY,
    nResamples: 1,
  });
}
