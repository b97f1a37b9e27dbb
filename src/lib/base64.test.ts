import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64, toBase64 } from "./index.ts";

test("toBase64() gives what Node's Buffer gives, and fromBase64() takes it back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    }),
  );
});

test("toBase64() joins pieces of many bytes without a seam", () => {
  for (const length of [1535, 1536, 1537, 30_001]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) % 251);
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  }
});
