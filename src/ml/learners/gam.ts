import { createRng } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import type { BoostingLoss } from "./boosting-loss.ts";
import { axesOf, cellColumn, cellsOf } from "./gam-axes.ts";
import { type Bag, drawBags, wholeBag } from "./gam-bags.ts";
import { type BoostedRows, type BoostedTerms, boostTerms, type FittingTerm } from "./gam-boost.ts";
import { gridStep } from "./gam-grid.ts";
import { gamModel, termCells } from "./gam-model.ts";
import { checkMonotone, gamRefused, type MonotoneSigns, monotoneSteps } from "./gam-monotone.ts";
import { findPairs } from "./gam-pairs.ts";
import { categoryStep, numberStep } from "./gam-step.ts";
import { addSteps, joinBags, sizeOf, type TermRows } from "./gam-terms.ts";
import { boostingLoss, checkLabels, type LossOptions, linkOf } from "./gbdt-loss.ts";
import type { FitOptions, FittedModel, Learner, Target, Task } from "./learner.ts";
import { checkFit, checkLoss, weightsOf } from "./learner-errors.ts";
import { type GamAxis, type GamData, type GamTerm, withoutNegativeZero } from "./model-data.ts";

/** Parameters of {@link gam}; all have defaults. */
export interface GamParams {
  /** Default: by the task: logistic (binary), softmax (multiclass), squared (regression). Poisson and gamma are for what is counted or costs. */
  readonly loss?: GamLoss;
  /** Pairs of features that get a term. Default 10. */
  readonly interactions?: number;
  /** Bags whose models are averaged. Default 8. */
  readonly nBags?: number;
  /** Most rounds; in each, every feature takes one step. Default 2000. */
  readonly nRounds?: number;
  /** Most rounds of the pairs. Default 2000. */
  readonly nPairRounds?: number;
  /** Share of each step that is taken. Default 0.2. */
  readonly learningRate?: number;
  /** Leaves of a step of one feature; a step of a pair has 4. Default 3. */
  readonly maxLeaves?: number;
  /** Least rows in a leaf of a step. Default 4. */
  readonly minSamplesLeaf?: number;
  /** Cells of a number, at most. Default 256. */
  readonly maxBins?: number;
  /** Cells of each feature of a pair, at most. Default 32. */
  readonly maxPairBins?: number;
  /** L2 penalty on the steps. Default 1. */
  readonly lambda?: number;
  /** Added to a level's second derivative where levels are put in order. Default 10. */
  readonly categorySmoothing?: number;
  /** Features whose curve must rise (1) or fall (−1), by name; they are in no pair. Default none. */
  readonly monotone?: MonotoneSigns;
  /** A bag ends after this many rounds without a lower loss on held-out rows, and keeps the best; 0 never ends early. Default 50. */
  readonly earlyStoppingRounds?: number;
}

type Settled = Record<keyof Omit<GamParams, "loss" | "monotone">, number>;

/** An additive model with the parameters that repeat what early stopping found: the mean rounds of its bags. */
export interface FittedGam extends FittedModel {
  readonly refitParams: { readonly nRounds: number; readonly nPairRounds: number; readonly earlyStoppingRounds: 0 };
}

/**
 * A generalised additive model by cyclic boosting on bins (Lou et al. 2012, 2013; Nori et al. 2019): one curve per feature, tables for the pairs
 * that matter most, averaged over bags. Each bag stops early on `options.validation`, or else on the rows it leaves out. The order of the columns does not count.
 */
export function gam(params: GamParams = {}): Learner {
  const settled = settle(params);
  const { loss, monotone = {} } = params;
  return {
    kind: "gam",
    params: { ...settled, monotone, ...(loss === undefined ? {} : { loss }) },
    fit(features, target, options): FittedGam {
      checkFit(features, target, options);
      const chosen = loss ?? lossesOf[target.task][0];
      checkLoss("an additive model", target.task, chosen, lossesOf[target.task]);
      checkLabels(chosen, target.values);
      checkMonotone(monotone, features);
      return fitGam(features, target, options, settled, monotone, chosen);
    },
  };
}

const lossesOf = {
  binary: ["logistic"],
  multiclass: ["softmax"],
  regression: ["squared", "poisson", "gamma"],
  ranking: ["squared"],
} as const satisfies Readonly<Record<Task, readonly string[]>>;
type GamLoss = (typeof lossesOf)[Task][number];

const defaults: Readonly<Settled> = {
  interactions: 10,
  nBags: 8,
  nRounds: 2000,
  nPairRounds: 2000,
  learningRate: 0.2,
  maxLeaves: 3,
  minSamplesLeaf: 4,
  maxBins: 256,
  maxPairBins: 32,
  lambda: 1,
  categorySmoothing: 10,
  earlyStoppingRounds: 50,
};

const least: Readonly<Partial<Record<keyof Settled, number>>> = {
  interactions: 0,
  nBags: 1,
  nRounds: 1,
  nPairRounds: 1,
  maxLeaves: 2,
  minSamplesLeaf: 1,
  maxBins: 2,
  maxPairBins: 2,
  earlyStoppingRounds: 0,
};

function settle(params: GamParams): Settled {
  const settled = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Settled)[]) {
    const value = params[name] ?? defaults[name];
    const whole = least[name];
    const [isRight, needed] =
      whole !== undefined
        ? [Number.isInteger(value) && value >= whole, `a whole number ≥ ${whole}`]
        : name === "learningRate"
          ? [value > 0 && value <= 1, "a number in (0, 1]"]
          : [value >= 0, "a number ≥ 0"];
    if (!isRight) throw gamRefused(name, `${name} is ${value}, ${needed} is needed`);
    settled[name] = value;
  }
  return settled;
}

/** The losses of an additive model take no options. */
const plainLoss: LossOptions = {
  quantiles: [],
  delta: null,
  variancePower: 1.5,
  focusing: 0,
  truncation: 1,
  gains: null,
  seed: 0,
  custom: null,
};

/** Everything that the two stages, single features and pairs, work on. */
interface Fit {
  readonly features: Table;
  readonly target: Target;
  readonly options: FitOptions;
  readonly params: Settled;
  readonly weights: Float64Array;
  readonly bags: readonly Bag[];
  /** 1, −1, or 0 where a curve is free. */
  readonly signOf: (feature: number) => number;
  /** The loss on some rows, from the start scores of all rows on. */
  readonly lossOn: (target: Target, weights: Float64Array) => BoostingLoss;
}

function fitGam(
  features: Table,
  target: Target,
  options: FitOptions,
  params: Settled,
  monotone: MonotoneSigns,
  loss: GamLoss,
): FittedGam {
  const n = target.values.length;
  const weights = weightsOf(n, options.sampleWeight);
  const { base } = boostingLoss(loss, target, weights, plainLoss);
  const rng = createRng(options.seed).fork("gam");
  const needsOutside = params.earlyStoppingRounds > 0 && options.validation === undefined;
  const fit: Fit = {
    features,
    target,
    options,
    params,
    weights,
    signOf: (feature) => monotone[features.names[feature]!] ?? 0,
    bags: params.nBags === 1 && !needsOutside ? [wholeBag(n)] : drawBags(target, params.nBags, rng),
    lossOn: (on, ofRows) => boostingLoss(loss, on, ofRows, { ...plainLoss, base }),
  };
  const single = fitStage(fit, singleTerms(fit), [], params.nRounds, 0);
  const pairs = fitStage(fit, pairTerms(fit, single, base), [single], params.nPairRounds, 0.6);
  const data: GamData = {
    kind: "gam",
    task: target.task,
    loss,
    link: linkOf(loss, target.task, null),
    featureNames: features.names,
    intercepts: base.map((start, k) => withoutNegativeZero(start + single.intercepts[k]! + pairs.intercepts[k]!)),
    terms: byImportance([...single.terms, ...pairs.terms], features.names),
  };
  const refitParams = { nRounds: single.rounds, nPairRounds: pairs.rounds, earlyStoppingRounds: 0 } as const;
  return { ...gamModel(data), refitParams };
}

interface Stage {
  readonly rows: readonly TermRows[];
  readonly boosted: readonly BoostedTerms[];
  readonly terms: readonly GamTerm[];
  readonly intercepts: readonly number[];
  /** Mean over the bags, at least 1. */
  readonly rounds: number;
}

/** Fits terms in every bag, on top of the stages before. */
function fitStage(fit: Fit, rows: readonly TermRows[], before: readonly Stage[], nRounds: number, from: number): Stage {
  const { bags, options, params, signOf, weights } = fit;
  const terms = rows.map(fittingTerm);
  const validation = params.earlyStoppingRounds > 0 ? options.validation : undefined;
  const boosted = bags.map((bag, b) => {
    const { onProgress, shouldStop } = options;
    const span = from === 0 ? 0.6 : 0.4;
    const learned = boostTerms({
      terms,
      fitted: rowsOfBag(fit, rows, before, b, bag.inside),
      held: validation
        ? validationRows(fit, rows, before, b, validation)
        : outsideRows(fit, rows, before, b, bag.outside),
      nRounds,
      earlyStoppingRounds: params.earlyStoppingRounds,
      rules: params,
      ...(onProgress && { onRound: (share) => onProgress(from + (span * (b + share)) / bags.length) }),
      ...(shouldStop && { shouldStop }),
    });
    return monotoneSteps(rows, learned, signOf, weights);
  });
  const rounds = boosted.reduce((sum, each) => sum + each.rounds, 0) / boosted.length;
  return {
    rows,
    boosted,
    ...joinBags(rows, boosted, bags[0]!, weights),
    rounds: Math.max(1, Math.round(rounds)),
  };
}

function fittingTerm(term: TermRows): FittingTerm {
  const [first, second] = term.axes;
  const nCells = sizeOf(term);
  if (second) return { nCells, step: gridStep(cellsOf(first!), cellsOf(second)) };
  return { nCells, step: first!.kind === "number" ? numberStep : categoryStep };
}

function rowsOfBag(
  { target, weights, lossOn }: Fit,
  terms: readonly TermRows[],
  before: readonly Stage[],
  bag: number,
  rows: Int32Array,
): BoostedRows {
  const at = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const loss = lossOn({ ...target, values: at(target.values) }, at(weights));
  const scores = startScores(loss.base, rows.length);
  for (const stage of before) addSteps(stage.rows, stage.boosted[bag]!.steps, rows, scores);
  return { rows, cells: terms.map(({ cells }) => cells), loss, scores };
}

function outsideRows(
  fit: Fit,
  terms: readonly TermRows[],
  before: readonly Stage[],
  bag: number,
  rows: Int32Array,
): BoostedRows | null {
  if (fit.params.earlyStoppingRounds === 0 || !rows.some((row) => fit.weights[row]! > 0)) return null;
  return rowsOfBag(fit, terms, before, bag, rows);
}

function validationRows(
  { features, lossOn }: Fit,
  terms: readonly TermRows[],
  before: readonly Stage[],
  bag: number,
  { table, target, sampleWeight }: NonNullable<FitOptions["validation"]>,
): BoostedRows {
  const rows = Int32Array.from({ length: table.nRows }, (_, row) => row);
  const loss = lossOn(target, weightsOf(table.nRows, sampleWeight));
  const scores = startScores(loss.base, table.nRows);
  const onTable = (of: readonly TermRows[]) => of.map(({ axes }) => termRows(axes, table, features.names));
  for (const stage of before) addSteps(onTable(stage.rows), stage.boosted[bag]!.steps, rows, scores);
  return { rows, cells: onTable(terms).map(({ cells }) => cells), loss, scores };
}

function startScores(base: readonly number[], n: number): Float64Array {
  const scores = new Float64Array(base.length * n);
  base.forEach((start, k) => {
    scores.fill(start, k * n, (k + 1) * n);
  });
  return scores;
}

function termRows(axes: readonly GamAxis[], table: Table, names: readonly string[]): TermRows {
  return { axes, cells: termCells({ axes }, table, names) };
}

/** One term per feature that takes two values and more, in the order of their names: the order of the columns must not count. */
function singleTerms({ features, params }: Fit): TermRows[] {
  return axesOf(features, params.maxBins)
    .sort((a, b) => (features.names[a.feature]! < features.names[b.feature]! ? -1 : 1))
    .map((axis) => termRows([axis], features, features.names))
    .filter(({ cells }) => cells.some((cell) => cell !== cells[0]));
}

function pairTerms(
  { features, target, params, signOf, weights, lossOn }: Fit,
  single: Stage,
  base: readonly number[],
): TermRows[] {
  if (params.interactions === 0) return [];
  const n = target.values.length;
  const rows = Int32Array.from({ length: n }, (_, row) => row);
  const scores = startScores(
    base.map((start, k) => start + single.intercepts[k]!),
    n,
  );
  const all = (k: number) => Float64Array.from(single.terms.flatMap((term) => term.scores[k]!));
  addSteps(
    single.rows,
    base.map((_, k) => all(k)),
    rows,
    scores,
  );
  const loss = lossOn(target, weights);
  const derivatives = base.map((_, k) => {
    const [gradient, hessian] = [new Float64Array(n), new Float64Array(n)];
    loss.derive(scores, k, gradient, hessian);
    return { gradient, hessian };
  });
  const pairs = findPairs({
    terms: byImportance(single.terms, features.names).filter(({ axes }) => signOf(axes[0]!.feature) === 0),
    cellsOf: (axis) => cellColumn(axis, features, features.names[axis.feature]!),
    maxPairBins: params.maxPairBins,
    derivatives,
    rules: params,
    nPairs: params.interactions,
  });
  return pairs.map((axes) => termRows(axes, features, features.names));
}

/** Terms that add anything, the most important first, equal ones by the names of their features. */
function byImportance(terms: readonly GamTerm[], names: readonly string[]): GamTerm[] {
  const name = ({ axes }: GamTerm) => axes.map(({ feature }) => names[feature]).join("\u0000");
  return terms
    .filter(({ importance }) => importance > 0)
    .sort((a, b) => b.importance - a.importance || (name(a) < name(b) ? -1 : 1));
}
