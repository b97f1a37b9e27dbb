// The part of the composition root that exports versions.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { ProjectApp, QuantisedExport } from "./edge/cli/index.ts";
import { loadPredictKernels, loadTaskKernels, readKernels } from "./edge/compute/index.ts";
import { FettleError } from "./lib/index.ts";
import type { Precision } from "./ml/learners/index.ts";
import type { Capsule, TaskCapsule } from "./platform/capsule/index.ts";
import type { ObjectStore } from "./platform/data/index.ts";
import type { ModelVersion } from "./platform/registry/index.ts";

/** Writes a version in the form `to`; what leaves has had its golden rows replayed. Throws EXPORT_TASK and what the form refuses. */
export async function exportVersion(
  objects: ObjectStore,
  found: ModelVersion,
  to: string,
  out: string | undefined,
  folder: string,
  precision: Precision | undefined,
): ReturnType<ProjectApp["exportModel"]> {
  const { isTaskCapsule, loadCapsule } = await import("./platform/capsule/index.ts");
  const capsule = await loadCapsule(objects, found.capsule);
  const endings: Readonly<Record<string, string>> = {
    module: "mjs",
    capsule: "capsule.json",
    "json-schema": "schema.json",
    onnx: "onnx",
    xgboost: "xgboost.json",
  };
  const path = out ?? join(folder, `${found.model}.${endings[to]}`);
  const title = `${found.model}@${found.version}`;
  const { texts, quantised } = isTaskCapsule(capsule)
    ? { texts: await taskExport(capsule, to, path, title), quantised: undefined }
    : await tableExport(capsule, to, path, title, precision);
  mkdirSync(dirname(path), { recursive: true });
  let bytes = 0;
  for (const [file, text] of texts) {
    writeFileSync(file, text);
    bytes += Buffer.byteLength(text);
  }
  const files = [...texts.keys()].map((file) => relative(folder, file));
  return { files, bytes, ...(quantised && { quantised }) };
}

/** Files of an export by their path. */
type ExportedTexts = ReadonlyMap<string, string | Uint8Array>;

const runtimeOf = (name: string) => readFileSync(new URL(`../dist/${name}.js`, import.meta.url), "utf8");
const typesPath = (path: string) => path.replace(/\.m?js$/, "").concat(".d.mts");

async function taskExport(capsule: TaskCapsule, to: string, path: string, title: string): Promise<ExportedTexts> {
  const { exportTaskModule, openTaskCapsule } = await import("./platform/capsule/index.ts");
  openTaskCapsule(capsule, loadTaskKernels());
  const { task, request } = capsule.signature;
  switch (to) {
    case "module": {
      const parts = {
        runtime: runtimeOf(`embedded-${task}`),
        kernels: readKernels(task === "recommendation" ? "recommend" : "predict")!,
        title,
      };
      const { js, dts } = exportTaskModule(capsule, parts);
      return new Map([
        [path, js],
        [typesPath(path), dts],
      ]);
    }
    case "capsule":
      return new Map([[path, `${JSON.stringify({ format: "fettle-capsule/1", ...capsule })}\n`]]);
    case "json-schema":
      return new Map([[path, `${JSON.stringify(request, null, 2)}\n`]]);
    default:
      throw new FettleError(
        "invalid-input",
        "EXPORT_TASK",
        `Cannot export to ${to}: a ${task} model has no such form`,
        {
          hint: 'Use "--to module", "--to capsule" or "--to json-schema"',
        },
      );
  }
}

async function tableExport(
  capsule: Capsule,
  to: string,
  path: string,
  title: string,
  precision: Precision | undefined,
): Promise<{ texts: ExportedTexts; quantised?: QuantisedExport }> {
  const { encodingOf, exportModule, openCapsule, quantise, requestSchema } = await import(
    "./platform/capsule/index.ts"
  );
  openCapsule(capsule, loadPredictKernels()); // golden rows are replayed: what leaves is what was trained
  const texts = new Map<string, string | Uint8Array>();
  let quantised: QuantisedExport | undefined;
  if (to === "module") {
    const parts = { runtime: runtimeOf("embedded-runtime"), title, kernels: readKernels("predict")! };
    const full = exportModule(capsule, parts);
    const packed = precision && quantise(capsule, precision);
    if (packed) quantised = { ...packed.loss, bytesBefore: Buffer.byteLength(full.js) + Buffer.byteLength(full.dts) };
    const { js, dts } = packed ? exportModule({ ...capsule, model: packed.model }, parts) : full;
    texts.set(path, js);
    texts.set(typesPath(path), dts);
  } else if (to === "onnx") {
    const { exportOnnx } = await import("./ml/interchange/index.ts");
    texts.set(path, exportOnnx(capsule.model, capsule.calibrator, title));
    texts.set(`${path}.json`, `${JSON.stringify(encodingOf(capsule), null, 2)}\n`);
  } else if (to === "xgboost") {
    const { exportXgboost } = await import("./ml/interchange/index.ts");
    texts.set(path, exportXgboost(capsule.model, capsule.calibrator));
    texts.set(`${path.replace(/\.json$/, "")}.features.json`, `${JSON.stringify(encodingOf(capsule), null, 2)}\n`);
  } else if (to === "capsule") texts.set(path, `${JSON.stringify({ format: "fettle-capsule/1", ...capsule })}\n`);
  else texts.set(path, `${JSON.stringify(requestSchema(capsule.signature), null, 2)}\n`);
  return { texts, ...(quantised && { quantised }) };
}
