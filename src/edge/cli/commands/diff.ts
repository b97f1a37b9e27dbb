import { type Command, withApp } from "../command.ts";
import { columns } from "../format.ts";

export const diff: Command = {
  name: "diff",
  summary: "what differs between two versions",
  args: [
    { name: "<left>", says: "a version, for example churn@1" },
    { name: "<right>", says: "another one, for example churn@2" },
  ],
  options: [],
  example: "fettle diff churn@1 churn@2",
  async run(io, [left = "", right = ""]) {
    const differences = await withApp(io, (app) => app.diff(left, right));
    const rows = differences.map((difference) => [difference.what, difference.left, difference.right]);
    const text = rows.length === 0 ? "no difference" : columns([["", left, right], ...rows], "");
    return { json: { left, right, differences }, text };
  },
};
