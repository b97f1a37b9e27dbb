// The part of the composition root that scores files.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { ProjectApp } from "./edge/cli/index.ts";
import { loadPredictKernels, loadShapKernels, loadTaskKernels } from "./edge/compute/index.ts";
import { FettleError } from "./lib/index.ts";
import type { ObjectStore, ReadOptions } from "./platform/data/index.ts";
import type { ScoreSummary } from "./platform/pipelines/index.ts";
import type { ModelVersion } from "./platform/registry/index.ts";

/**
 * Answers the rows of files by a version and writes them; a forecast needs no file. Throws SCORE_OVER_INPUT, SCORE_FORMAT, SCORE_UNEXPLAINED, OPTION_MISSING.
 * @param trained how the rows that the version was trained on were read
 */
export async function scoreFiles(
  objects: ObjectStore,
  found: ModelVersion,
  trained: ReadOptions,
  folder: string,
  asked: Parameters<ProjectApp["score"]>[1],
): ReturnType<ProjectApp["score"]> {
  const {
    isTaskCapsule,
    loadCapsule,
    openCapsule,
    openTaskCapsule,
    rowExplainer,
    rowExplainerAgainst,
    unexplainedTask,
  } = await import("./platform/capsule/index.ts");
  const { createBatchWriter, readBatches } = await import("./edge/query/index.ts");
  const { rankQueries, readBackground, scoreRun, scoreTaskRun } = await import("./platform/pipelines/index.ts");
  const startedAt = performance.now();
  const capsule = await loadCapsule(objects, found.capsule);
  const out = resolve(folder, asked.out);
  const format = formatOf(asked.format, out);
  const files = asked.input.map((path) => resolve(folder, path));
  if (files.some((file) => isSameFile(file, out)))
    throw new FettleError(
      "invalid-input",
      "SCORE_OVER_INPUT",
      `Cannot write "${asked.out}": it is one of the files to score, another name is needed`,
    );
  const hooks = {
    ...(asked.onRows ? { onRows: asked.onRows } : {}),
    ...(asked.signal ? { signal: asked.signal } : {}),
  };
  const answer = (scored: ScoreSummary) => {
    const seconds = (performance.now() - startedAt) / 1000;
    return { model: found.model, version: found.version, out: asked.out, seconds, ...scored };
  };
  if (isTaskCapsule(capsule)) {
    if (asked.explain || asked.background !== undefined)
      throw new FettleError(
        "invalid-input",
        "SCORE_UNEXPLAINED",
        `Cannot explain the answers of ${found.model}@${found.version}: ${unexplainedTask(capsule.signature.task)}`,
        { hint: "Leave out --explain and --background" },
      );
    const model = openTaskCapsule(capsule, loadTaskKernels());
    if (files.length === 0 && capsule.signature.task !== "forecast") throw noInput();
    const reading = { ...sameReading(trained), types: model.inputTypes };
    const batches = files.length === 0 ? noBatches() : readBatches(files, reading);
    return answer(await scoreTaskRun({ batches, model, writer: await createBatchWriter(out, format), ...hooks }));
  }
  if (files.length === 0) throw noInput();
  const predictor = openCapsule(capsule, loadPredictKernels());
  const types = Object.fromEntries(predictor.signature.inputs.map(({ name, type }) => [name, type]));
  const reading = { ...sameReading(trained), types };
  const explainer =
    asked.background !== undefined
      ? rowExplainerAgainst(
          capsule,
          await readBackground(readBatches([resolve(folder, asked.background)], reading), capsule.signature),
        )
      : asked.explain
        ? rowExplainer(capsule, loadShapKernels())
        : undefined;
  if (explainer && "reason" in explainer)
    throw new FettleError(
      "invalid-input",
      "SCORE_UNEXPLAINED",
      `Cannot explain the scores of ${found.model}@${found.version}: ${explainer.reason}`,
      { hint: asked.background === undefined ? "Leave out --explain" : "Leave out --background" },
    );
  const { query } = predictor.signature;
  const ranks =
    query === undefined ? null : await rankQueries(readBatches(files, reading), predictor, query, asked.signal);
  const writer = await createBatchWriter(out, format);
  const scored = await scoreRun({
    batches: readBatches(files, reading),
    predictor,
    ...(explainer ? { explainer } : {}),
    ...(ranks === null ? {} : { ranks }),
    writer,
    ...hooks,
  });
  if (query === undefined || ranks !== null) return answer(scored);
  const notes = [...scored.notes, `column "${query}" is absent: rows have a score and no rank within their query`];
  return answer({ ...scored, notes });
}

function noInput(): FettleError {
  return new FettleError("invalid-input", "OPTION_MISSING", "Cannot score: --in is absent, files of rows are needed", {
    hint: "For example: fettle score churn --in new.csv --out scored.parquet",
  });
}

// A forecast needs no rows.
async function* noBatches(): AsyncGenerator<never> {}

function isSameFile(left: string, right: string): boolean {
  if (left === right) return true;
  const [a, b] = [left, right].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

// Whether there is a header and what means missing is a habit of the source; how fields are parted is detected anew.
function sameReading({ format, header, missing }: ReadOptions): ReadOptions {
  if (format !== "csv" && format !== "tsv") return {};
  return { ...(header === undefined ? {} : { header }), ...(missing === undefined ? {} : { missing }) };
}

function formatOf(asked: string | undefined, path: string): "parquet" | "csv" | "ndjson" {
  const ending = asked ?? path.split(".").at(-1)?.toLowerCase();
  if (ending === "parquet" || ending === "csv" || ending === "ndjson") return ending;
  throw new FettleError(
    "invalid-input",
    "SCORE_FORMAT",
    `Cannot write "${path.split(/[\\/]/).at(-1)}": its ending says no format, .parquet, .csv or .ndjson is needed`,
    { hint: 'Add for example "--format parquet"' },
  );
}
