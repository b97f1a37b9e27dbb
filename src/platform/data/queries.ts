import { FettleError } from "../../lib/index.ts";
import { rowsByQuery } from "../../ml/stats/index.ts";

/** What the queries of a ranking are like. */
export interface Queries {
  readonly n: number;
  /** Queries of one row, of several rows whose grades are all equal, and those in which no row has a grade above 0: there is no order to learn. */
  readonly nSingle: number;
  readonly nEqual: number;
  readonly nEmpty: number;
  readonly medianRows: number;
  readonly mostRows: number;
}

/** Counts queries. `queries` holds a code per row, `grades` its grade. */
export function countQueries(queries: Int32Array, grades: Float64Array): Queries {
  const groups = rowsByQuery(queries);
  const sizes = Int32Array.from(groups, ({ length }) => length).sort();
  const count = (is: (rows: Int32Array) => boolean) => groups.filter(is).length;
  return {
    n: groups.length,
    nSingle: count(({ length }) => length === 1),
    nEqual: count((rows) => rows.length > 1 && rows.every((row) => grades[row] === grades[rows[0]!])),
    nEmpty: count((rows) => rows.every((row) => grades[row] === 0)),
    medianRows: sizes[sizes.length >> 1] ?? 0,
    mostRows: sizes.at(-1) ?? 0,
  };
}

/** The same in a sentence. */
export function saysQueries({ n, nSingle, nEqual, medianRows, mostRows }: Queries): string {
  const idle = [
    ...(nSingle > 0 ? [`${nSingle} of them of one row`] : []),
    ...(nEqual > 0 ? [`${nEqual} whose rows all have one grade`] : []),
  ];
  const taught = idle.length > 0 ? `; ${idle.join(" and ")}: they teach no order` : "";
  return `${n} queries of ${medianRows} rows in the median, ${mostRows} at most${taught}`;
}

/** Throws QUERIES_EQUAL where no query has rows of different grades. `where` names the rows, such as "the training part". */
export function checkOrder({ n, nSingle, nEqual }: Queries, where: string): void {
  if (n > nSingle + nEqual) return;
  throw new FettleError(
    "invalid-input",
    "QUERIES_EQUAL",
    `Cannot learn an order: in ${where}, all ${n} queries have one row or rows of one grade, queries with rows of different grades are needed`,
    {
      hint:
        nSingle === n
          ? "Check the column of the query: it seems to number the rows"
          : "Grade the rows of a query: 0 for irrelevant, a greater number for better",
      facts: { queries: n, ofOneRow: nSingle },
    },
  );
}
