// The one place that knows where worker modules lie: `.ts` beside the sources, `.js` beside the build.
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Worker modules by name. */
export const workerEntries = {
  definition: new URL(`./definition-worker.${extension}`, import.meta.url),
  kernelThread: new URL(`./kernel-worker.${extension}`, import.meta.url),
  training: new URL(`./training-worker.${extension}`, import.meta.url),
  tuning: new URL(`./tuning-worker.${extension}`, import.meta.url),
} as const;

/** The compiled kernels, which the build writes into dist/. */
export const kernelsFile = new URL("../../../dist/kernels.wasm", import.meta.url);
export const predictKernelsFile = new URL("../../../dist/predict.wasm", import.meta.url);
export const shapKernelsFile = new URL("../../../dist/shap.wasm", import.meta.url);

/** The package's own door, which `fettle` means inside a user's module. */
export const packageEntries = {
  fettle: new URL(`../../index.${extension}`, import.meta.url).href,
  "fettle/client": new URL(`../client/index.${extension}`, import.meta.url).href,
  "fettle/testing": new URL(`../../testing.${extension}`, import.meta.url).href,
} as const;
