import { createRng } from "../../lib/index.ts";
import type { JsonObject, KnownSeries } from "../capsule/index.ts";
import type { SeriesSet } from "./read-series.ts";

/** Requests that a capsule keeps with their answers. */
const nGolden = 60;
/** Values of a request for a series that the model does not know: a few seasons are as good as all. */
const mostValues = 200;

/** Requests of every form, drawn by the seed: known series, short horizons, single levels, newer values, a gap before them, a series that the model does not know. */
export function goldenRequests(
  known: readonly KnownSeries[],
  { series, period, covariates }: SeriesSet,
  horizon: number,
  levels: readonly number[],
  startOf: (step: number) => string | number,
  seed: number,
): JsonObject[] {
  const rng = createRng(seed).fork("golden");
  const forms: readonly ((i: number, named: JsonObject) => JsonObject)[] = [
    (_, named) => named,
    (_, named) => ({ ...named, horizon: 1 + rng.below(horizon) }),
    (_, named) => ({ ...named, levels: [levels[rng.below(levels.length)]!] }),
    (i, named) => ({ ...named, ...lastValues(i, 3), start: startOf(known[i]!.last + 1) }),
    (i, named) => ({ ...named, ...lastValues(i, 1), start: startOf(known[i]!.last + 3) }),
    (i) => ({
      series: "nobody has this name",
      ...lastValues(i, Math.min(mostValues, 4 * period + 8)),
      start: startOf(0),
    }),
  ];
  return Array.from({ length: nGolden }, (_, k) => {
    const i = rng.below(known.length);
    const { name } = known[i]!;
    return { ...forms[k % forms.length]!(i, name === "" ? {} : { series: name }), ...lastKnown(i) };
  });

  function lastValues(i: number, n: number): JsonObject {
    const { values, columns } = series[i]!;
    const last = Array.from(values.slice(-n), (value) => (Number.isNaN(value) ? null : value));
    const names = Object.keys(columns);
    if (names.length === 0) return { values: last };
    const rowOf = (k: number) =>
      Object.fromEntries(names.map((name) => [name, columns[name]!.at(k - last.length)!] as const));
    const shown = (row: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, Number.isNaN(cell) ? null : cell]));
    return { values: last, covariates: last.map((_, k) => shown(rowOf(k))) };
  }

  // What the last steps had stands for the next ones.
  function lastKnown(i: number): JsonObject {
    const { columns } = series[i]!;
    if (covariates.known.length === 0) return {};
    const numberAt = (name: string, h: number) => columns[name]!.at(-1 - (h % columns[name]!.length)) || 0;
    return {
      known: Array.from({ length: horizon }, (_, h) =>
        Object.fromEntries(covariates.known.map((name) => [name, numberAt(name, h)])),
      ),
    };
  }
}
