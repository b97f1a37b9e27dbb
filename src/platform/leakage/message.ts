import { assertNever } from "../../lib/index.ts";
import type { LeakageEvidence, LeakageFinding } from "./finding.ts";

/** What was seen and what follows, in one sentence. */
export function messageOf({
  columns,
  evidence,
  strength,
  decision,
}: Pick<LeakageFinding, "columns" | "evidence" | "strength" | "decision">): string {
  const subject = columns.length === 0 ? "" : `${columns.map((name) => `"${name}"`).join(", ")} `;
  return `${subject}${evidence.map(inWords).join("; ")}: ${advice(columns, strength, decision, evidence)}`;
}

const eventNames = {
  positive: "with the target",
  negative: "without the target",
  class: "of one class",
  unusual: "where the target is not at its usual value",
  usual: "where the target is at its usual value",
} as const;

function inWords(evidence: LeakageEvidence): string {
  switch (evidence.kind) {
    case "single-column":
      return `predicts the target almost alone (${evidence.metric} ${round(evidence.score)}; chance reaches ${round(evidence.nullHigh)})`;
    case "presence":
      return `is set in ${percent(evidence.shareWith)} of the rows ${eventNames[evidence.event]} and ${percent(evidence.shareWithout)} of the others (${times(evidence.likelihoodRatio)} times likelier, 95 % interval ${times(evidence.low)} to ${times(evidence.high)})`;
    case "rewrite":
      return `is the target written differently (agreement ${round(evidence.agreement)})`;
    case "sum":
      return `${evidence.total === undefined ? "make up the target" : `belongs to "${evidence.total}"`} = ${evidence.of.map((name) => `"${name}"`).join(` ${evidence.sign} `)} (true in ${percent(evidence.agreement)} of the rows that can tell)`;
    case "name":
      return `has "${evidence.term}" in its name, which speaks of what comes after`;
    case "time":
      return `lies after the time of its row in ${percent(evidence.share)} of the rows`;
    case "missingness":
      return `is missing in step with the target (correlation ${round(evidence.agreement)})`;
    case "identifier":
      return `numbers the rows, and its order predicts the target`;
    case "duplicate-rows":
      return `${evidence.count} validation and test rows (${percent(evidence.share)}) equal a training row in every column`;
    case "group-overlap":
      return `has ${evidence.nGroups} values that are in training and in held-out rows (${percent(evidence.share)} of the held-out rows)`;
    case "query-order":
      return `orders ${percent(evidence.agreement)} of the pairs of a query as the target does`;
    case "duplicate-queries":
      return `${evidence.count} validation and test queries (${percent(evidence.share)}) have the rows of a training query`;
    case "future-events":
      return `is later than the first test event in ${percent(evidence.share)} of the training events`;
    case "copied-values":
      return `holds the same values in ${evidence.count} series (${percent(evidence.share)})`;
    case "repeated-texts":
      return `has the same text in a training and in a held-out row: ${evidence.nEqual} held-out rows (letter case, digits and punctuation aside), and ${evidence.nNear} nearly so (${percent(evidence.share)} together)`;
    case "label-in-text":
      return `says the name of the row's class in ${percent(evidence.share)} of the texts, and where it names a class it is the row's own in ${percent(evidence.precision)}`;
    default:
      return assertNever(evidence);
  }
}

function advice(
  columns: readonly string[],
  strength: LeakageFinding["strength"],
  decision: LeakageFinding["decision"],
  evidence: readonly LeakageEvidence[],
): string {
  if (decision === "excluded") return "left out";
  if (decision === "kept") return "kept by the definition";
  if (evidence.some(({ kind }) => kind === "duplicate-rows"))
    return "if they are copies of one case, remove them or part the rows by group (--group)";
  if (evidence.some(({ kind }) => kind === "duplicate-queries"))
    return "if they are copies of one query, remove them or part the rows by what they share (--group)";
  if (evidence.some(({ kind }) => kind === "group-overlap"))
    return `if one value is one entity, part the rows by it (--group ${columns[0]})`;
  if (evidence.some(({ kind }) => kind === "repeated-texts"))
    return "if they are copies of one case, remove them or part the rows by group (--group)";
  return strength === "strong"
    ? "strong evidence of a leak"
    : "if it is known only after the event, leave it out (--exclude), else confirm it (--keep)";
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
const round = (value: number) => String(Number(value.toFixed(3)));
const times = (value: number) => String(Number(value.toFixed(value < 10 ? 1 : 0)));
