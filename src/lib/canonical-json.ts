/** A value that JSON can hold without loss: no NaN, no Infinity, no undefined inside arrays. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * The one text of a JSON value: keys sorted by UTF-16 code unit, no spaces, numbers as ECMAScript prints them (shortest
 * round-trip, so an f64 survives; -0 is written 0), undefined members left out. Equal values give equal bytes.
 * Throws a TypeError for NaN, infinities and anything that is not plain data.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value))
      throw new TypeError(`Cannot write ${value} as JSON: a finite number or null is needed`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`; // a hole is undefined, and refused
  if (typeof value === "object") {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError(`Cannot write a ${prototype?.constructor?.name ?? "value"} as JSON: plain data is needed`);
    const members = Object.entries(value as Record<string, unknown>)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`Cannot write a ${typeof value} as JSON: plain data is needed`);
}
