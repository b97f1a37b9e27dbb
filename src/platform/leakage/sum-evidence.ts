import { createRng } from "../../lib/index.ts";
import type { ColumnSchema } from "../data/index.ts";
import type { Suspicion } from "./column-evidence.ts";
import type { LeakageEvidence } from "./finding.ts";
import { type Sample, sampleRows } from "./sample.ts";
import { combinationOf, type Numbers } from "./sums.ts";

const maxSumSuspects = 20;

interface TargetSum {
  readonly columns: readonly string[];
  readonly strength: "strong";
  readonly evidence: readonly LeakageEvidence[];
}

/**
 * Suspicions with the sums that tie them: a suspect that is the sum of columns, one of them a suspect too, and all its parts.
 * Sums of honest columns are no evidence: tables are full of them.
 */
export function withSums(
  suspicions: readonly Suspicion[],
  columns: readonly ColumnSchema[],
  sample: Sample,
  seed: number,
): Suspicion[] {
  const suspects = new Set(suspicions.filter(({ isFirm }) => isFirm).map(({ column }) => column));
  const numbers = numbersOf(
    [...suspects, ...columns.map(({ name }) => name).filter((name) => !suspects.has(name))],
    sample,
  );
  const sums = new Map<string, LeakageEvidence>();
  for (const total of [...suspects].slice(0, maxSumSuspects)) {
    const values = numbers.find(([name]) => name === total)?.[1];
    if (values === undefined) continue;
    const rows = tellingRows(values, seed);
    const parts = numbers.filter(([name]) => name !== total).map((part) => at(part, rows));
    const found = combinationOf(at([total, values], rows)[1], parts, false);
    if (found === null || !found.of.some((name) => suspects.has(name))) continue;
    const members = [total, ...found.of];
    for (const member of members)
      if (!sums.has(member))
        sums.set(member, { kind: "sum", total, of: found.of, sign: found.sign, agreement: found.agreement });
  }
  const known = new Set(suspicions.map(({ column }) => column));
  return [
    ...suspicions.map((suspicion) => {
      const sum = sums.get(suspicion.column);
      return sum ? { ...suspicion, evidence: [...suspicion.evidence, sum], isFirm: true } : suspicion;
    }),
    ...[...sums]
      .filter(([column]) => !known.has(column))
      .map(([column, sum]) => ({ column, evidence: [sum], isFirm: true })),
  ];
}

/** The columns that a numeric target is made of: strong by themselves, as an identity leaves nothing to learn. */
export function targetSum(columns: readonly ColumnSchema[], sample: Sample, seed: number): TargetSum[] {
  if (sample.target.task !== "regression") return [];
  const { values } = sample.target;
  const rows = tellingRows(values, seed);
  const parts = numbersOf(
    columns.map(({ name }) => name),
    sample,
  ).map((part) => at(part, rows));
  const found = combinationOf(at(["", values], rows)[1], parts, true);
  if (found === null) return [];
  return [{ columns: found.of, strength: "strong", evidence: [{ kind: "sum", ...found }] }];
}

function numbersOf(names: readonly string[], { table }: Sample): Numbers[] {
  return names.flatMap((name) => {
    const column = table.column(name);
    return column.kind === "number" ? [[name, column.values] as const] : [];
  });
}

// At most 2,000 rows where a total is at work, and 500 where it is not.
function tellingRows(values: Float64Array, seed: number): Int32Array {
  const rng = createRng(seed).fork("sums");
  const all = Int32Array.from(values.keys());
  const busy = sampleRows(
    all.filter((i) => values[i] !== 0 && values[i] === values[i]),
    2000,
    rng.fork("busy"),
  );
  const idle = sampleRows(
    all.filter((i) => values[i] === 0),
    500,
    rng.fork("idle"),
  );
  return Int32Array.from([...busy, ...idle]);
}

function at([name, values]: Numbers, rows: Int32Array): Numbers {
  return [name, Float64Array.from(rows, (row) => values[row]!)];
}
