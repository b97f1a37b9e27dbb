const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitCodes = Uint8Array.from(alphabet, (digit) => digit.charCodeAt(0));

/** Bytes as base64 text (RFC 4648, with padding); in any runtime, which `Buffer` and `atob` are not. */
export function toBase64(bytes: Uint8Array): string {
  const codes = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  for (let i = 0, at = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) codes[at++] = digitCodes[(word >> shift) & 63]!;
  }
  codes.fill("=".charCodeAt(0), codes.length - ((3 - (bytes.length % 3)) % 3));
  return new TextDecoder().decode(codes);
}

/** Bytes of base64 text that {@link toBase64} gave. */
export function fromBase64(text: string): Uint8Array {
  const length = text.endsWith("==") ? text.length - 2 : text.endsWith("=") ? text.length - 1 : text.length;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  const digitValues = new Uint8Array(128);
  digitCodes.forEach((code, value) => {
    digitValues[code] = value;
  });
  let word = 0;
  for (let i = 0, at = 0; i < length; i++) {
    word = ((word << 6) | digitValues[text.charCodeAt(i)]!) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = word >> (6 - 2 * (i % 4));
  }
  return bytes;
}
