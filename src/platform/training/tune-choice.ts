import { pairedDifference } from "../tuning/index.ts";
import type { AnyConfiguration } from "./definition.ts";
import { type SearchFamily, searchFamily } from "./search-space.ts";
import type { Objective, TrialOutcome } from "./tune-input.ts";

/** A trial that was measured on every fold. */
export interface MeasuredTrial {
  readonly number: number;
  readonly configuration: AnyConfiguration;
  readonly outcome: TrialOutcome;
}

/** The chosen trial and why. */
export interface TuneChoice {
  readonly trial: MeasuredTrial;
  readonly sentence: string;
}

/** 97.5 % quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

/**
 * Chooses among complete trials, at least one. Level with the best are all whose paired difference in loss to the least one has a 95 % interval that
 * holds 0. Of these the quickest or smallest is taken where latency or size was asked for, in the order asked; else the simplest family, and in
 * it the least loss.
 */
export function chooseTrial(
  trials: readonly MeasuredTrial[],
  objectives: readonly Objective[],
  families: readonly SearchFamily[],
): TuneChoice {
  const best = trials.reduce((least, trial) => (trial.outcome.loss! < least.outcome.loss! ? trial : least));
  const level = trials.filter((trial) => isLevel(trial, best));
  const complexity: Key = ({ configuration }) => searchFamily(families, configuration.family).complexity;
  const other = objectives.filter((objective) => objective !== "quality");
  const keys = other.length > 0 ? other.map((name) => measureOf[name]) : [complexity];
  const trial = level.reduce((taken, candidate) =>
    compare(candidate, taken, [...keys, loss]) < 0 ? candidate : taken,
  );
  return { trial, sentence: choiceInWords(trial, best, level.length, other) };
}

function isLevel({ outcome }: MeasuredTrial, best: MeasuredTrial): boolean {
  const paired = pairedDifference(outcome.blocks!, best.outcome.blocks!);
  return paired === null ? outcome.loss === best.outcome.loss : paired.difference <= z95 * paired.standardError;
}

type Key = (trial: MeasuredTrial) => number;

const loss: Key = ({ outcome }) => outcome.loss!;

/** What an objective minimises. */
export const measureOf: Readonly<Record<Objective, Key>> = {
  quality: loss,
  latency: ({ outcome }) => outcome.latencyMicros!,
  size: ({ outcome }) => outcome.bytes!,
};

function compare(a: MeasuredTrial, b: MeasuredTrial, keys: readonly Key[]): number {
  for (const key of keys) if (key(a) !== key(b)) return key(a) - key(b);
  return 0;
}

function choiceInWords(trial: MeasuredTrial, best: MeasuredTrial, nLevel: number, other: readonly Objective[]): string {
  const name = `Trial ${trial.number}`;
  if (trial === best)
    return nLevel === 1
      ? `${name} has the least loss, and no other trial is level with it.`
      : `${name} has the least loss; ${nLevel === 2 ? "another one is" : `${nLevel - 1} others are`} level with it, and none is ${advantage(other)}.`;
  return `${name} is ${advantage(other)} than trial ${best.number} and level with its least loss: the 95 % interval of the difference holds 0.`;
}

function advantage(other: readonly Objective[]): string {
  return other[0] === "latency" ? "quicker" : other[0] === "size" ? "smaller" : "simpler";
}
