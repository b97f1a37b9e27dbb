// Builds dist/: tsc emits the modules, esbuild bundles the dependency-free runtime that exported models carry.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (!existsSync(`${root}src`)) process.exit(0); // an installed tarball has dist/ and no sources

rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}tsconfig.build.json`], {
  stdio: "inherit",
});

const { main: compile } = await import("assemblyscript/asc");
// The memory of training is shared by its threads; whoever explains or scores rows has a memory of its own.
const kernelSources = [
  ["learners", "kernels", ["--enable", "simd,threads", "--sharedMemory"]],
  ["learners", "shap", ["--enable", "simd"]],
  ["learners", "predict", ["--enable", "simd"]],
  ["learners", "rows", ["--enable", "simd"]],
  ["recommenders", "recommend", ["--enable", "simd,threads", "--sharedMemory"]],
];
const kernelHashes = {};
for (const [room, name, options] of kernelSources) {
  const file = `src/ml/${room}/assembly/${name}.ts`;
  const source = readFileSync(`${root}${file}`);
  kernelHashes[name] = createHash("sha256").update(source).digest("hex");
  const compiled = await compile(
    [
      file,
      ...["--outFile", `dist/${name}.wasm`, "-O3", "--runtime", "stub", "--noAssert", "--importMemory"],
      ...["--maximumMemory", "65536", "--baseDir", root, ...options],
    ],
    { stderr: process.stderr },
  );
  if (compiled.error) throw compiled.error;
}

const { build } = await import("esbuild");
for (const name of ["embedded-runtime", "embedded-recommendation", "embedded-forecast", "embedded-anomaly"]) {
  await build({
    entryPoints: [`${root}src/platform/capsule/${name}.ts`],
    outfile: `${root}dist/${name}.js`,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    legalComments: "none",
    treeShaking: true,
    external: ["node:*"],
  });
  const runtime = readFileSync(`${root}dist/${name}.js`, "utf8");
  if (/^\s*import\b/m.test(runtime)) throw new Error(`${name} imports something: it must stand alone`);
}

// What this build was made from: a run records it, and verify compares only runs of the same build. Sources that run beside it refuse kernels made
// from other ones.
const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .sort();
const hash = createHash("sha256");
for (const name of [...sources.map((source) => `src/${source}`), "package.json"])
  hash.update(`${name.replaceAll("\\", "/")}\n`).update(readFileSync(`${root}${name}`));
writeFileSync(`${root}dist/build.json`, `${JSON.stringify({ sources: hash.digest("hex"), kernels: kernelHashes })}\n`);

// In the clone itself, `npx fettle` finds the launcher like any installed command.
const link = `${root}node_modules/.bin/fettle`;
if (existsSync(`${root}node_modules/.bin`) && !lstatSync(link, { throwIfNoEntry: false }))
  symlinkSync("../../bin/fettle.mjs", link);
