import { createRng, FettleError, permutation, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { argsort } from "../../ml/stats/index.ts";
import { type Column, isMissing, type Table } from "../../ml/table/index.ts";
import type { Split, SplitRule } from "./split.ts";

/** What {@link splitRows} needs beside the table. */
export interface SplitOptions {
  readonly rule: SplitRule;
  /** Aligned with the table's rows. */
  readonly target: Target;
  readonly seed: number;
  /** Where the official test rows begin; needed by the official rule. */
  readonly testStart?: number;
}

/**
 * Parts rows into training, validation and test. Random splits are stratified by class, or by tenths of a numeric target; group splits keep
 * a group whole; time splits put the latest rows last and never part rows of one instant.
 * Throws SPLIT_COLUMN, SPLIT_TOO_SMALL and SPLIT_ONE_CLASS where a part would be of no use.
 */
export function splitRows(table: Table, options: SplitOptions): Split {
  const { rule, target, seed, testStart } = options;
  const rng = createRng(seed).fork("split");
  const all = Int32Array.from({ length: table.nRows }, (_, i) => i);
  const split = rule.kind === "official" ? official(table, rule, target, rng, testStart ?? table.nRows) : parted(all);
  checkParts(split, target);
  return split;

  function parted(rows: Int32Array): Split {
    if (rule.kind === "time") return { ...byTime(table, rows, rule), rule };
    if (rule.kind === "group") return { ...byGroup(table, rows, rule, rng), rule };
    if (rule.kind === "random") return { ...atRandom(rows, target, rule, rng), rule };
    throw new Error("the official rule is parted elsewhere");
  }
}

type Parts = Omit<Split, "rule">;
interface Shares {
  readonly validation: number;
  readonly test: number;
}

function official(
  table: Table,
  rule: Extract<SplitRule, { kind: "official" }>,
  target: Target,
  rng: Rng,
  testStart: number,
): Split {
  const rows = Int32Array.from({ length: testStart }, (_, i) => i);
  const test = Int32Array.from({ length: table.nRows - testStart }, (_, i) => testStart + i);
  const shares = { validation: rule.validation, test: 0 };
  const parts =
    rule.group !== undefined
      ? byGroup(table, rows, { ...shares, column: rule.group }, rng)
      : rule.time !== undefined
        ? byTime(table, rows, { ...shares, column: rule.time })
        : atRandom(rows, target, shares, rng);
  return { ...parts, test, rule };
}

function atRandom(rows: Int32Array, target: Target, shares: Shares, rng: Rng): Parts {
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (const stratum of strata(rows, target, shares)) {
    const order = permutation(stratum.length, rng);
    // Errors of rounding are spread: a stratum of 3 rows still has one in each part.
    const nTest = shares.test === 0 ? 0 : Math.max(1, Math.round(shares.test * stratum.length));
    const nValidation = Math.max(1, Math.round(shares.validation * stratum.length));
    order.forEach((k, position) => {
      const part = position < nTest ? "test" : position < nTest + nValidation ? "validation" : "train";
      parts[part].push(stratum[k]!);
    });
  }
  return {
    train: Int32Array.from(parts.train).sort(),
    validation: Int32Array.from(parts.validation).sort(),
    test: Int32Array.from(parts.test).sort(),
    resample: { unit: "row" },
    notes: [],
  };
}

// A stratum of a numeric target is large enough to give the smallest part its share.
function strata(rows: Int32Array, { values, nClasses }: Target, { validation, test }: Shares): number[][] {
  if (nClasses > 0) {
    const byClass: number[][] = Array.from({ length: nClasses }, () => []);
    for (const row of rows) byClass[values[row]!]!.push(row);
    return byClass.filter((stratum) => stratum.length > 0);
  }
  const order = argsort(Float64Array.from(rows, (row) => values[row]!));
  const size = Math.max(Math.ceil(rows.length / 10), Math.ceil(1 / Math.min(validation, test || validation)));
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, k) =>
    Array.from(order.subarray(k * size, (k + 1) * size), (position) => rows[position]!),
  );
}

/** Codes 0 … nGroups−1 of the values of a column, in the order of their first row; a missing value is a group of its own. */
export function groupCodes(column: Column, nRows: number): { groups: Int32Array; nGroups: number } {
  const key = (row: number) =>
    isMissing(column, row) ? `\u0000${row}` : column.kind === "category" ? column.codes[row]! : column.values[row]!;
  const codeOf = new Map<string | number, number>();
  const groups = Int32Array.from({ length: nRows }, (_, row) => {
    const value = key(row);
    if (!codeOf.has(value)) codeOf.set(value, codeOf.size);
    return codeOf.get(value)!;
  });
  return { groups, nGroups: codeOf.size };
}

function byGroup(table: Table, rows: Int32Array, rule: Shares & { readonly column: string }, rng: Rng): Parts {
  const column = table.column(rule.column);
  const { groups, nGroups } = groupCodes(column, table.nRows);
  const sizes = new Int32Array(nGroups);
  for (const row of rows) sizes[groups[row]!]!++;
  const partOfGroup = new Uint8Array(nGroups);
  const goals = [rule.test * rows.length, rule.validation * rows.length];
  let part = rule.test === 0 ? 1 : 0;
  let filled = 0;
  for (const group of permutation(nGroups, rng)) {
    // The next part begins where this group would lie more than half outside.
    while (part < 2 && filled + sizes[group]! / 2 > goals[part]! && filled > 0) {
      part += 1;
      filled = 0;
    }
    partOfGroup[group] = part;
    filled += sizes[group]!;
  }
  const pick = (wanted: number) => rows.filter((row) => partOfGroup[groups[row]!] === wanted);
  const nMissing = rows.reduce((n, row) => (isMissing(column, row) ? n + 1 : n), 0);
  return {
    train: pick(2),
    validation: pick(1),
    test: pick(0),
    resample: { unit: "group", groups },
    notes: [
      `${nGroups} groups`,
      ...(nMissing > 0 ? [`${nMissing} rows have no group and count as groups of one row`] : []),
    ],
  };
}

function byTime(table: Table, rows: Int32Array, rule: Shares & { readonly column: string }): Parts {
  const column = table.column(rule.column);
  if (column.kind === "category")
    throw new FettleError(
      "invalid-input",
      "SPLIT_COLUMN",
      `Cannot split by time along "${rule.column}": it holds texts, dates or numbers are needed`,
      { hint: `Tell its type: data.options.types = { "${rule.column}": "instant" }` },
    );
  const { values } = column;
  const dated = rows.filter((row) => !isMissing(column, row));
  const undated = rows.filter((row) => isMissing(column, row));
  const order = argsort(Float64Array.from(dated, (row) => values[row]!));
  const ordered = Int32Array.from(order, (position) => dated[position]!);
  // A cut moves on to the next instant, so that no instant lies on both sides.
  const cut = (position: number) => {
    let at = Math.min(Math.max(0, position), ordered.length);
    while (at > 0 && at < ordered.length && values[ordered[at]!] === values[ordered[at - 1]!]) at++;
    return at;
  };
  const trainEnd = cut(Math.round((1 - rule.validation - rule.test) * rows.length) - undated.length);
  const validationEnd =
    rule.test === 0 ? ordered.length : cut(Math.round((1 - rule.test) * rows.length) - undated.length);
  const train = new Int32Array(undated.length + trainEnd);
  train.set(undated);
  train.set(ordered.subarray(0, trainEnd), undated.length);
  return {
    train,
    validation: ordered.slice(trainEnd, validationEnd),
    test: ordered.slice(validationEnd),
    resample: { unit: "block" },
    notes: undated.length > 0 ? [`${undated.length} rows have no time and are used for training only`] : [],
  };
}

function checkParts(split: Split, { values, nClasses }: Target): void {
  for (const name of ["train", "validation", "test"] as const) {
    const rows = split[name];
    if (rows.length === 0)
      throw new FettleError(
        "invalid-input",
        "SPLIT_TOO_SMALL",
        `Cannot split the rows: the ${name} part would be empty, every part needs rows`,
        { hint: "Bring more rows or groups, or change the shares of the split" },
      );
    if (nClasses === 0) continue;
    const seen = new Set(Array.from(rows, (row) => values[row]!));
    const needed = name === "train" ? nClasses : 2;
    if (seen.size < needed)
      throw new FettleError(
        "invalid-input",
        "SPLIT_ONE_CLASS",
        `Cannot split the rows: the ${name} part holds ${seen.size} of ${nClasses} classes, ${needed} are needed`,
        { hint: "Bring more rows, or split in another way" },
      );
  }
}
