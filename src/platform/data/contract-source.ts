import type { Contract } from "./contract.ts";

/** A contract as the TypeScript module that `init` writes: one line per column. */
export function contractToSource(contract: Contract): string {
  const lines = Object.entries(contract.columns).map(([name, rules]) => `    ${keyText(name)}: ${literal(rules)},`);
  return [
    "import { defineContract } from 'fettle';",
    "",
    "// What the data must look like. Inferred from the first snapshot; tighten or loosen it as you know better.",
    "export const contract = defineContract({",
    ...(contract.minRows === undefined ? [] : [`  minRows: ${contract.minRows},`]),
    "  columns: {",
    ...lines,
    "  },",
    "});",
    "",
  ].join("\n");
}

/** A value as a TypeScript literal on one line: keys bare where they may be, texts in single quotes. */
export function literal(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${keyText(key)}: ${literal(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** A text in single quotes, escaped. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}'`; // they would end a comment
}

// `__proto__: …` would set a prototype instead of a key.
function keyText(key: string): string {
  if (key === "__proto__") return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}
