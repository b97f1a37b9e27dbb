import { FettleError } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { isMissing, type Table } from "../../ml/table/index.ts";
import { type BuiltTarget, checkOrder, countQueries, groupCodes, type Split, saysQueries } from "../data/index.ts";
import type { ModelDefinition } from "./definition.ts";
import { takeNumbers } from "./take-rows.ts";

/** A target with its queries. Those of an official test file have nothing to do with those of the training files, whatever they are called. */
export function withQueries(
  built: BuiltTarget,
  { query }: ModelDefinition,
  rows: Table,
  testStart = rows.nRows,
): BuiltTarget {
  if (query === undefined) return built;
  const { groups, nGroups } = groupCodes(rows.column(query), rows.nRows);
  const queries = groups.map((group, row) => (row < testStart ? group : group + nGroups));
  return { ...built, target: { ...built.target, queries } };
}

/** A query is drawn as a whole wherever rows are drawn, unless the split names greater groups. Throws QUERY_PARTED. */
export function wholeQueries(split: Split, queries: Int32Array | undefined): Split {
  if (queries === undefined) return split;
  const partOf = new Map<number, string>();
  const parted = new Set<number>();
  for (const part of ["train", "validation", "test"] as const)
    for (const row of split[part]) {
      if ((partOf.get(queries[row]!) ?? part) !== part) parted.add(queries[row]!);
      partOf.set(queries[row]!, part);
    }
  if (parted.size > 0)
    throw new FettleError(
      "invalid-input",
      "QUERY_PARTED",
      `Cannot split the rows: ${parted.size} queries would lie in two parts, each must lie in one`,
      { hint: 'Leave "split" out, or split by groups that hold whole queries', facts: { queries: parted.size } },
    );
  return split.resample.unit === "group" ? split : { ...split, resample: { unit: "group", groups: queries } };
}

/** Each part must have an order to learn or to judge; says how many queries there are, and rows without one. Throws QUERIES_EQUAL. */
export function checkQueries(
  { queries, values }: Target,
  split: Split,
  rows: Table,
  { query }: ModelDefinition,
): string[] {
  for (const part of ["train", "validation", "test"] as const) {
    const codes = split[part].map((row) => queries![row]!);
    checkOrder(countQueries(codes, takeNumbers(values, split[part])), partNames[part]);
  }
  return [saysQueries(countQueries(queries!, values)), ...withoutQuery(rows, query!)];
}

function withoutQuery(rows: Table, query: string): string[] {
  const column = rows.column(query);
  let n = 0;
  for (let row = 0; row < rows.nRows; row++) if (isMissing(column, row)) n++;
  return n === 0 ? [] : [`${n} rows have no "${query}": each is a query of its own, which teaches no order`];
}

const partNames = { train: "the training part", validation: "the validation part", test: "the test part" } as const;
