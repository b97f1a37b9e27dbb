import { joinPredictor, type Predictor } from "../capsule/index.ts";
import type { CalibrationDecision } from "../evaluation/index.ts";
import type { FeatureFamily } from "../features/index.ts";
import { calibrationOf } from "./calibrated-trial.ts";
import type { Configuration } from "./definition.ts";
import { familyTraits } from "./families.ts";
import { signatureOf } from "./model-signature.ts";
import { joinRows, type Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { type FamilyFeatures, familyFeatures, type SearchResult, search, type Trial } from "./search.ts";
import { type FittedPair, refitChosen, tryStack } from "./stack.ts";
import type { TrainHooks, TrainStage } from "./train-input.ts";

/** What {@link learn} works on: rows to fit and rows to choose on, and what may be tried. */
export interface LearnInput {
  readonly run: PreparedRun;
  readonly train: Part;
  readonly validation: Part;
  /** Columns that are no features. */
  readonly excluded: readonly string[];
  readonly configurations: readonly Configuration[];
  readonly metric: string;
  readonly hooks: TrainHooks;
  /** Seconds after which no further configuration is started. */
  readonly maxSeconds: number;
  /** Bootstrap resamples of each trial's validation metric, default 200. */
  readonly nResamples?: number;
  readonly onStage?: (stage: TrainStage) => void;
  /** Told the features of each kind as soon as they are fitted; may refuse them. */
  readonly onFeatures?: (features: readonly FamilyFeatures[]) => void;
}

/** A model made from rows, ready to answer, and how it came about. */
export interface Learned {
  /** Fitted on the training part. */
  readonly features: Partial<Record<FeatureFamily, FamilyFeatures>>;
  readonly found: SearchResult;
  /** Fitted on both parts. */
  readonly refitted: FittedPair;
  readonly calibration: CalibrationDecision;
  readonly predictor: Predictor;
}

/** The whole way from rows to a predictor: features, search, choice, refit, calibration, threshold. Other rows have no part in it. */
export function learn(input: LearnInput): Learned {
  const { run, train, validation, excluded, configurations, metric, hooks } = input;
  input.onStage?.("features");
  const needed = new Set(configurations.map(({ family }) => familyTraits[family].features));
  const features: Partial<Record<FeatureFamily, FamilyFeatures>> = {};
  for (const family of needed) features[family] = familyFeatures(run, family, excluded, train, validation);
  input.onFeatures?.(Object.values(features));

  input.onStage?.("search");
  const stack =
    run.definition.search?.stack === true
      ? (candidates: readonly Trial[]) => tryStack({ run, train, validation, metric, hooks }, excluded, candidates)
      : null;
  const found = search({ ...input, features, stack });
  const refitted = refitChosen(run, found.chosen, excluded, joinRows(train.rows, validation.rows), hooks);

  input.onStage?.("evaluate");
  const calibration = calibrationOf(run, found.chosen, validation);
  const signature = signatureOf(run, refitted.features, found.chosen, calibration, { train, validation });
  const predictor = joinPredictor(refitted.features, refitted.model, calibration.calibrator, signature);
  return { features, found, refitted, calibration, predictor };
}
