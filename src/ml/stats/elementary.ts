/*
 * Elementary functions with fixed bits. ECMAScript leaves exp, log, sin and cos to the engine; whatever decides a model's bytes
 * uses these instead, which need only + − × ÷ and bit views and so give the same result on every engine. Reductions are Cody
 * and Waite's (1980), the polynomials are those of Sun's fdlibm 5.3 (1993); against mpmath, exp, log and log1p are off by at most
 * 1 ulp, expm1 by at most 2. They are also the specification of later compiled twins.
 */

const bits = new DataView(new ArrayBuffer(8));

const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
const perLn2 = 1.442695040888963387;

// x · 2^k for −1075 ≤ k ≤ 1024 and x near 1. Where 2^k is no normal number it comes in two factors, of which the first is exact: the
// result is rounded once.
function timesPowerOfTwo(x: number, k: number): number {
  if (k > 1023) return timesPowerOfTwo(x * 2, k - 1);
  if (k < -1022) return timesPowerOfTwo(x, k + 1000) * 9.332636185032189e-302;
  bits.setInt32(0, (k + 1023) << 20);
  bits.setInt32(4, 0);
  return x * bits.getFloat64(0);
}

/** e^x, below 1 ulp off. */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Number.POSITIVE_INFINITY;
  if (x < -745.1332191019411) return 0;
  const k = Math.floor(perLn2 * x + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return k === 0 ? y : timesPowerOfTwo(y, k);
}

/** Natural logarithm, below 1 ulp off; −Infinity at 0, NaN below. */
export function log(x: number): number {
  if (x !== x || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let k = 0;
  let m = x;
  if (m < 2.2250738585072014e-308) {
    m *= 18014398509481984; // 2^54 lifts subnormal numbers
    k = -54;
  }
  bits.setFloat64(0, m);
  let head = bits.getInt32(0);
  k += (head >> 20) - 1023;
  head &= 0xfffff;
  // The fraction is brought into [√½, √2).
  const i = (head + 0x95f64) & 0x100000;
  bits.setInt32(0, head | (i ^ 0x3ff00000));
  k += i >> 20;
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const even =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  return k * ln2High - (half - (s * (half + odd + even) + k * ln2Low) - f);
}

/** log(1 + x), accurate near 0 (Kahan's correction of the rounded sum). */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  return u === Number.POSITIVE_INFINITY ? u : (log(u) * x) / (u - 1);
}

/** e^x − 1, accurate near 0 (Kahan's correction). */
export function expm1(x: number): number {
  const u = exp(x);
  if (u === 1) return x;
  const less = u - 1;
  if (less === -1 || u === Number.POSITIVE_INFINITY) return less;
  return less * (x / log(u));
}

/** 1 / (1 + e^−x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** log(1 + e^x), without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/** log Σ e^x over xs[from … to), shifted by the greatest so that nothing overflows; −Infinity for an empty range. */
export function logSumExp(xs: ArrayLike<number>, from = 0, to = xs.length): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if (xs[i]! > top) top = xs[i]!;
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let i = from; i < to; i++) sum += exp(xs[i]! - top);
  return top + log(sum);
}

const halfPi = 1.57079632673412561417;
const halfPiRest = 6.07710050650619224932e-11;

function sinKernel(x: number): number {
  const z = x * x;
  return (
    x +
    x *
      z *
      (-1.66666666666666324348e-1 +
        z *
          (8.33333333332248946124e-3 +
            z *
              (-1.98412698298579493134e-4 +
                z * (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)))))
  );
}

function cosKernel(x: number): number {
  const z = x * x;
  const tail =
    z *
    z *
    (4.16666666666666019037e-2 +
      z *
        (-1.38888888888741095749e-3 +
          z *
            (2.48015872894767294178e-5 +
              z * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11)))));
  return 1 - 0.5 * z + tail;
}

function quadrant(x: number, turn: number): number {
  const k = Math.floor(x / (halfPi + halfPiRest) + 0.5);
  const r = x - k * halfPi - k * halfPiRest;
  const q = (((k + turn) % 4) + 4) % 4;
  if (q === 0) return sinKernel(r);
  if (q === 1) return cosKernel(r);
  return q === 2 ? -sinKernel(r) : -cosKernel(r);
}

/** sin x for |x| ≤ 10^5 radians, off by at most 1e-15 near one turn. */
export const sin = (x: number): number => quadrant(x, 0);

/** cos x for |x| ≤ 10^5 radians, off by at most 1e-15 near one turn. */
export const cos = (x: number): number => quadrant(x, 1);
