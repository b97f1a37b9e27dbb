import { wrongFormat } from "./import-errors.ts";

/** Deepest nesting that is read; XGBoost's files need 7. */
const deepest = 64;

/** Bytes of one value of each numeric type. */
const widths: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * A value from Universal Binary JSON (draft 12) as XGBoost writes it: objects without a prototype, arrays, and arrays of one numeric type. Counts are
 * checked against the bytes that are there before anything is allocated. Throws IMPORT_FORMAT.
 */
export function parseUbjson(bytes: Uint8Array, library: string): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  let at = 0;

  const refuse = (found: string, needed: string) => wrongFormat(library, `at byte ${at} ${found}`, needed);
  const take = (n: number): number => {
    if (!(n <= bytes.length - at)) throw refuse("the file ends", `another ${n} bytes`);
    at += n;
    return at - n;
  };
  const marker = (): string => String.fromCharCode(bytes[take(1)]!);
  const number = (type: string): number => {
    const from = take(widths[type] ?? 0);
    switch (type) {
      case "i":
        return view.getInt8(from);
      case "U":
        return view.getUint8(from);
      case "I":
        return view.getInt16(from);
      case "l":
        return view.getInt32(from);
      case "L":
        return Number(view.getBigInt64(from));
      case "d":
        return view.getFloat32(from);
      case "D":
        return view.getFloat64(from);
      default:
        throw refuse(`the type ${JSON.stringify(type)} stands for a number`, "one of iUIlLdD");
    }
  };
  const count = (): number => {
    const n = number(marker());
    if (Number.isSafeInteger(n) && n >= 0) return n;
    throw refuse(`a length is ${n}`, "a whole number ≥ 0");
  };
  const text = (): string => {
    const n = count();
    const from = take(n);
    return decoder.decode(bytes.subarray(from, from + n));
  };

  const array = (depth: number): unknown => {
    if (bytes[at] === code("$")) return typedArray();
    if (bytes[at] === code("#")) {
      at += 1;
      const n = count();
      if (n > bytes.length - at) throw refuse(`an array claims ${n} items`, "as many bytes at least");
      return Array.from({ length: n }, () => value(marker(), depth));
    }
    const items: unknown[] = [];
    for (let next = marker(); next !== "]"; next = marker()) items.push(value(next, depth));
    return items;
  };
  const typedArray = (): Float64Array => {
    at += 1;
    const type = marker();
    const width = widths[type];
    if (width === undefined || marker() !== "#")
      throw refuse("an array is typed otherwise", "a numeric type with a count");
    const n = count();
    if (n * width > bytes.length - at) throw refuse(`an array claims ${n} items`, `${n * width} bytes`);
    return Float64Array.from({ length: n }, () => number(type));
  };
  const object = (depth: number): unknown => {
    if (bytes[at] === code("$") || bytes[at] === code("#"))
      throw refuse("an object is counted", "one that ends with }");
    const fields: Record<string, unknown> = Object.create(null);
    while (bytes[at] !== code("}")) {
      const name = text();
      fields[name] = value(marker(), depth);
    }
    at += 1;
    return fields;
  };
  const value = (type: string, depth: number): unknown => {
    if (depth > deepest) throw refuse(`values are nested ${depth} deep`, `at most ${deepest}`);
    switch (type) {
      case "{":
        return object(depth + 1);
      case "[":
        return array(depth + 1);
      case "S":
        return text();
      case "C":
        return marker();
      case "T":
      case "F":
        return type === "T";
      case "Z":
        return null;
      default:
        return number(type);
    }
  };

  const root = value(marker(), 0);
  if (at < bytes.length) throw refuse(`${bytes.length - at} bytes follow the model`, "the end of the file");
  return root;
}

const code = (character: string): number => character.charCodeAt(0);
