export { environmentOf } from "./environment.ts";
export { loadKernelTeam } from "./kernel-team.ts";
export { loadUserModule } from "./load-definition.ts";
export { loadKernels } from "./load-kernels.ts";
export { loadPredictKernels } from "./load-predict-kernels.ts";
export { loadShapKernels } from "./load-shap-kernels.ts";
export { runTraining } from "./run-training.ts";
export { openTrialPool } from "./trial-pool.ts";
