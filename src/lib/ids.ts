/** Two hex digits per byte. */
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A UUID of version 7 (RFC 9562, section 5.7) from an instant and 10 random bytes: sortable by time, unique by the bytes.
 * The caller brings both, so that the function stays pure.
 * @param now epoch milliseconds, 0 … 2^48 − 1
 * @param random at least 10 bytes
 */
export function uuidv7(now: number, random: Uint8Array): string {
  const time = Math.floor(now).toString(16).padStart(12, "0");
  const variant = hex[((random[2] ?? 0) & 0x3f) | 0x80]!;
  const version = hex[((random[0] ?? 0) & 0x0f) | 0x70]! + hex[random[1] ?? 0]!;
  let node = "";
  for (let k = 4; k < 10; k++) node += hex[random[k] ?? 0]!;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}${hex[random[3] ?? 0]!}-${node}`;
}
