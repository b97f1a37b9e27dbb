/** Formats that a contract can demand, by name: each is a rule on one text. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  email: (text) => /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  url: (text) => /^https?:\/\/[^\s/]+(\/\S*)?$/i.test(text),
  ipv4: (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255),
  digits: (text) => /^\d+$/.test(text),
  uppercaseCode: (text) => /^[A-Z0-9-]{2,}$/.test(text) && /[A-Z]/.test(text) && /\d/.test(text),
};

/** The format that every one of the texts follows, or undefined; texts must be many enough to say so. */
export function formatOf(texts: readonly string[]): string | undefined {
  if (texts.length < 20) return undefined;
  return Object.keys(formats).find((name) => texts.every(formats[name]!));
}
