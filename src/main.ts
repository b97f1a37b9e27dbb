import { readFileSync } from "node:fs";
import { runCli } from "./edge/cli/index.ts";

/** Version of the running package. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/**
 * Runs one command line in this process and returns its exit code. The first SIGINT or SIGTERM cancels the work, the second
 * ends the process.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  // A reader that has gone away (`fettle models | head -1`) is no failure of ours.
  const ignoreGone = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  };
  process.stdout.on("error", ignoreGone);
  process.stderr.on("error", ignoreGone);
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await runCli(argv, {
      openApp: async (folder, options) => (await import("./app.ts")).openApp(folder, { ...options, version }),
      version,
      cwd: process.cwd(),
      stdout: process.stdout,
      stderr: process.stderr,
      signal: abort.signal,
    });
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}
