import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { FettleError } from "../../lib/index.ts";
import { buildFolder, kernelSources } from "./entries.ts";

/** Compiled kernels by their file in the build, and their sources: training and predictions of trees, explanations, sparse rows, recommenders. */
export const kernelFiles = {
  kernels: "learners/assembly/kernels.ts",
  predict: "learners/assembly/predict.ts",
  shap: "learners/assembly/shap.ts",
  rows: "learners/assembly/rows.ts",
  recommend: "recommenders/assembly/recommend.ts",
} as const;

/** Names of {@link kernelFiles}. */
export type KernelsName = keyof typeof kernelFiles;

/**
 * The bytes of compiled kernels; undefined where they have not been built. Sources that run beside a build of other kernel sources would compute garbage in
 * silence: throws KERNELS_STALE.
 * @param sources folder below which the sources lie; null where the build itself runs
 */
export function readKernels(
  name: KernelsName,
  folder: URL = buildFolder,
  sources: URL | null = kernelSources,
): Uint8Array | undefined {
  const file = new URL(`${name}.wasm`, folder);
  if (!existsSync(file)) return undefined;
  if (sources !== null && builtFrom(name, folder) !== sha256Of(new URL(kernelFiles[name], sources)))
    throw new FettleError(
      "not-ready",
      "KERNELS_STALE",
      `Cannot load the compiled kernels "${name}": they were built from other sources than those that run, a build of these is needed`,
      { hint: 'Run "node scripts/build.mjs"', facts: { kernels: name } },
    );
  return readFileSync(file);
}

// The hash that the build recorded; undefined where it was cut off before it did.
function builtFrom(name: KernelsName, folder: URL): string | undefined {
  const record = new URL("build.json", folder);
  if (!existsSync(record)) return undefined;
  const { kernels } = JSON.parse(readFileSync(record, "utf8")) as { readonly kernels?: Record<string, string> };
  return kernels?.[name];
}

function sha256Of(file: URL): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
