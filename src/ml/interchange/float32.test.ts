import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { float32Threshold, previousFloat32 } from "./float32.ts";

const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });

test("previousFloat32() has no f32 number between it and its argument", () => {
  fc.assert(
    fc.property(anyFloat, (x) => {
      const below = previousFloat32(x);
      const middle = Math.fround(below + (x - below) / 2);
      assert.ok(below < x || x === -3.4028234663852886e38);
      assert.ok(middle === below || middle === x);
    }),
  );
  assert.equal(previousFloat32(0), -(2 ** -149));
  assert.equal(previousFloat32(-0), -(2 ** -149));
});

test("float32Threshold() parts f32 numbers as LightGBM does that found the threshold half-way between them", () => {
  fc.assert(
    fc.property(anyFloat, anyFloat, (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      fc.pre(low < high && high - low < 1e38);
      const bits = new BigInt64Array(Float64Array.of((low + high) / 2).buffer);
      bits[0]! += bits[0]! < 0n ? -1n : 1n;
      const above = new Float64Array(bits.buffer)[0]!;
      assert.ok(low <= float32Threshold(above) && float32Threshold(above) < high);
    }),
  );
});

test("float32Threshold() is the nearest f32 number otherwise, a finite one", () => {
  const cases: [number, number][] = [
    [0.5, 0.5],
    [-0, 0],
    [-1.8569999999999998, Math.fround(-1.857)],
    [1.7e308, 3.4028234663852886e38],
    [Number.POSITIVE_INFINITY, 3.4028234663852886e38],
    [Number.NEGATIVE_INFINITY, -3.4028234663852886e38],
  ];
  for (const [t, threshold] of cases) assert.equal(float32Threshold(t), threshold);
});
