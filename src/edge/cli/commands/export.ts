import { type Command, withApp } from "../command.ts";
import { bytes } from "../format.ts";
import { choiceOption, textOption } from "../options.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "write a version out: a dependency-free module, its capsule, or its schema",
  args: [{ name: "<model>", says: "churn, or churn@1 for one version" }],
  options: [
    {
      flags: "--to <form>",
      says: "module (ES module with types), capsule (one JSON file), json-schema (of a request)",
      standard: "module",
    },
    { flags: "--out <path>", says: "file to write; the model's name with the form's ending where absent" },
  ],
  example: "fettle export churn@1 --to module --out churn.mjs",
  async run(io, [reference = ""], options) {
    const to = choiceOption(options, "to", ["module", "capsule", "json-schema"]) ?? "module";
    const result = await withApp(io, (app) => app.exportModel(reference, to, textOption(options, "out")));
    return { json: { to, ...result }, text: `wrote ${result.files.join(", ")} (${bytes(result.bytes)})` };
  },
};
