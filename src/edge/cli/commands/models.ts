import pc from "picocolors";
import { type Command, withApp } from "../command.ts";
import { columns, instant, metric } from "../format.ts";

export const models: Command = {
  name: "models",
  summary: "list models and their versions",
  args: [],
  options: [],
  example: "fettle models",
  async run(io) {
    const versions = await withApp(io, (app) => app.models());
    const rows = versions.map(({ model, version, task, primary, gatesPassed, report, createdAt }) => [
      pc.bold(`${model}@${version}`),
      task,
      report === null ? pc.dim("imported") : `${primary.metric} ${metric({ ...primary, n: 0 })}`,
      gatesPassed ? pc.green("gates passed") : report === null ? pc.yellow("not measured") : pc.red("gates failed"),
      pc.dim(instant(createdAt)),
    ]);
    const text = rows.length > 0 ? columns(rows, "") : 'no model has been trained here yet; start with "fettle init"';
    return { json: { versions }, text };
  },
};
