import { literal, quoted } from "../data/index.ts";
import { defaultFamilies, type ForecastDefinition } from "./forecast-definition.ts";

/** Columns that a comment names, at most. */
const mostNamed = 12;

/**
 * A definition as the TypeScript module that `init` writes: short, commented. Types of the columns that `defineForecast` fills in are left out.
 * @param step one step in words, where the rows show it
 * @param others columns that the definition does not name
 */
export function forecastToSource(
  definition: ForecastDefinition,
  step: string | null,
  others: readonly string[],
): string {
  const { name, data, time, value, series, horizon, season, seed = 1 } = definition;
  const { types: filledIn, ...options } = data.options ?? {};
  const types = Object.fromEntries(
    Object.entries(filledIn ?? {}).filter(([column, type]) => !isFilledIn(definition, column, type)),
  );
  const told = { ...options, ...(Object.keys(types).length === 0 ? {} : { types }) };
  const lines = [
    `import { defineForecast } from 'fettle';`,
    "",
    "export default defineForecast({",
    `  name: ${quoted(name)},`,
    `  data: ${literal({ files: data.files, ...(Object.keys(told).length === 0 ? {} : { options: told }) })},`,
    `  time: ${quoted(time)},`,
    `  value: ${quoted(value)},`,
    series === undefined
      ? "  // All rows are one series. series: '…' names the column that tells several apart."
      : `  series: ${quoted(series)},`,
    ...(others.length === 0
      ? []
      : [
          `  // Not used: ${others.slice(0, mostNamed).map(quoted).join(", ")}${others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ""}.`,
          "  // known: [] names columns of numbers that are known of future steps, observed: [] those known of past steps alone.",
        ]),
    "",
    `  horizon: ${horizon}, // steps to forecast${step === null ? "" : `, each of ${step} as the rows show`}`,
    ...(season === undefined ? [] : [`  season: ${season},`]),
    `  // frequency: 'day', season: 7, timeZone: 'Europe/Zurich' say what the rows do not show`,
    `  // duplicates: 'sum' ('mean', 'last'), gaps: 'zero' ('interpolate', 'refuse') say what several rows of a step, and none, mean`,
    "  levels: [0.8, 0.95], // shares of values that the intervals are to hold",
    "",
    "  // Candidates are compared from origins in the past; the last horizon of every series confirms once.",
    `  search: { families: ${literal([...defaultFamilies])} },`,
    `  seed: ${seed},`,
    "});",
    "",
  ];
  return lines.join("\n");
}

function isFilledIn({ value, series }: ForecastDefinition, column: string, type: string): boolean {
  return (column === value && type === "number") || (column === series && type === "category");
}
