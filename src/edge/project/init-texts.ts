import { FettleError } from "../../lib/index.ts";
import type { CategoryColumn, Column } from "../../ml/table/index.ts";
import type { LogicalType, ReadOptions, SourceReading } from "../../platform/data/index.ts";
import type { ModelDefinition } from "../../platform/training/index.ts";
import type { NewModel } from "./init-model.ts";

/**
 * The columns that the task `text` reads: those named, else those read as free text, else the one of the longest texts, which must have two words on
 * average. Throws INIT_TEXT.
 */
export function textColumns(asked: NewModel, { table, schema }: SourceReading): readonly string[] {
  if (asked.text !== undefined) {
    if (asked.text.includes(asked.target)) throw noText(`"${asked.target}" is the target`);
    return asked.text;
  }
  const roles = [asked.target, asked.time, asked.group, asked.weight, ...(asked.ignore ?? [])];
  const free = schema.filter(({ name }) => !roles.includes(name));
  const texts = free.filter(({ type }) => type === "text").map(({ name }) => name);
  if (texts.length > 0) return texts;
  const [longest] = free
    .map(({ name }) => ({ name, words: meanWords(table.column(name)) }))
    .sort((a, b) => b.words - a.words);
  if (longest === undefined || longest.words < 2) throw noText("no column holds texts of two words and more");
  return [longest.name];
}

const noText = (why: string) =>
  new FettleError("invalid-input", "INIT_TEXT", `Cannot initialise the model: ${why}, a column of texts is needed`, {
    hint: "Name it: --text COLUMN",
  });

// Letters of scripts that part no words by spaces. Four of them count as a word: a place name is no text yet, a short sentence is.
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;

function meanWords(column: Column): number {
  if (column.kind !== "category") return 0;
  const { codes, dictionary } = column as CategoryColumn;
  const words = dictionary.map((text) => text.split(/\s+/).length + (text.match(unspaced)?.length ?? 0) / 4);
  const present = codes.filter((code) => code >= 0);
  return present.reduce((sum, code) => sum + words[code]!, 0) / Math.max(1, present.length);
}

/** Reading options that keep texts as they are. */
export const typesOf = (texts: readonly string[]): NonNullable<ReadOptions["types"]> =>
  Object.fromEntries(texts.map((name): [string, LogicalType] => [name, "text"]));

/** Whether the columns were read as texts already. */
export const isReadRight = ({ schema }: SourceReading, texts: readonly string[]): boolean =>
  texts.every((text) => schema.some(({ name, type }) => name === text && type === "text"));

/** What a definition of the task `text` says of its features and search. */
export const textSettings = (texts: readonly string[]): Pick<ModelDefinition, "features" | "search"> => ({
  features: Object.fromEntries(texts.map((name) => [name, { kind: "text" as const }])),
  search: { families: ["linear"], trials: 5 },
});
