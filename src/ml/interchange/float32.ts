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

/** The greatest finite f32 number that is at most `x`; below all of them the least. */
export function floorFloat32(x: number): number {
  if (x >= greatest) return greatest;
  if (x <= -greatest) return -greatest;
  const rounded = Math.fround(x);
  return rounded <= x ? rounded : previousFloat32(rounded);
}
