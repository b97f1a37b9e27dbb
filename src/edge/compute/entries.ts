// The one place that knows where worker modules lie: `.ts` beside the sources, `.js` beside the build.
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Worker modules by name. */
export const workerEntries = {
  definition: new URL(`./definition-worker.${extension}`, import.meta.url),
  kernelThread: new URL(`./kernel-worker.${extension}`, import.meta.url),
  training: new URL(`./training-worker.${extension}`, import.meta.url),
  tuning: new URL(`./tuning-worker.${extension}`, import.meta.url),
} as const;

/** Where the build lies, seen from the sources and from itself. */
export const buildFolder = new URL("../../../dist/", import.meta.url);

/** The folder below which the kernels' sources lie; null where the build runs. */
export const kernelSources = extension === "ts" ? new URL("../../ml/", import.meta.url) : null;

/** The package's own door, which `fettle` means inside a user's module. */
export const packageEntries = {
  fettle: new URL(`../../index.${extension}`, import.meta.url).href,
  "fettle/client": new URL(`../client/index.${extension}`, import.meta.url).href,
  "fettle/testing": new URL(`../../testing.${extension}`, import.meta.url).href,
} as const;
