export { type Cutoffs, cutoffsOf, isFoldRung, passes, type RungLoss } from "./asha.ts";
export {
  addBlocks,
  type BlockLosses,
  blocksOf,
  meanLoss,
  meanWithError,
  pairedDifference,
  sumBlocks,
} from "./block-losses.ts";
export { type Importance, type LossAt, type ParameterImportance, parameterImportance } from "./importance.ts";
export { dominates, hypervolume, type Objectives, orderTrials, paretoRanks } from "./pareto.ts";
export {
  type Dimension,
  isActive,
  type ParamValue,
  type Point,
  pointAt,
  type SearchSpace,
  withFixed,
} from "./space.ts";
export { startPlace } from "./start-points.ts";
export { fewestBeforeGain, mostFailures, type SearchState, type StopKind, stopOf } from "./stopping.ts";
export { expectedGain, goodCount, type Proposal, proposeTpe, type TpeInput } from "./tpe.ts";
