import { open } from "node:fs/promises";
import { type Column, columnLength, type Table } from "../../ml/table/index.ts";
import type { Schema } from "../../platform/data/index.ts";

/** Writes the parts of one file, under a temporary name. */
export interface PartWriter {
  write(table: Table, schema: Schema): Promise<void>;
  finish(): Promise<readonly string[]>;
  abort(): Promise<void>;
}

const rowsPerWrite = 4096;

/**
 * Writes CSV (RFC 4180, LF; missing is an empty field) or NDJSON (missing is null). In CSV a text that a spreadsheet would
 * run as a formula gets a `'` in front, and a note says how many did.
 */
export async function textWriter(path: string, format: "csv" | "ndjson"): Promise<PartWriter> {
  const file = await open(path, "wx");
  let isStarted = false;
  let nEscaped = 0;
  return {
    async write(table) {
      if (!isStarted && format === "csv") await file.write(`${table.names.map(quoteCsv).join(",")}\n`);
      isStarted = true;
      const columns = [...table.entries()];
      const cells = columns.map(([, column]) => (format === "csv" ? csvCells(column) : jsonCells(column)));
      if (format === "csv") for (const [, column] of columns) nEscaped += countFormulas(column);
      const keys = columns.map(([name]) => `${JSON.stringify(name)}:`);
      for (let start = 0; start < table.nRows; start += rowsPerWrite) {
        let text = "";
        for (let i = start; i < Math.min(table.nRows, start + rowsPerWrite); i++)
          text +=
            format === "csv"
              ? `${cells.map((cell) => cell(i)).join(",")}\n`
              : `{${cells.map((cell, k) => keys[k] + cell(i)).join(",")}}\n`;
        await file.write(text);
      }
    },
    async finish() {
      await file.close();
      return nEscaped === 0
        ? []
        : [`${nEscaped} texts that a spreadsheet would run as formulas are written with a ' in front`];
    },
    abort: () => file.close(),
  };
}

type CellText = (i: number) => string;

function csvCells(column: Column): CellText {
  return cellTexts(column, "", (text) => quoteCsv(isFormula(text) ? `'${text}` : text), String);
}

function jsonCells(column: Column): CellText {
  return cellTexts(column, "null", JSON.stringify, (value) => (Number.isFinite(value) ? String(value) : `"${value}"`));
}

function cellTexts(
  column: Column,
  missing: string,
  ofText: (text: string) => string,
  ofNumber: (value: number) => string,
): CellText {
  if (column.kind === "category") {
    const texts = column.dictionary.map(ofText);
    return (i) => (column.codes[i]! < 0 ? missing : texts[column.codes[i]!]!);
  }
  const { kind, values } = column;
  return (i) => {
    const value = values[i]!;
    if (Number.isNaN(value)) return missing;
    return kind === "number" ? ofNumber(value) : ofText(new Date(value).toISOString());
  };
}

function quoteCsv(text: string): string {
  return text === "" || /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// CSV injection: numbers with a sign are none.
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text);
}

function countFormulas(column: Column): number {
  if (column.kind !== "category") return 0;
  const isOne = column.dictionary.map(isFormula);
  let count = 0;
  if (isOne.includes(true))
    for (let i = columnLength(column) - 1; i >= 0; i--) if (isOne[column.codes[i]!] === true) count += 1;
  return count;
}
