import type { TaskKernels } from "../../platform/capsule/index.ts";
import { loadPredictKernels } from "./load-predict-kernels.ts";
import { loadScanKernels } from "./load-scan-kernels.ts";
import { loadShapKernels } from "./load-shap-kernels.ts";

/** What makes the models of tasks answer faster, each kind of kernels where it is built. */
export function loadTaskKernels(): TaskKernels {
  return { predict: loadPredictKernels(), shap: loadShapKernels(), scan: loadScanKernels() };
}
