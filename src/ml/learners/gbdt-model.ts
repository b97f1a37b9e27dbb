import { assertNever } from "../../lib/index.ts";
import { exp, sigmoid } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import type { PredictKernels } from "./gbdt-arena.ts";
import { focalLink } from "./gbdt-loss-focal.ts";
import { type Scorer, scorerOf } from "./gbdt-predict.ts";
import type { FittedModel } from "./learner.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import type { FocalLink, GbdtData, Link } from "./model-data.ts";

/** Boosted trees, with the number of rounds that early stopping kept. */
export interface FittedGbdt extends FittedModel {
  readonly bestRound: number;
}

/**
 * A model of trees from its data. A row's score is summed in f64 from the start score on, tree after tree, on every path: with compiled kernels
 * it is faster, to the same bits.
 */
export function gbdtModel(data: GbdtData, kernels?: PredictKernels): FittedGbdt {
  const { kind, task, loss, link, focal, featureNames, base, trees } = data;
  const nOutputs = base.length;
  let made: Scorer | undefined; // many a model is kept without being asked
  const scorer = () => {
    made ??= scorerOf(trees, base, featureNames.length, kernels);
    return made;
  };
  const finish = (out: Float64Array, from: number) => {
    applyLink(link, out, from, nOutputs, focal);
    // Quantiles of different levels are fitted apart and may cross: sorting them never raises the loss (Chernozhukov et al. 2010).
    if (loss === "quantile" && nOutputs > 1) out.subarray(from, from + nOutputs).sort();
  };
  return {
    kind,
    task,
    nOutputs,
    featureNames,
    bestRound: trees.length / nOutputs,
    predict(features) {
      const out = new Float64Array(features.nRows * nOutputs);
      const columns = featureNames.map((name) => valuesOf(features, name));
      scorer().scoreColumns(columns, features.nRows, out);
      for (let from = 0; from < out.length; from += nOutputs) finish(out, from);
      return out;
    },
    predictRow(row, out) {
      scorer().scoreRow(row, out);
      finish(out, 0);
    },
    toJSON: () => data,
  };
}

/** Turns the nOutputs scores from `from` on into outputs. */
export function applyLink(link: Link, out: Float64Array, from: number, nOutputs: number, focal?: FocalLink): void {
  switch (link) {
    case "identity":
      return;
    case "logistic":
      out[from] = sigmoid(out[from]!);
      return;
    case "softmax":
      softmaxInPlace(out, from, nOutputs);
      return;
    case "exp":
      out[from] = exp(out[from]!);
      return;
    case "shares":
      sharesInPlace(out, from, nOutputs);
      return;
    case "focal":
      focalLink(out, from, nOutputs, focal!);
      return;
    default:
      assertNever(link);
  }
}

function sharesInPlace(out: Float64Array, from: number, nOutputs: number): void {
  if (nOutputs === 1) {
    out[from] = Math.min(1, Math.max(0, out[from]!));
    return;
  }
  let sum = 0;
  for (let k = from; k < from + nOutputs; k++) {
    out[k] = Math.max(0, out[k]!);
    sum += out[k]!;
  }
  for (let k = from; k < from + nOutputs; k++) out[k] = sum > 0 ? out[k]! / sum : 1 / nOutputs;
}

function valuesOf(features: Table, name: string): Float64Array | Int32Array {
  const column = features.column(name);
  return column.kind === "category" ? column.codes : column.values;
}
