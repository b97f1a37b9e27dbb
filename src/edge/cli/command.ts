import type { OpenApp, ProjectApp } from "./ports.ts";

/** Where a command writes and how it is stopped. */
export interface CommandIo {
  /** Whether the caller wants one JSON object on standard output. */
  readonly json: boolean;
  /** Progress and warnings: a line on standard error. */
  readonly note: (line: string) => void;
  /** Redraws the live lines on standard error; no-op where it is no terminal. */
  readonly live: (line: string) => void;
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly openApp: OpenApp;
  readonly version: string;
}

/** What a command answers: the same facts for people and for programs. */
export interface CommandResult {
  readonly json: unknown;
  readonly text: string;
  /** 0 done (default), 1 negative report. */
  readonly exit?: 0 | 1;
}

/** One option, in commander's notation. */
export interface CommandOption {
  readonly flags: string;
  readonly says: string;
  readonly standard?: string | boolean;
}

/** Options as commander hands them over. */
export type Options = Readonly<Record<string, unknown>>;

/** A command as data: its help is generated from it. */
export interface Command {
  readonly name: string;
  /** Positional arguments, in commander's notation: `<model>`, `[model]`. */
  readonly args: readonly { readonly name: string; readonly says: string }[];
  readonly summary: string;
  readonly options: readonly CommandOption[];
  /** A command line that works, shown in the help. */
  readonly example: string;
  readonly run: (io: CommandIo, args: readonly string[], options: Options) => Promise<CommandResult>;
}

/** Opens the project around the working folder for the length of one piece of work. */
export async function withApp<T>(
  io: CommandIo,
  use: (app: ProjectApp) => Promise<T>,
  options?: { create?: boolean },
): Promise<T> {
  const app = await io.openApp(io.cwd, options);
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}
