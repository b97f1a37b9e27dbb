import {
  type ConformalInterval,
  type ConformalRule,
  conformalInterval,
  conformingClasses,
  groupOfLevel,
} from "../../ml/conformal/index.ts";
import { isNumeric } from "../../ml/learners/index.ts";
import type { RawRow } from "../features/index.ts";
import type { Signature } from "./signature.ts";

/** What the true value of a row may be, at the level of the signature's rule. */
export interface ConformalAnswer {
  /** Numbers: from `low` to `high`; null where there is no bound. */
  readonly interval?: ConformalInterval & { readonly level: number };
  /** Classes that cannot be ruled out, in the order of the signature; at least the most probable one. */
  readonly set?: readonly string[];
}

/** The interval or set of one row: `outputs` holds nOutputs numbers from `offset` on. Empty without a rule. */
export function conformalAnswer(
  signature: Signature,
  outputs: Float64Array,
  offset: number,
  row: RawRow | undefined,
): ConformalAnswer {
  const { conformal: rule, task, classes } = signature;
  if (rule === undefined) return {};
  const group = groupOf(signature, rule, row);
  if (isNumeric(task)) return { interval: { ...conformalInterval(rule, group, outputs, offset), level: rule.level } };
  const conforms = new Uint8Array(classes.length);
  conformingClasses(rule, group, outputs, offset, conforms);
  return { set: classes.filter((_, k) => conforms[k] === 1) };
}

function groupOf({ inputs }: Signature, { groups }: ConformalRule, row: RawRow | undefined): number {
  if (groups.kind !== "column") return 0;
  if (row === undefined) throw new Error("an interval by groups needs its row");
  const value = row[inputs.findIndex(({ name }) => name === groups.column)] ?? null;
  return groupOfLevel(groups.levels, value === null ? null : String(value));
}
