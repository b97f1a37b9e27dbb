/**
 * A UUID of version 7 (RFC 9562, section 5.7) from an instant and 10 random bytes: sortable by time, unique by the bytes.
 * The caller brings both, so that the function stays pure.
 * @param now epoch milliseconds, 0 … 2^48 − 1
 * @param random at least 10 bytes
 */
export function uuidv7(now: number, random: Uint8Array): string {
  const time = Math.floor(now).toString(16).padStart(12, "0");
  const hex = (from: number, to: number) =>
    Array.from(random.subarray(from, to), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = (((random[2] ?? 0) & 0x3f) | 0x80).toString(16).padStart(2, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(0, 2).slice(1)}-${variant}${hex(3, 4)}-${hex(4, 10)}`;
}
