import { existsSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { FettleError } from "../../lib/index.ts";
import { workerEntries } from "./entries.ts";
import { fromPlainError, type PlainError } from "./worker-error.ts";

/**
 * The default export of a user's module, as plain data. The module runs in a worker of its own with a timeout: isolation
 * against accidents (an endless loop, a top-level side effect), no sandbox against its author.
 * Throws DEFINITION_UNREADABLE, DEFINITION_TIMEOUT, DEFINITION_NOT_DATA, or what the module itself threw.
 */
export async function loadUserModule(path: string, timeoutMs = 10_000): Promise<unknown> {
  if (!existsSync(path))
    throw new FettleError("not-found", "DEFINITION_MISSING", `Cannot read "${basename(path)}": there is no such file`);
  const name = basename(path);
  const worker = new Worker(workerEntries.definition, { workerData: pathToFileURL(path).href, stdout: true });
  try {
    const answer = await new Promise<{ value?: unknown; error?: PlainError }>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new FettleError(
              "invalid-input",
              "DEFINITION_TIMEOUT",
              `Cannot read "${name}": it did not finish within ${timeoutMs / 1000} s, a module that only declares data is needed`,
            ),
          ),
        timeoutMs,
      );
      worker.once("message", resolve);
      worker.once("messageerror", () => reject(notData(name)));
      worker.once("error", (error: Error) => reject(error.name === "DataCloneError" ? notData(name) : error));
      worker.once("exit", () => reject(notData(name)));
      worker.once("exit", () => clearTimeout(timer));
    });
    if (answer.error) throw unreadable(name, answer.error);
    if (typeof answer.value !== "object" || answer.value === null) throw notData(name);
    return answer.value;
  } finally {
    await worker.terminate();
  }
}

function unreadable(name: string, error: PlainError): Error {
  if (error.kind !== null) return fromPlainError(error);
  return new FettleError(
    "invalid-input",
    "DEFINITION_UNREADABLE",
    `Cannot read "${name}": ${error.message.split("\n")[0]}`,
    {
      hint: 'Mend the module; it must run on its own with "node"',
      cause: fromPlainError(error),
    },
  );
}

function notData(name: string): FettleError {
  return new FettleError(
    "invalid-input",
    "DEFINITION_NOT_DATA",
    `Cannot read "${name}": its default export is no plain data, the value of defineModel is needed`,
    {
      hint: 'Write "export default defineModel({ … })"',
    },
  );
}
