import { registerHooks } from "node:module";
import { packageEntries } from "./entries.ts";

/** From here on `fettle` means the running package in every module that this thread loads. */
export function resolveOwnPackage(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const own = (packageEntries as Readonly<Record<string, string>>)[specifier];
      return own === undefined ? next(specifier, context) : { url: own, shortCircuit: true };
    },
  });
}
