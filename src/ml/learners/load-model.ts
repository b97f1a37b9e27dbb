import { assertNever, FettleError } from "../../lib/index.ts";
import { constantModel } from "./baselines.ts";
import { gamModel } from "./gam-model.ts";
import type { PredictKernels } from "./gbdt-arena.ts";
import { gbdtModel } from "./gbdt-model.ts";
import type { FittedModel } from "./learner.ts";
import { linearModel } from "./linear-model.ts";
import type { ModelData } from "./model-data.ts";
import { stackModel } from "./stack-model.ts";

const kinds: readonly string[] = [
  "prior",
  "mean",
  "median",
  "quantile",
  "previous-value",
  "linear",
  "gbdt",
  "forest",
  "gam",
  "stack",
];

/** A model from its data: the inverse of `toJSON`. With compiled kernels trees score faster, to the same bits. Throws MODEL_KIND for data that no learner here wrote. */
export function loadModel(data: ModelData, kernels?: PredictKernels): FittedModel {
  if (!kinds.includes(data.kind))
    throw new FettleError("damaged", "MODEL_KIND", "Cannot load the model: its kind is unknown", {
      hint: "Use the version of fettle that made it",
    });
  switch (data.kind) {
    case "linear":
      return linearModel(data);
    case "gbdt":
    case "forest":
      return gbdtModel(data, kernels);
    case "gam":
      return gamModel(data);
    case "stack":
      return stackModel(data, (base) => loadModel(base, kernels));
    case "prior":
    case "mean":
    case "median":
    case "quantile":
    case "previous-value":
      return constantModel(data);
    default:
      return assertNever(data);
  }
}
