/** Bytes that are written one after another, little-endian; each writer returns the offset of what it wrote. */
export interface GrowingBytes {
  /** Offset of the next byte. */
  readonly at: number;
  u8(value: number): number;
  u16(value: number): number;
  u32(value: number): number;
  f32(value: number): number;
  f64(value: number): number;
  put(bytes: Uint8Array): number;
  /** Goes on at the next multiple of `n`. */
  align(n: number): void;
  /** All bytes so far. */
  done(): Uint8Array;
}

/** No bytes yet. Negative numbers are written as their two's complement. */
export function createBytes(): GrowingBytes {
  let view = new DataView(new ArrayBuffer(1024));
  let at = 0;
  const take = (n: number): number => {
    if (at + n > view.byteLength) {
      const larger = new Uint8Array(2 * (at + n));
      larger.set(new Uint8Array(view.buffer));
      view = new DataView(larger.buffer);
    }
    at += n;
    return at - n;
  };
  const writer = (n: number, write: (offset: number, value: number) => void) => (value: number) => {
    const offset = take(n);
    write(offset, value);
    return offset;
  };
  return {
    get at() {
      return at;
    },
    u8: writer(1, (offset, value) => view.setUint8(offset, value)),
    u16: writer(2, (offset, value) => view.setUint16(offset, value, true)),
    u32: writer(4, (offset, value) => view.setUint32(offset, value, true)),
    f32: writer(4, (offset, value) => view.setFloat32(offset, value, true)),
    f64: writer(8, (offset, value) => view.setFloat64(offset, value, true)),
    put(bytes) {
      const offset = take(bytes.length);
      new Uint8Array(view.buffer).set(bytes, offset);
      return offset;
    },
    align(n) {
      take((n - (at % n)) % n);
    },
    done: () => new Uint8Array(view.buffer.slice(0, at)),
  };
}
