import pc from "picocolors";
import { FettleError } from "../../../lib/index.ts";
import type { ImportedVersion } from "../../../platform/pipelines/index.ts";
import { type Command, type Options, withApp } from "../command.ts";
import { columns, count } from "../format.ts";
import { choiceOption, listOption, positiveOption, textOption } from "../options.ts";
import type { ImportRequest } from "../ports.ts";
import { trainSummary } from "../train-summary.ts";
import { liveProgress, trainJson } from "./train.ts";

export const importCommand: Command = {
  name: "import",
  summary: "take in a model that XGBoost or LightGBM trained: checked, measured, registered as a version",
  args: [
    { name: "<library>", says: "xgboost (.json or .ubj) or lightgbm (text)" },
    { name: "<file>", says: "what save_model wrote" },
  ],
  options: [
    { flags: "--name <model>", says: "name of the model: small letters, digits, hyphens" },
    {
      flags: "--data <files...>",
      says: "rows as the model takes them: its golden rows, and with --target its evaluation",
    },
    {
      flags: "--target <column>",
      says: "the column that it predicts; without it nothing is measured, and no gate passes",
    },
    { flags: "--positive <rule>", says: "VALUE, !=VALUE or >=NUMBER: makes a yes/no target out of the column" },
    { flags: "--query <column>", says: "a ranking with a target: which rows are ordered together" },
    { flags: "--classes <names...>", says: "class names in the order of the model's classes; 0, 1 … where absent" },
    {
      flags: "--features <columns...>",
      says: "columns in the order of the model's features; the file's names where absent",
    },
    { flags: "--levels <file>", says: "JSON with the levels of categories by column, where the file holds none" },
    { flags: "--expected <file>", says: "the library's own answers for the rows, which must be met" },
    { flags: "--tolerance <number>", says: "greatest difference / max(1, |expected|)", standard: "1e-5" },
  ],
  example: "fettle import xgboost churn.json --name churn --data customers.csv --target Churn --classes No,Yes",
  async run(io, [library = "", file = ""], options) {
    const request = requestOf(library, file, options);
    const imported = await withApp(io, (app) => app.importModel(request, liveProgress(io)), { create: true });
    const { version, report, reportPath, notes } = imported;
    if (report === null || reportPath === null)
      return { json: unmeasuredJson(imported), text: unmeasuredText(imported) };
    const trained = { version, report, reportPath };
    return {
      json: { ...(trainJson(trained) as object), imported: imported.capsule.lineage.imported, notes },
      text: trainSummary(trained),
      exit: version.gatesPassed ? 0 : 1,
    };
  },
};

function requestOf(library: string, file: string, options: Options): ImportRequest {
  const name = textOption(options, "name");
  const data = listOption(options, "data");
  if (name === undefined || data === undefined)
    throw new FettleError("invalid-input", "OPTION_MISSING", "Cannot import: --name and --data are both needed", {
      hint: "For example: fettle import xgboost churn.json --name churn --data customers.csv",
    });
  const entries = {
    features: listOption(options, "features"),
    levels: textOption(options, "levels"),
    classes: listOption(options, "classes"),
    target: textOption(options, "target"),
    positive: textOption(options, "positive"),
    query: textOption(options, "query"),
    expected: textOption(options, "expected"),
  };
  return {
    name,
    library: choiceOption({ library }, "library", ["xgboost", "lightgbm"])!,
    file,
    data,
    tolerance: positiveOption(options, "tolerance") ?? 1e-5,
    ...Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)),
  };
}

function unmeasuredJson({ version, capsule, notes }: ImportedVersion): unknown {
  return {
    model: version.model,
    version: version.version,
    runId: version.runId,
    task: version.task,
    imported: capsule.lineage.imported,
    primary: version.primary,
    gatesPassed: version.gatesPassed,
    capsule: version.capsule,
    notes,
  };
}

function unmeasuredText({ version, capsule, notes }: ImportedVersion): string {
  const { inputs, task } = capsule.signature;
  const name = `${version.model}@${version.version}`;
  return [
    `${pc.yellow("○")} ${pc.bold(name)}  a ${task} model of ${count(inputs.length, "column")}, ${version.primary.reason}`,
    ...notes.map((note) => pc.dim(`  · ${note}`)),
    columns([
      ["golden", count(capsule.golden.rows.length, "row")],
      ["capsule", version.capsule],
      [
        "next",
        `${pc.cyan(`fettle serve ${name}`)}${pc.dim(" · ")}${pc.cyan(`fettle score ${name} --in new.csv --out scored.csv`)}`,
      ],
    ]),
  ].join("\n");
}
