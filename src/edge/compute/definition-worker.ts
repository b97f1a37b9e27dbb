import { parentPort, workerData } from "node:worker_threads";
import { resolveOwnPackage } from "./own-package.ts";
import { toPlainError } from "./worker-error.ts";

// Evaluates one user module and hands its default export back as data. Inside it, `fettle` means the running package.
resolveOwnPackage();

try {
  const module = (await import(workerData as string)) as { default?: unknown };
  parentPort!.postMessage({ value: module.default });
} catch (error) {
  parentPort!.postMessage({ error: toPlainError(error) });
}
