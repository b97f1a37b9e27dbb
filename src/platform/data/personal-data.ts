import type { Column, Table } from "../../ml/table/index.ts";
import type { PersonalDataKind } from "./contract.ts";
import { formats } from "./formats.ts";
import type { Schema } from "./schema.ts";

/** Values that are looked at in one column. */
const sampleSize = 1000;
/** Share of them that must look personal. */
const enough = 0.8;

/** Different values that a weak detector needs; a checksum or an e-mail address speaks for itself. */
const fewestTexts = 5;
const proven: readonly PersonalDataKind[] = ["email", "iban", "card-number"];

type Detector = readonly [kind: PersonalDataKind, looksLike: (text: string) => boolean, name?: RegExp];

/** Names of many things; of persons where the values are mostly different. */
const bareName = /^name$/i;

const personName = (text: string) => /^\p{Lu}[\p{L}'’.-]+(,? \(?"?\p{L}[\p{L}'’."()-]*)*$/u.test(text);

// Detectors without a name pattern need no help from the column's name.
const detectors: readonly Detector[] = [
  ["email", formats.email!],
  ["iban", isIban],
  ["card-number", isCardNumber],
  ["ip-address", formats.ipv4!],
  ["national-id", (text) => /^\d{3}-\d{2}-\d{4}$/.test(text)],
  ["phone", (text) => /^\+\d[\d\s().-]{6,18}\d$/.test(text) || /^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$/.test(text)],
  ["phone", (text) => /^[+\d][\d\s()./-]{5,19}$/.test(text), /(^|[^a-z])(tele?phone|phone|tel|mobile|fax)([^a-z]|$)/i],
  [
    "national-id",
    (text) => /^[\dA-Z][\dA-Z\s.-]{4,19}$/i.test(text) && /\d/.test(text),
    /(^|[^a-z])(ssn|social.?security|national.?id|passport|tax.?id|nin|nif|cpf)([^a-z]|$)/i,
  ],
  [
    "name",
    personName,
    /^((full|first|last|given|family|middle|customer|client|patient|passenger|employee|person)[ _-]?name|surname)$/i,
  ],
  ["name", personName, bareName],
  [
    "address",
    (text) => /\d/.test(text) && /\p{L}{3}/u.test(text) && /\s/.test(text),
    /(^|[^a-z])(street|address|addr)([^a-z]|$)/i,
  ],
];

/**
 * Columns that seem to hold personal data, by their values (e-mail, IBAN and card checksums, phone, address) and, where values alone do
 * not say it (names, national ids), by the column's name too. A column just called "name" needs mostly different values: many things
 * have a name. A suspicion, not a proof.
 */
export function detectPersonalData(table: Table, schema: Schema): Map<string, PersonalDataKind> {
  const found = new Map<string, PersonalDataKind>();
  for (const { name, type } of schema) {
    if (type === "number" || type === "instant") continue;
    const texts = sampleTexts(table.column(name));
    const words = name.replace(/([a-z])([A-Z])/g, "$1 $2");
    const kind = detectors.find(
      ([what, looksLike, pattern]) =>
        texts.length >= (proven.includes(what) ? 1 : fewestTexts) &&
        (pattern === undefined || pattern.test(words)) &&
        (pattern !== bareName || isMostlyDistinct(table.column(name), texts.length)) &&
        texts.filter(looksLike).length >= enough * texts.length,
    )?.[0];
    if (kind !== undefined) found.set(name, kind);
  }
  return found;
}

// Evenly spaced distinct values; whole numbers as text, because card and phone numbers may have been read as numbers.
function sampleTexts(column: Column): string[] {
  const all = column.kind === "category" ? column.dictionary : distinctNumbers(column.values);
  const step = Math.max(1, Math.floor(all.length / sampleSize));
  return Array.from({ length: Math.min(sampleSize, all.length) }, (_, k) => String(all[k * step]));
}

function distinctNumbers(values: Float64Array): number[] {
  const distinct = new Set<number>();
  for (const value of values) {
    if (value === value) distinct.add(value);
    if (distinct.size >= sampleSize) break;
  }
  return [...distinct];
}

function isMostlyDistinct(column: Column, nSampled: number): boolean {
  return column.kind === "category" && nSampled >= Math.min(sampleSize, 0.5 * column.codes.length);
}

function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, "");
  if (!/^[3-6]\d{12,18}$/.test(digits)) return false;
  let sum = 0;
  for (let k = 0; k < digits.length; k++) {
    const digit = Number(digits[digits.length - 1 - k]);
    sum += k % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

function isIban(text: string): boolean {
  const compact = text.replaceAll(" ", "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4))
    rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97;
  return rest === 1;
}
