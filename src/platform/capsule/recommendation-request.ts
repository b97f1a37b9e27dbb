import { nearestName } from "../../lib/index.ts";
import { mostIds, mostItems } from "./recommendation-signature.ts";
import { type RowProblem, valueClass } from "./signature.ts";
import type { JsonObject } from "./task-model.ts";

/** A request as it was read: ids are texts, and what was not given is absent. */
export interface RecommendationRequest {
  readonly user?: string | null;
  readonly k?: number;
  readonly history?: readonly string[];
  readonly exclude?: readonly string[];
  readonly includeSeen?: boolean;
  readonly items?: readonly string[];
}

const fields = ["user", "k", "history", "exclude", "includeSeen", "items"] as const;
type Field = (typeof fields)[number];

/** Reads one request. A field that no request has is a problem, with the nearest name: a wish that is misspelt is not to be ignored in silence. */
export function readRecommendationRequest(request: unknown, row: number, problems: RowProblem[]): JsonObject {
  const refuse = (field: string, rule: RowProblem["rule"], what: string) => {
    problems.push({
      row,
      field,
      rule,
      message: field === "" ? `row ${row} ${what}` : `row ${row}: field "${field}" ${what}`,
    });
  };
  if (typeof request !== "object" || request === null || Array.isArray(request)) {
    refuse("", "object", `is ${valueClass(request)}, an object of fields is needed`);
    return {};
  }
  const read: Record<string, JsonObject[string]> = {};
  for (const [name, value] of Object.entries(request).slice(0, 100)) {
    if (!isField(name)) {
      const near = nearestName(name, fields);
      const known = near === undefined ? `one of ${fields.join(", ")} is needed` : `did you mean "${near}"?`;
      refuse(name.slice(0, 80), "unknown", `is unknown, ${known}`);
    } else if (value !== undefined) {
      const known = readers[name](value);
      if (typeof known === "object" && known !== null && "needed" in known)
        refuse(name, known.rule, `is ${known.is ?? valueClass(value)}, ${known.needed} is needed`);
      else read[name] = known;
    }
  }
  return read;
}

function isField(name: string): name is Field {
  return (fields as readonly string[]).includes(name);
}

interface Unfit {
  readonly rule: RowProblem["rule"];
  readonly needed: string;
  readonly is?: string;
}

const readers: Readonly<
  Record<Field, (value: unknown) => string | number | boolean | null | readonly string[] | Unfit>
> = {
  user: (value) => (value === null ? null : (idOf(value) ?? { rule: "type", needed: "a string, a number or null" })),
  k: (value) => {
    if (typeof value !== "number") return { rule: "type", needed: "a whole number" };
    if (Number.isInteger(value) && value >= 1 && value <= mostItems) return value;
    return { rule: "range", needed: `a whole number from 1 to ${mostItems}`, is: "out of range" };
  },
  history: idsOf,
  exclude: idsOf,
  includeSeen: (value) => (typeof value === "boolean" ? value : { rule: "type", needed: "true or false" }),
  items: idsOf,
};

function idsOf(value: unknown): readonly string[] | Unfit {
  if (!Array.isArray(value)) return { rule: "type", needed: "a list of ids" };
  if (value.length > mostIds)
    return { rule: "range", needed: `a list of at most ${mostIds} ids`, is: `a list of ${value.length}` };
  const ids = value.map(idOf);
  const wrong = ids.indexOf(undefined);
  if (wrong < 0) return ids as string[];
  return { rule: "type", needed: "a list of strings and numbers", is: `a list with ${valueClass(value[wrong])}` };
}

// A number reads as its shortest text, which is what files hold.
function idOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" && Number.isFinite(value) ? String(value) : undefined;
}
