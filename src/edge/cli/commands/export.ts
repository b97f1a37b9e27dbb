import { FettleError } from "../../../lib/index.ts";
import { type Command, withApp } from "../command.ts";
import { bytes } from "../format.ts";
import { choiceOption, textOption } from "../options.ts";
import type { QuantisedExport } from "../ports.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "write a version out: a dependency-free module, its capsule, its schema, ONNX or XGBoost",
  args: [{ name: "<model>", says: "churn, or churn@1 for one version" }],
  options: [
    {
      flags: "--to <form>",
      says: "module (ES module with types), capsule (one JSON file), json-schema (of a request), onnx (trees or a linear model) or xgboost (trees; JSON for load_model), both on encoded features and with a JSON that says how to encode",
      standard: "module",
    },
    {
      flags: "--quantise <precision>",
      says: "module of trees in few bytes: float32, int16 or int8 leaves; prints what that loses",
    },
    { flags: "--out <path>", says: "file to write; the model's name with the form's ending where absent" },
  ],
  example: "fettle export churn@1 --to module --out churn.mjs",
  async run(io, [reference = ""], options) {
    const to = choiceOption(options, "to", ["module", "capsule", "json-schema", "onnx", "xgboost"]) ?? "module";
    const precision = choiceOption(options, "quantise", ["float32", "int16", "int8"]);
    if (precision !== undefined && to !== "module")
      throw new FettleError(
        "invalid-input",
        "QUANTISE_FORM",
        `Cannot quantise a ${to}: only a module can be quantised, "--to module" is needed`,
      );
    const result = await withApp(io, (app) => app.exportModel(reference, to, textOption(options, "out"), precision));
    const lines = [`wrote ${result.files.join(", ")} (${bytes(result.bytes)})`];
    if (result.quantised) lines.push(...lossLines(result.quantised));
    return { json: { to, ...result }, text: lines.join("\n") };
  },
};

function lossLines({ precision, bytesBefore, ...loss }: QuantisedExport): string[] {
  const changed = loss.nClassChanged === null ? "" : `; the class of ${loss.nClassChanged} changes`;
  const difference = (x: number) => x.toExponential(1);
  return [
    `  · ${precision} instead of the full model's ${bytes(bytesBefore)}`,
    `  · outputs of ${loss.nRows} held-out golden rows differ by at most ${difference(loss.greatestDifference)}, by ${difference(loss.meanDifference)} in the mean${changed}`,
  ];
}
