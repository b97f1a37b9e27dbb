import { FettleError } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { stepInWords } from "./infer-calendar.ts";
import { readSeries } from "./read-series.ts";

/** What a definition finds in a table, before anything is trained. */
export interface SeriesDescription {
  readonly nSeries: number;
  /** One step in words; null where the rows show none. */
  readonly step: string | null;
  /** Steps of a season. */
  readonly period: number;
  /** Steps of the longest series. */
  readonly longest: number;
  readonly notes: readonly string[];
  /** Why a training would refuse the rows as they are; null where it would not. */
  readonly refusal: { readonly code: string; readonly says: string } | null;
}

/** Reads a table's series as a training would. */
export function describeSeries(
  definition: Omit<ForecastDefinition, "task" | "name" | "data" | "horizon">,
  table: Table,
): SeriesDescription {
  try {
    const { series, calendar, period, notes } = readSeries(definition, table);
    const longest = series.reduce((most, { values }) => Math.max(most, values.length), 0);
    return { nSeries: series.length, step: stepInWords(calendar), period, longest, notes, refusal: null };
  } catch (error) {
    if (!(error instanceof FettleError)) throw error;
    const { code, message, hint } = error;
    const says = hint === undefined ? message : `${message}. ${hint}`;
    return { nSeries: 0, step: null, period: 1, longest: 0, notes: [], refusal: { code, says } };
  }
}
