/** Numbers parsed from distinct texts, aligned with them; NaN where a text is no number. */
export interface ParsedNumbers {
  readonly values: Float64Array;
  readonly isInteger: boolean;
  readonly notes: readonly string[];
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const infinite = /^[+-]?(inf|infinity)$/i;
const grouped = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/;
const decimalComma = /^[+-]?\d+(,\d+)?$/;

interface Style {
  readonly says: string | null;
  readonly fits: (text: string) => boolean;
  readonly read: (text: string) => number;
}

// In the order of trying; the first that fits all texts wins.
const styles: readonly Style[] = [
  { says: null, fits: (text) => plain.test(text) || infinite.test(text), read: readPlain },
  {
    says: "commas between thousands are left out",
    fits: (text) => plain.test(text) || grouped.test(text),
    read: (text) => readPlain(text.replaceAll(",", "")),
  },
  {
    says: "commas are read as decimal points",
    fits: (text) => decimalComma.test(text),
    read: (text) => readPlain(text.replace(",", ".")),
  },
  { says: "currency signs are left out", fits: (text) => /^[+-]?[$€£]/.test(text) && isMoney(text), read: readMoney },
  {
    says: "percent signs are left out",
    fits: (text) => /^[^%]+%$/.test(text) && plain.test(text.slice(0, -1).trim()),
    read: (text) => readPlain(text.slice(0, -1).trim()),
  },
];

const withoutSign = (text: string) => text.replace(/[$€£]\s?/, "");
const isMoney = (text: string) => plain.test(withoutSign(text)) || grouped.test(withoutSign(text));

function readMoney(text: string): number {
  return readPlain(withoutSign(text).replaceAll(",", ""));
}

function readPlain(text: string): number {
  if (infinite.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/**
 * Numbers of distinct texts, or null where the column is none: whole numbers over 2^53 and codes with leading zeros would lose what
 * they are. Up to three different words among at least 99 % numbers count as missing, with a note.
 * @param counts rows per text
 * @param told whether the user says that it is a number: then any text that does not fit counts as missing
 */
export function numbersOf(texts: readonly string[], counts: Float64Array, told: boolean): ParsedNumbers | null {
  if (texts.length === 0) return told ? { values: new Float64Array(0), isInteger: false, notes: [] } : null;
  const style = styles.find(({ fits }) => texts.every(fits));
  if (style) {
    if (!told && texts.some(losesDigits)) return null;
    const values = Float64Array.from(texts, style.read);
    return {
      values,
      isInteger: texts.every(isWhole) && values.every(Number.isInteger),
      notes: style.says === null ? [] : [style.says],
    };
  }
  return mostlyNumbers(texts, counts, told);
}

function mostlyNumbers(texts: readonly string[], counts: Float64Array, told: boolean): ParsedNumbers | null {
  const fits = texts.map((text) => plain.test(text) || infinite.test(text));
  const others = texts.filter((_, k) => !fits[k]);
  let nRows = 0;
  let nOthers = 0;
  texts.forEach((_, k) => {
    nRows += counts[k]!;
    if (!fits[k]) nOthers += counts[k]!;
  });
  const isClear = others.length <= 3 && texts.length >= 20 && nOthers <= 0.01 * nRows;
  if (!told && (!isClear || texts.some((text, k) => fits[k] && losesDigits(text)))) return null;
  const shown = others
    .slice(0, 3)
    .map((text) => JSON.stringify(text.slice(0, 30)))
    .join(", ");
  return {
    values: Float64Array.from(texts, (text, k) => (fits[k] ? readPlain(text) : Number.NaN)),
    isInteger: texts.every((text, k) => !fits[k] || isWhole(text)),
    notes: [`${nOthers} values are no numbers (${shown}) and count as missing`],
  };
}

/** Share of the rows that hold a number, of a column that is none: what a user may want to know. Codes that would lose digits do not count. */
export function shareOfNumbers(texts: readonly string[], counts: Float64Array): number {
  let nRows = 0;
  let nNumbers = 0;
  texts.forEach((text, k) => {
    nRows += counts[k]!;
    if (plain.test(text) && !losesDigits(text)) nNumbers += counts[k]!;
  });
  return nRows === 0 ? 0 : nNumbers / nRows;
}

const isWhole = (text: string) => /^[+-]?[\d,]+$/.test(text) && !/,\d{1,2}$/.test(text);

// A whole number beyond 2^53, or a code such as 00123: as a number it would not be what it was.
function losesDigits(text: string): boolean {
  if (/^[+-]?0\d/.test(text)) return true;
  return text.length > 15 && /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}
