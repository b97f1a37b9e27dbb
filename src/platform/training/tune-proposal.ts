import { createRng, FettleError } from "../../lib/index.ts";
import {
  type Cutoffs,
  cutoffsOf,
  expectedGain,
  goodCount,
  orderTrials,
  type Point,
  pairedDifference,
  proposeTpe,
  type SearchSpace,
  withFixed,
} from "../tuning/index.ts";
import type { AnyConfiguration } from "./definition.ts";
import { configurationAt, pointOf, proposeConfigurations, type SearchFamily, spaceOf } from "./search-space.ts";
import { type MeasuredTrial, measureOf } from "./tune-choice.ts";
import type { Objective, TrialOutcome } from "./tune-input.ts";

/** A trial that ended; without an outcome it failed. */
export interface EndedTrial {
  /** 1, 2, 3 … in the order of starting. */
  readonly number: number;
  readonly runId: string;
  readonly configuration: AnyConfiguration;
  readonly outcome: TrialOutcome | null;
  readonly error: string | null;
}

/** What one search tries. */
export interface SearchPlan {
  readonly families: readonly SearchFamily[];
  readonly space: SearchSpace;
  /** Tried first: the defaults of each family, then places that fill the space evenly. */
  readonly start: readonly AnyConfiguration[];
  readonly objectives: readonly Objective[];
  readonly seed: number;
}

/** What a search would try next, and what it expects of it. */
export interface NextTrial {
  /** Null where every point has been tried. */
  readonly configuration: AnyConfiguration | null;
  readonly cutoffs: Cutoffs;
  /** How much as many trials again are expected to lower the least loss; null where that cannot be said. */
  readonly gain: number | null;
  /** Standard error of the difference in loss between good trials; null where that cannot be said. */
  readonly noise: number | null;
}

/** Trials before the Parzen estimators take over. */
const nStart = 10;

/**
 * Plans a search over families with some parameters fixed, given as `family` or `gbdt.learningRate`. Throws TUNE_PARAMETER_UNKNOWN,
 * TUNE_FAMILY_UNKNOWN.
 * @param name of the search: searches of different names draw differently
 */
export function planSearch(
  families: readonly SearchFamily[],
  fixed: Point,
  objectives: readonly Objective[],
  seed: number,
  name: string,
): SearchPlan {
  const tried = fixed.family === undefined ? families : families.filter((family) => family.name === fixed.family);
  if (tried.length === 0)
    throw new FettleError(
      "invalid-input",
      "TUNE_FAMILY_UNKNOWN",
      `Cannot fix the family to "${fixed.family}": the search has ${families.map((family) => family.name).join(", ")}, one of these is needed`,
    );
  const space = withFixed(spaceOf(tried), fixed);
  const drawSeed = createRng(seed).fork(name).uint32();
  const start = proposeConfigurations(tried, nStart, drawSeed).map((proposed) => fix(proposed, fixed));
  return { families: tried, space, start: distinct(start), objectives, seed: drawSeed };
}

function fix({ family, params }: AnyConfiguration, fixed: Point): AnyConfiguration {
  const own = Object.entries(fixed).flatMap(([name, value]) =>
    name.startsWith(`${family}.`) ? [[name.slice(family.length + 1), value] as const] : [],
  );
  return { family, params: { ...params, ...Object.fromEntries(own) } };
}

function distinct(configurations: readonly AnyConfiguration[]): AnyConfiguration[] {
  return [...new Map(configurations.map((one) => [JSON.stringify(one), one])).values()];
}

/**
 * The next trial, given those that ended, in the order in which they did, and those that run: a function of these values alone. Running
 * trials count as bad until they end, so that workers do not try the same place.
 */
export function nextTrial(
  plan: SearchPlan,
  ended: readonly EndedTrial[],
  running: readonly AnyConfiguration[],
  number: number,
): NextTrial {
  const done = ended.filter(({ outcome }) => outcome !== null);
  // A trial that is worse in loss may be on the front of several objectives: then none is ended early.
  const cutoffs = plan.objectives.length > 1 ? {} : cutoffsOf(done.map(({ outcome }) => outcome!.rungs));
  const complete = bestFirst(done, plan.objectives);
  const good = complete.slice(0, goodCount(done.length));
  const noise = noiseOf(good);
  const first = plan.start[number - 1];
  if (first !== undefined) return { configuration: first, cutoffs, gain: null, noise };
  // A parameter that was left out has its default's place.
  const place = (trial: EndedTrial) => pointOf(plan.families, withDefaults(trial));
  const proposal = proposeTpe({
    space: plan.space,
    good: good.map(place),
    bad: [
      ...ended.filter((trial) => !good.some(({ number: own }) => own === trial.number)).map(place),
      ...running.map((one) => pointOf(plan.families, one)),
    ],
    rng: createRng(plan.seed).fork(`trial ${number}`),
  });
  if (proposal === null) return { configuration: null, cutoffs, gain: null, noise };
  const gain =
    plan.objectives.length > 1 ? null : expectedGain(good.map(measureOf.quality), proposal.goodShare, ended.length);
  return { configuration: configurationAt(proposal.point), cutoffs, gain, noise };
}

/** Complete trials from best to worst: by loss, or by their place among the Pareto fronts. */
export function bestFirst(
  trials: readonly EndedTrial[],
  objectives: readonly Objective[],
): (MeasuredTrial & EndedTrial)[] {
  const complete = trials.filter(isComplete);
  const measured = complete.map((trial) => objectives.map((objective) => measureOf[objective](trial)));
  return orderTrials(measured).map((i) => complete[i]!);
}

/** Whether a trial was measured on every fold. */
export function isComplete(trial: EndedTrial): trial is MeasuredTrial & EndedTrial {
  return trial.outcome?.status === "complete";
}

/** A trial's configuration with what the learner fills in where it says nothing. */
export function withDefaults({ configuration, outcome }: EndedTrial): EndedTrial["configuration"] {
  const params = { ...outcome?.params, ...configuration.params } as EndedTrial["configuration"]["params"];
  return { family: configuration.family, params };
}

// The median over the good trials of the error of their difference to the best.
function noiseOf([best, ...others]: readonly MeasuredTrial[]): number | null {
  if (best === undefined) return null;
  const errors = others
    .flatMap(({ outcome }) => pairedDifference(outcome.blocks!, best.outcome.blocks!)?.standardError ?? [])
    .sort((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)] ?? null;
}
