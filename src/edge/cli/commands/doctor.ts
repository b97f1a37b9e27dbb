import pc from "picocolors";
import { type Command, withApp } from "../command.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "what is wrong with this machine or project, in plain words",
  args: [],
  options: [],
  example: "fettle doctor",
  async run(io) {
    const checks = await withApp(io, (app) => app.doctor(), { create: true });
    const marks = { ok: pc.green("ok"), warning: pc.yellow("!!"), problem: pc.red("✗ ") };
    const lines = checks.map(
      ({ name, status, message, hint }) =>
        `${marks[status]}  ${name.padEnd(12)} ${message}${hint === undefined ? "" : pc.dim(`\n    ${hint}`)}`,
    );
    const ok = checks.every(({ status }) => status !== "problem");
    return { json: { ok, checks }, text: lines.join("\n"), exit: ok ? 0 : 1 };
  },
};
