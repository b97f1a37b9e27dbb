/* Protocol buffers, the writing half: fields in the order given, numbers packed where they repeat. */

const encoder = new TextEncoder();

function varint(value: number): number[] {
  // Negative numbers are ten bytes of two's complement; nothing here is beyond 2^53.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const field = (number: number, wire: number) => varint(number * 8 + wire);

/** A message: its fields one after another. */
export const message = (...fields: readonly Uint8Array[]): Uint8Array => concat(fields);

/** A field of whole number. */
export const whole = (number: number, value: number): Uint8Array =>
  Uint8Array.from([...field(number, 0), ...varint(value)]);

/** A field of bytes, text or a message. */
export function bytes(number: number, value: Uint8Array | string): Uint8Array {
  const content = typeof value === "string" ? encoder.encode(value) : value;
  return concat([Uint8Array.from([...field(number, 2), ...varint(content.length)]), content]);
}

/** A field of f32. */
export const float = (number: number, value: number): Uint8Array =>
  concat([Uint8Array.from(field(number, 5)), littleEndian([value])]);

/** A packed field of whole numbers. */
export const wholes = (number: number, values: ArrayLike<number>): Uint8Array =>
  bytes(number, Uint8Array.from(Array.from(values).flatMap(varint)));

/** F32 numbers as bytes, the least significant first. */
export function littleEndian(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

/** F64 numbers as bytes, the least significant first. */
export function littleEndian64(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}
