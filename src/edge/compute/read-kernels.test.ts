import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { buildFolder, kernelSources } from "./entries.ts";
import { loadKernels } from "./index.ts";
import { type KernelsName, kernelFiles, readKernels } from "./read-kernels.ts";

const skip = loadKernels() === undefined ? "the kernels are not built: node scripts/build.mjs" : false;
const names = Object.keys(kernelFiles) as KernelsName[];

/** A copy of the build's kernels and their sources; `change` alters it. */
function copyOf(change: (folder: string) => void): readonly [URL, URL, () => void] {
  const root = mkdtempSync(join(tmpdir(), "fettle-kernels-"));
  for (const part of ["build", "sources"]) mkdirSync(join(root, part));
  for (const name of names) {
    copyFileSync(new URL(`${name}.wasm`, buildFolder), join(root, "build", `${name}.wasm`));
    const source = join(root, "sources", kernelFiles[name]);
    mkdirSync(dirname(source), { recursive: true });
    copyFileSync(new URL(kernelFiles[name], kernelSources!), source);
  }
  copyFileSync(new URL("build.json", buildFolder), join(root, "build", "build.json"));
  change(root);
  const url = (part: string) => pathToFileURL(`${join(root, part)}/`);
  return [url("build"), url("sources"), () => rmSync(root, { recursive: true })];
}

test("readKernels() gives the bytes of a build of the sources that run, and undefined without a build", {
  skip,
}, () => {
  const [build, sources, remove] = copyOf(() => {});
  for (const name of names)
    assert.deepEqual(readKernels(name, build, sources), readFileSync(new URL(`${name}.wasm`, build)));
  assert.equal(readKernels("shap", sources, sources), undefined);
  remove();
});

const stale: readonly { readonly says: string; readonly change: (root: string) => void }[] = [
  {
    says: "the sources are others",
    change: (root) => names.forEach((name) => void writeFileSync(join(root, "sources", kernelFiles[name]), "// newer")),
  },
  { says: "the build was cut off", change: (root) => rmSync(join(root, "build", "build.json")) },
  { says: "the build recorded no kernels", change: (root) => writeFileSync(join(root, "build", "build.json"), "{}") },
];

for (const { says, change } of stale)
  test(`readKernels() refuses stale kernels beside sources, not within a build: ${says}`, { skip }, () => {
    const [build, sources, remove] = copyOf(change);
    for (const name of names) {
      assert.throws(() => readKernels(name, build, sources), { code: "KERNELS_STALE", kind: "not-ready" });
      assert.ok(readKernels(name, build, null));
    }
    remove();
  });
