import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";

/** A sha256 in lower-case hex: 64 characters. */
export type Sha256 = string & { readonly __brand: "Sha256" };

/** sha256 of bytes or of a text in UTF-8. */
export function sha256(bytes: Uint8Array | string): Sha256 {
  return createHash("sha256").update(bytes).digest("hex") as Sha256;
}

/** sha256 of a value's canonical JSON: equal values, equal hash, whatever the order of their keys. */
export function hashOf(value: unknown): Sha256 {
  return sha256(canonicalJson(value));
}

/** A sha256 over parts that arrive one after another. */
export interface Hasher {
  update(bytes: Uint8Array | string): Hasher;
  digest(): Sha256;
}

/** Starts a {@link Hasher}. */
export function hasher(): Hasher {
  const hash = createHash("sha256");
  const self: Hasher = {
    update(bytes) {
      hash.update(bytes);
      return self;
    },
    digest: () => hash.digest("hex") as Sha256,
  };
  return self;
}

/** Whether a text has the form of a sha256: the gate before it may name an object. */
export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}
