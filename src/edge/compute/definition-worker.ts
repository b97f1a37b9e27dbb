import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { packageEntries } from "./entries.ts";
import { toPlainError } from "./worker-error.ts";

// Evaluates one user module and hands its default export back as data. Inside it, `fettle` means the running package.
registerHooks({
  resolve(specifier, context, next) {
    const own = (packageEntries as Readonly<Record<string, string>>)[specifier];
    return own === undefined ? next(specifier, context) : { url: own, shortCircuit: true };
  },
});

try {
  const module = (await import(workerData as string)) as { default?: unknown };
  parentPort!.postMessage({ value: module.default });
} catch (error) {
  parentPort!.postMessage({ error: toPlainError(error) });
}
