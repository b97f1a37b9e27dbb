import pc from "picocolors";
import { type Command, withApp } from "../command.ts";
import { liveProgress } from "./train.ts";

export const verify: Command = {
  name: "verify",
  summary: "train again from the recorded snapshot, code and seed, and prove the same bytes",
  args: [{ name: "<model>", says: "churn, or churn@1 for one version" }],
  options: [],
  example: "fettle verify churn@1",
  async run(io, [reference = ""]) {
    const verification = await withApp(io, (app) => app.verify(reference, liveProgress(io)));
    const { verdict, message, threads } = verification;
    const mark = { identical: pc.green("✓"), differs: pc.red("✗"), "cannot-verify": pc.yellow("?") }[verdict];
    const lines = threads.flatMap(({ threads: n, parts }) =>
      parts.map(
        (part) =>
          `  ${part.same ? pc.green("same") : pc.red("differs")}  ${part.part.padEnd(11)} ${part.again.slice(0, 16)}  ${pc.dim(`${n} thread${n === 1 ? "" : "s"}`)}`,
      ),
    );
    const text = [
      `${mark} ${pc.bold(`${verification.model}@${verification.version}`)} ${verdict}: ${message}`,
      ...lines,
    ].join("\n");
    return { json: verification, text, exit: verdict === "identical" ? 0 : 1 };
  },
};
