import { createReadStream, existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FettleError, hasher, isSha256, type Sha256, sha256 } from "../../lib/index.ts";
import type { ObjectStore } from "../../platform/data/index.ts";
import { fillWithBytes, fillWithCopy, type StepHook, writeDurably } from "./durable-file.ts";

/**
 * Objects on a local disk at `objects/<aa>/<sha256>`. A name is only ever made of a checked sha256, so no caller can reach
 * another path. Content that is already there is kept as it is.
 * @param dir the `.fettle` folder
 */
export function createObjectStore(dir: string, onStep?: StepHook): ObjectStore {
  const pathOf = (id: Sha256): string => {
    if (!isSha256(id))
      throw new FettleError(
        "invalid-input",
        "OBJECT_ID",
        "Cannot read an object: its id is no sha256, 64 hex digits are needed",
      );
    return join(dir, "objects", id.slice(0, 2), id);
  };
  const keep = (id: Sha256, fill: (temporary: string) => void): Sha256 => {
    if (!existsSync(pathOf(id))) writeDurably(pathOf(id), join(dir, "tmp"), fill, onStep);
    return id;
  };
  const present = (id: Sha256): string => {
    const path = pathOf(id);
    if (existsSync(path)) return path;
    throw new FettleError(
      "not-found",
      "OBJECT_NOT_FOUND",
      `Cannot read object ${id.slice(0, 12)}: it is not in the store`,
      {
        hint: 'Run "fettle doctor" to see what else is missing',
        facts: { object: id },
      },
    );
  };
  return {
    put: async (bytes) => keep(sha256(bytes), (temporary) => fillWithBytes(temporary, bytes)),
    putFile: async (path) => keep(await hashFile(path), (temporary) => fillWithCopy(temporary, path)),
    async get(id) {
      const bytes = readFileSync(present(id));
      if (sha256(bytes) !== id) throw damaged(id);
      return bytes;
    },
    async verifiedPath(id) {
      const path = present(id);
      if ((await hashFile(path)) !== id) throw damaged(id);
      return path;
    },
    has: async (id) => existsSync(pathOf(id)),
    async *list() {
      for (const folder of (await entriesOf(join(dir, "objects"))).sort())
        for (const name of (await entriesOf(join(dir, "objects", folder))).sort()) if (isSha256(name)) yield name;
    },
  };
}

async function entriesOf(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

/** sha256 of a file's bytes, streamed. */
export async function hashFile(path: string): Promise<Sha256> {
  const hash = hasher();
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest();
}

function damaged(id: Sha256): FettleError {
  return new FettleError(
    "damaged",
    "OBJECT_DAMAGED",
    `Cannot read object ${id.slice(0, 12)}: its bytes do not match its sha256, the bytes that were stored are needed`,
    {
      hint: "Restore the object from a backup; what depends on it is not served",
      facts: { object: id },
    },
  );
}
