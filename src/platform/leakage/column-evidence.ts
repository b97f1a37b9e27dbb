import { fnv1a } from "../../lib/index.ts";
import { type Column, isMissing, takeRows } from "../../ml/table/index.ts";
import type { ColumnSchema } from "../data/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { identifierShare, orderPredicts } from "./identifiers.ts";
import { aftermathTerm, showingTerm } from "./names.ts";
import { isNoteworthy, isTelling, missingnessOf, presenceOf } from "./presence.ts";
import { queryOrderOf } from "./queries.ts";
import { rewriteOf } from "./rewrite.ts";
import { type Sample, takeTarget } from "./sample.ts";
import { type ColumnScore, scoreColumn } from "./single-column.ts";
import { thresholds } from "./thresholds.ts";
import type { LaterInstant } from "./times.ts";

/** What speaks against one column. */
export interface Suspicion {
  readonly column: string;
  readonly evidence: LeakageEvidence[];
  /** Whether the data alone make a suspect of it; if not, its name or time had to help. */
  readonly isFirm: boolean;
}

type Kind = LeakageEvidence["kind"];

// Kinds of one family see the same thing; only kinds of different families are independent.
const familyOf: Readonly<Record<Kind, string>> = {
  "single-column": "association",
  presence: "association",
  missingness: "association",
  rewrite: "structure",
  sum: "structure",
  identifier: "structure",
  name: "meaning",
  time: "time",
  "duplicate-rows": "rows",
  "group-overlap": "rows",
  "query-order": "association",
  "duplicate-queries": "rows",
  "future-events": "time",
  "copied-values": "rows",
  "repeated-texts": "rows",
  "label-in-text": "rows",
};

/** Strong: firm evidence of one kind, and a second of another family. */
export function strengthOf({ evidence, isFirm }: Suspicion): "suspect" | "strong" {
  return isFirm && new Set(evidence.map(({ kind }) => familyOf[kind])).size >= 2 ? "strong" : "suspect";
}

/** What columns are looked at with. */
export interface Scene {
  readonly sample: Sample;
  readonly targetColumn: string;
  readonly seed: number;
  /** Rows of the whole table. */
  readonly nRows: number;
  readonly later: ReadonlyMap<string, LaterInstant>;
}

/** The evidence against each column taken by itself; columns without any are left out. */
export function suspicionsOf(columns: readonly ColumnSchema[], scene: Scene): Suspicion[] {
  const { sample, seed } = scene;
  const scores = columns.map(({ name }) => scoreColumn(sample.table.column(name), sample, seed ^ fnv1a(name)));
  const honest = scores.reduce(
    (best, { score }) => (score < thresholds.standOutScore ? Math.max(best, score) : best),
    0,
  );
  return columns.flatMap((column, i): Suspicion[] => {
    const { firm, weak } = evidenceOf(column, scene, scores[i]!, honest);
    const helping = helpersOf(column.name, scene);
    if (firm.length > 0) return [{ column: column.name, evidence: [...firm, ...helping], isFirm: true }];
    if (weak.length === 0 || helping.length === 0) return [];
    return [{ column: column.name, evidence: [...weak, ...helping], isFirm: false }];
  });
}

// Evidence that speaks only beside other evidence: the name, and a time that had to be guessed.
function helpersOf(name: string, { targetColumn, later, sample }: Scene): LeakageEvidence[] {
  const term = aftermathTerm(name, targetColumn) ?? (sample.target.queries ? showingTerm(name) : null);
  const time = later.get(name);
  return [
    ...(term === null ? [] : [{ kind: "name", term } as const]),
    ...(time === undefined || time.isCertain ? [] : [{ kind: "time", share: time.share } as const]),
  ];
}

// Firm evidence makes a suspect; weak evidence only together with a helper.
function evidenceOf({ name, type }: ColumnSchema, scene: Scene, alone: ColumnScore, honest: number) {
  const { sample, seed, nRows, later } = scene;
  const column = sample.table.column(name);
  const firm: LeakageEvidence[] = [];
  const weak: LeakageEvidence[] = [];
  const metric = sample.target.task === "regression" ? "r2" : "rocAuc";

  const score = singleScore(alone, honest);
  if (score !== null) (score.isFirm ? firm : weak).push({ kind: "single-column", ...score.evidence, metric });
  const presence = presenceOf(column, sample.target);
  if (presence !== null && isTelling(presence)) firm.push(presence.evidence);
  else if (presence !== null && isNoteworthy(presence)) weak.push(presence.evidence);
  const order = queryOrderOf(column, sample);
  if (order !== null && order >= thresholds.namedQueryOrder)
    (order >= thresholds.queryOrder ? firm : weak).push({ kind: "query-order", agreement: order });
  const missingness = missingnessOf(column, sample.target);
  if (missingness >= thresholds.missingness) firm.push({ kind: "missingness", agreement: missingness });
  const rewrite = rewriteOf(column, sample);
  const least = sample.target.task === "regression" ? thresholds.rewriteCorrelation : thresholds.rewriteAgreement;
  if (rewrite >= least) {
    firm.push({ kind: "rewrite", agreement: rewrite });
    const present = score?.isFirm ? null : presentScore(column, sample, seed);
    if (present !== null) firm.push({ kind: "single-column", ...present, metric });
  }
  const distinctShare = type === "text" ? null : identifierShare({ name, type }, column, nRows);
  if (distinctShare !== null && orderPredicts(column, sample, seed)) firm.push({ kind: "identifier", distinctShare });
  const time = later.get(name);
  if (time?.isCertain) firm.push({ kind: "time", share: time.share });
  return { firm, weak };
}

// A rewrite with gaps is scored on the rows where it is present.
function presentScore(column: Column, sample: Sample, seed: number): { score: number; nullHigh: number } | null {
  const rows = Int32Array.from({ length: sample.table.nRows }, (_, i) => i).filter((i) => !isMissing(column, i));
  if (rows.length === sample.table.nRows) return null;
  const alone = scoreColumn(
    takeRows(column, rows),
    {
      table: sample.table.take(rows),
      target: takeTarget(sample.target, rows),
      nTrain: rows.reduce((n, i) => (i < sample.nTrain ? n + 1 : n), 0),
    },
    seed,
  );
  return singleScore(alone, 0)?.evidence ?? null;
}

function singleScore(alone: ColumnScore, honest: number) {
  const { score } = alone;
  if (score < thresholds.namedScore) return null;
  const nullHigh = alone.nullHigh();
  if (score <= nullHigh) return null;
  const standsOut = score >= thresholds.standOutScore && 1 - score <= thresholds.standOutError * (1 - honest);
  return { isFirm: score >= thresholds.singleScore || standsOut, evidence: { score, nullHigh } };
}
