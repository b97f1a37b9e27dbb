/** The greatest finite f32 number. */
const greatest = 3.4028234663852886e38;

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The greatest f32 number below an f32 number; below infinity the greatest finite one. The least finite one has none and stays. */
export function previousFloat32(x: number): number {
  single[0] = x;
  if (single[0] <= -greatest) return -greatest;
  if (single[0] === 0) return -(2 ** -149);
  bits[0]! += single[0] > 0 ? -1 : 1;
  return single[0];
}

/** The least f32 number above a finite f32 number; the greatest one has none and stays. */
export function nextFloat32(x: number): number {
  return -previousFloat32(-x) + 0;
}

/**
 * The f32 number to compare with in f32 where `x <= t` is meant in f64: the nearest one, so that a row at or below t never goes right, and one above
 * t goes left only from less than half a step away. A threshold just between two neighbours parted f32 numbers: then it is the lower one.
 */
export function float32Threshold(t: number): number {
  const nearest = Math.min(greatest, Math.max(-greatest, Math.fround(t))) + 0;
  if (!(nearest > t) || nearest === -greatest) return nearest;
  const below = previousFloat32(nearest);
  return t - below <= (nearest - below) * (0.5 + 2 ** -26) ? below : nearest;
}
