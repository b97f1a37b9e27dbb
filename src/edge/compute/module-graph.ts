import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { FettleError, hashOf, type Sha256, sha256 } from "../../lib/index.ts";

const relativeImport = /(?:\bfrom|\bimport)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+)\1/g;

/**
 * Hash of a module and of all that it imports by relative paths: their bytes and how they lie to each other. Packages are not
 * in it; the lock file that pins them is a fact of the run. Throws LOSS_MODULE_MISSING.
 */
export function moduleGraphHash(path: string): Sha256 {
  if (!isFile(path)) throw missing(path);
  const files = new Map<string, string | null>();
  const waiting = [resolve(path)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    // What looks like an import may be a text; a file that is not there is not read by the module either.
    const bytes = isFile(file) ? readFileSync(file) : null;
    files.set(file, bytes === null ? null : sha256(bytes));
    for (const [, , specifier] of (bytes?.toString("utf8") ?? "").matchAll(relativeImport))
      waiting.push(join(dirname(file), specifier!));
  }
  const nameOf = (file: string) => relative(dirname(resolve(path)), file).replaceAll(sep, "/");
  return hashOf([...files].map(([file, hash]) => [nameOf(file), hash]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function missing(path: string): FettleError {
  return new FettleError(
    "not-found",
    "LOSS_MODULE_MISSING",
    `Cannot read the loss "${basename(path)}": there is no such file`,
    { hint: "Paths of a definition are relative to the project folder" },
  );
}
