const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes as base64 text (RFC 4648, with padding); in any runtime, which `Buffer` and `atob` are not. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => alphabet[(word >> shift) & 63]!);
    parts.push(digits.slice(0, bytes.length - i + 1).join(""));
  }
  return parts.join("").padEnd(4 * Math.ceil(bytes.length / 3), "=");
}

/** Bytes of base64 text that {@link toBase64} gave. */
export function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  const digitValue = new Map([...alphabet].map((digit, value) => [digit, value]));
  let word = 0;
  for (let i = 0, at = 0; i < digits.length; i++) {
    word = ((word << 6) | digitValue.get(digits[i]!)!) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = word >> (6 - 2 * (i % 4));
  }
  return bytes;
}
