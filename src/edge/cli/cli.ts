import { FettleError, transportOf } from "../../lib/index.ts";
import type { Command, CommandIo, Options } from "./command.ts";
import type { OpenApp } from "./ports.ts";

/** What the command line needs of its process. */
export interface CliHost {
  readonly openApp: OpenApp;
  readonly version: string;
  readonly cwd: string;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

// Loaded only when asked for, so that `--help` stays fast. Order is the order of a first hour with the product.
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import("./commands/demo.ts")).demo,
  init: async () => (await import("./commands/init.ts")).init,
  train: async () => (await import("./commands/train.ts")).train,
  import: async () => (await import("./commands/import.ts")).importCommand,
  tune: async () => (await import("./commands/tune.ts")).tune,
  models: async () => (await import("./commands/models.ts")).models,
  show: async () => (await import("./commands/show.ts")).show,
  diff: async () => (await import("./commands/diff.ts")).diff,
  verify: async () => (await import("./commands/verify.ts")).verify,
  serve: async () => (await import("./commands/serve.ts")).serve,
  score: async () => (await import("./commands/score.ts")).score,
  export: async () => (await import("./commands/export.ts")).exportCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
};

/** Every command, for documentation and tests. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}

/** Runs one command line and returns the exit code: 0 done, 1 negative report, 2 invalid input, 3 other failure, 130 cancelled. */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  const { Command: Program, CommanderError } = await import("commander");
  const program = new Program("fettle")
    .description("From a table and a problem statement to a served, reproducible, reported model")
    .version(host.version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => host.stderr.write(text) })
    .addHelpText("after", "\nExample:\n  fettle init churn --data customers.csv --target Churn && fettle train churn");
  const json = argv.includes("--json");
  let exit = 0;
  const wanted = argv.find((word) => !word.startsWith("-")) ?? "";
  // The help of all needs every summary; a single command needs only itself.
  const commands = wanted in loaders ? [await loaders[wanted]!()] : await allCommands();
  for (const command of commands) {
    const sub = program.command(command.name).description(command.summary);
    for (const arg of command.args) sub.argument(arg.name, arg.says);
    for (const option of command.options) sub.option(option.flags, option.says, option.standard);
    sub.option("--json", "print one JSON object on standard output and nothing else there");
    sub.addHelpText("after", `\nExample:\n  ${command.example}`);
    sub.action(async (...given: unknown[]) => {
      const args = given.slice(0, command.args.length).flatMap((arg) => (typeof arg === "string" ? [arg] : []));
      exit = await runCommand(command, args, given[command.args.length] as Options, json, host);
    });
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const message = error.message.replace(/^error: /, "");
    const hint = 'See "fettle --help"';
    if (json)
      host.stdout.write(
        `${JSON.stringify({ error: { code: "USAGE", kind: "invalid-input", message, hint, facts: {} } })}\n`,
      );
    return 2;
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  options: Options,
  json: boolean,
  host: CliHost,
): Promise<number> {
  const live = createLiveLine(host.stderr);
  const io: CommandIo = {
    json,
    note: (line) => live.note(line),
    live: (line) => live.show(line),
    signal: host.signal,
    cwd: host.cwd,
    openApp: host.openApp,
    version: host.version,
  };
  try {
    const result = await command.run(io, args, options);
    live.clear();
    host.stdout.write(json ? `${JSON.stringify(result.json)}\n` : result.text === "" ? "" : `${result.text}\n`);
    return result.exit ?? 0;
  } catch (error) {
    live.clear();
    return reportError(error, json, host);
  }
}

function reportError(error: unknown, json: boolean, host: CliHost): number {
  const known = error instanceof FettleError ? error : cancelledOr(error, host.signal);
  if (known === null) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
    if (json) host.stdout.write(`${JSON.stringify({ error: { code: "INTERNAL", message } })}\n`);
    host.stderr.write(`A bug in fettle: ${stack ?? message}\n`);
    return 3;
  }
  const { code, kind, message, hint, facts } = known;
  if (json) host.stdout.write(`${JSON.stringify({ error: { code, kind, message, hint: hint ?? null, facts } })}\n`);
  else host.stderr.write(`${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}[${code}]\n`);
  return transportOf[kind].exit;
}

function cancelledOr(error: unknown, signal: AbortSignal): FettleError | null {
  const aborted = signal.aborted && (error === signal.reason || (error as { name?: string })?.name === "AbortError");
  return aborted ? new FettleError("cancelled", "CANCELLED", "Cannot finish: the command was cancelled") : null;
}

function createLiveLine(stderr: CliHost["stderr"]) {
  let nShown = 0;
  const clear = () => {
    if (nShown > 0) stderr.write(`\r\u001b[2K${"\u001b[1A\u001b[2K".repeat(nShown - 1)}`);
    nShown = 0;
  };
  return {
    clear,
    note(line: string) {
      clear();
      stderr.write(`${line}\n`);
    },
    show(text: string) {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(text);
      nShown = text.split("\n").length;
    },
  };
}
