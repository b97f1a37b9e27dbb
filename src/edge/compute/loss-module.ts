import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FettleError } from "../../lib/index.ts";
import type { CustomLoss } from "../../ml/learners/index.ts";
import { type AnyDefinition, defineLoss, isTaskDefinition, type LossModule } from "../../platform/training/index.ts";
import { moduleGraphHash } from "./module-graph.ts";
import { resolveOwnPackage } from "./own-package.ts";

/** The functions of the loss that a definition names by its module; undefined where it names none. See {@link loadLoss}. */
export async function customLossOf(definition: AnyDefinition, root: string): Promise<CustomLoss | undefined> {
  const loss = isTaskDefinition(definition) ? undefined : definition.loss;
  return typeof loss === "object" ? loadLoss(loss, root) : undefined;
}

/**
 * The loss that a module exports, checked. To be called in a worker: the module is the user's, and may not end. Throws LOSS_MODULE_MISSING,
 * LOSS_MODULE_CHANGED where its hash is not the definition's, LOSS_MODULE_UNREADABLE, LOSS_INVALID.
 */
export async function loadLoss({ module: path, export: name, hash }: LossModule, root: string): Promise<CustomLoss> {
  const file = resolve(root, path);
  const refuse = (code: string, why: string, cause?: unknown) =>
    new FettleError("invalid-input", code, `Cannot read the loss "${path}": ${why}`, { cause });
  if (moduleGraphHash(file) !== hash)
    throw refuse(
      "LOSS_MODULE_CHANGED",
      "it is not the module whose hash the definition carries, the same code is needed",
    );
  resolveOwnPackage();
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(file).href)) as Record<string, unknown>)[name];
  } catch (cause) {
    if (cause instanceof FettleError) throw cause;
    throw refuse("LOSS_MODULE_UNREADABLE", `it ended with ${cause instanceof Error ? cause.name : "an error"}`, cause);
  }
  if (typeof exported !== "object" || exported === null)
    throw refuse("LOSS_MODULE_UNREADABLE", `it has no export "${name}", the value of defineLoss is needed`);
  return defineLoss({ ...(exported as CustomLoss), name });
}
