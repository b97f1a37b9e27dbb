import { FettleError } from "../../lib/index.ts";
import { log } from "../../ml/stats/index.ts";
import { type CategoryColumn, type Column, countMissing, type Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { FittedFeaturesData, Step } from "../features/index.ts";

/** Features of detectors, and the columns that are none, with the reason. */
export interface DetectorFeatures {
  readonly data: FittedFeaturesData;
  readonly dropped: readonly { readonly name: string; readonly why: string }[];
}

const msPerDay = 86_400_000;

/**
 * How columns become numbers that detectors read: numbers as they are, levels as their rarity, −ln of the share of rows that have them (a level that no
 * row had counts as half a row, and so does missing where no value was), instants as hour and weekday, free text as its number of words. Identifiers, constants, columns without values and
 * categories whose levels hardly ever repeat are none. Throws FEATURES_NONE.
 * @param table the rows that detectors are fitted on
 */
export function fitDetectorFeatures(table: Table, schema: Schema, excluded: ReadonlySet<string>): DetectorFeatures {
  const inputs: FittedFeaturesData["inputs"][number][] = [];
  const steps: Step[] = [];
  const dropped: { name: string; why: string }[] = [];
  for (const { name, type } of schema) {
    const column = table.column(name);
    const why = excluded.has(name) ? "excluded" : type === "id" ? "identifier" : uselessness(column);
    if (why !== null) {
      dropped.push({ name, why });
      continue;
    }
    const input = inputs.push({ name, type }) - 1;
    if (type === "text") steps.push({ op: "word-count", input });
    else if (column.kind === "category") steps.push(rarityStep(column, input));
    else if (column.kind === "number") steps.push({ op: "number", input });
    else {
      const hasTimes = column.values.some((value) => Number.isFinite(value) && value % msPerDay !== 0);
      for (const part of hasTimes ? (["hour", "weekday"] as const) : (["weekday"] as const))
        steps.push({ op: "date-part", input, part, form: "plain" });
    }
  }
  if (steps.length > 0) return { data: { inputs, steps }, dropped };
  throw new FettleError("invalid-input", "FEATURES_NONE", "Cannot train: no column is left to learn from", {
    hint: `Left out: ${dropped
      .slice(0, 10)
      .map(({ name, why }) => `${name} (${why})`)
      .join(", ")}`,
  });
}

function uselessness(column: Column): string | null {
  const values = column.kind === "category" ? column.codes : column.values;
  const nMissing = countMissing(column);
  if (nMissing === values.length) return "no value";
  const [first] = values;
  if (nMissing === 0 && values.every((value) => value === first)) return "constant";
  if (column.kind !== "category") return null;
  const nLevels = new Set(column.codes).size;
  return nLevels > 1000 && nLevels > 0.5 * values.length ? "levels hardly repeat" : null;
}

function rarityStep({ codes, dictionary }: CategoryColumn, input: number): Step {
  const counts = new Int32Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const n = codes.length;
  const nMissing = n - counts.reduce((sum, count) => sum + count, 0);
  const levels = dictionary
    .map((level, code) => ({ level, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1));
  const rarity = (count: number) => log(n / count);
  return {
    op: "rarity",
    input,
    levels: levels.map(({ level }) => level),
    values: levels.map(({ count }) => rarity(count)),
    missing: rarity(nMissing || 0.5),
    unseen: rarity(0.5),
  };
}
