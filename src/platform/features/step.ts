import { assertNever } from "../../lib/index.ts";
import { cos, sin } from "../../ml/stats/index.ts";
import type { NGrams } from "./n-grams.ts";
import { tfIdfOf, wordsOf } from "./text.ts";

/** A raw input value: a number, an instant in epoch milliseconds, a text, or null for missing. */
export type RawValue = number | string | null;

/** One row of raw inputs, in the order of the inputs. */
export type RawRow = readonly RawValue[];

/** Parts of an instant (UTC) that repeat, and their length. */
export const periods = { hour: 24, weekday: 7, yearday: 366 } as const;

/** One fitted step from one input to a sparse block, as plain data: TF-IDF over a vocabulary. */
export type BlockStep = { readonly op: "n-grams"; readonly input: number } & NGrams;

/** One fitted step from one input to one or more features, or to a sparse block, as plain data. */
export type Step = FeatureStep | BlockStep;

/** One fitted step from one input to one or more features. */
export type FeatureStep =
  /** The number itself; missing and infinite stay missing, and 0 becomes missing where `zeroIsMissing`. */
  | { readonly op: "number"; readonly input: number; readonly zeroIsMissing?: true }
  /** (x − mean) / scale, within ±1e100 so that no sum of them is infinite; missing becomes 0, the mean. */
  | { readonly op: "standardise"; readonly input: number; readonly mean: number; readonly scale: number }
  /** 1 where the input is missing. */
  | { readonly op: "is-missing"; readonly input: number }
  /** A category's code; missing and unseen are −1. */
  | { readonly op: "levels"; readonly input: number; readonly levels: readonly string[] }
  /** The place of a level in an order; missing and unseen stay missing. */
  | { readonly op: "ordinal"; readonly input: number; readonly levels: readonly string[] }
  /** The smoothed mean of the target at a level (for one class where `classIndex` is given); missing and unseen get `other`. */
  | {
      readonly op: "target-mean";
      readonly input: number;
      readonly levels: readonly string[];
      readonly means: readonly number[];
      readonly other: number;
      readonly smoothing: number;
      readonly classIndex: number | null;
    }
  /** How rare a level was: −ln of the share of rows that have it. Missing gets `missing`, unseen `unseen`. */
  | {
      readonly op: "rarity";
      readonly input: number;
      readonly levels: readonly string[];
      readonly values: readonly number[];
      readonly missing: number;
      readonly unseen: number;
    }
  /** A repeating part of an instant: as it is, or as a point on the circle. Missing, and beyond all dates, stays missing; on the circle it becomes 0. */
  | {
      readonly op: "date-part";
      readonly input: number;
      readonly part: keyof typeof periods;
      readonly form: "plain" | "sin" | "cos";
    }
  /** TF-IDF of words and word pairs, scaled to length 1; missing is 0 everywhere. */
  | { readonly op: "text"; readonly input: number; readonly terms: readonly string[]; readonly idf: readonly number[] }
  /** Number of words; missing is 0. */
  | { readonly op: "word-count"; readonly input: number };

/** One feature that a step gives. */
export interface Feature {
  readonly name: string;
  /** The input column. */
  readonly from: string;
  /** How it was made, in a few words. */
  readonly says: string;
  readonly kind: "number" | "category";
  /** Category features: level names by code. */
  readonly levels?: readonly string[];
}

/** A sparse block that a step gives. */
export interface FeatureBlock {
  readonly name: string;
  /** The input column. */
  readonly from: string;
  readonly says: string;
  readonly unit: NGrams["unit"];
  readonly terms: readonly string[];
}

/** The block of a step. */
export function blockOf({ unit, lengths, terms }: BlockStep, from: string): FeatureBlock {
  const says = `TF-IDF of ${lengths[0]} to ${lengths[1]} ${unit}, ${terms.length} terms`;
  return { name: `${from} (${unit})`, from, says, unit, terms };
}

/** The features of a step, in order. */
export function featuresOf(step: FeatureStep, from: string): Feature[] {
  const feature = (suffix: string, says: string): Feature => ({ name: `${from}${suffix}`, from, says, kind: "number" });
  switch (step.op) {
    case "number":
      return [feature("", "as it is")];
    case "standardise":
      return [feature("", "standardised; missing is the mean")];
    case "is-missing":
      return [feature(" (missing)", "1 where missing")];
    case "levels":
      return [{ ...feature("", `${step.levels.length} levels`), kind: "category", levels: step.levels }];
    case "ordinal":
      return [feature("", `place among ${step.levels.length} ordered levels`)];
    case "target-mean":
      return [
        feature(
          step.classIndex === null ? " (target mean)" : ` (target mean ${step.classIndex})`,
          `mean target by level, cross-fitted, ${step.levels.length} levels`,
        ),
      ];
    case "rarity":
      return [feature("", `rarity of its level, ${step.levels.length} levels`)];
    case "date-part":
      return [feature(` (${step.part}${step.form === "plain" ? "" : ` ${step.form}`})`, `${step.part}, UTC`)];
    case "text":
      return step.terms.map((term) => feature(` ("${term}")`, "TF-IDF"));
    case "word-count":
      return [feature(" (words)", "number of words")];
    default:
      return assertNever(step);
  }
}

/** Writes a step's features of one value to `out` from `at` on. The one definition that both forms are made of. */
export type Encode = (value: RawValue, out: Float64Array, at: number) => void;

/** Makes a step ready. */
export function compileStep(step: FeatureStep): Encode {
  switch (step.op) {
    case "number":
      return (value, out, at) => {
        const x = finite(value);
        // What LightGBM takes for 0: its kZeroThreshold.
        out[at] = step.zeroIsMissing === true && Math.abs(x) <= 1e-35 ? Number.NaN : x;
      };
    case "standardise": {
      const { mean, scale } = step;
      return (value, out, at) => {
        const x = finite(value);
        out[at] = x === x ? Math.max(-1e100, Math.min(1e100, (x - mean) / scale)) : 0;
      };
    }
    case "is-missing":
      return (value, out, at) => {
        out[at] = Number.isNaN(finite(value)) ? 1 : 0;
      };
    case "levels":
      return lookUp(step.levels, (code) => code, -1);
    case "ordinal":
      return lookUp(step.levels, (code) => code, Number.NaN);
    case "target-mean":
      return lookUp(step.levels, (code) => step.means[code]!, step.other);
    case "rarity": {
      const encode = lookUp(step.levels, (code) => step.values[code]!, step.unseen);
      return (value, out, at) => {
        if (value === null) out[at] = step.missing;
        else encode(value, out, at);
      };
    }
    case "date-part":
      return compileDatePart(step.part, step.form);
    case "text":
      return compileText(step.terms, step.idf);
    case "word-count":
      return (value, out, at) => {
        out[at] = typeof value === "string" ? wordsOf(value).length : 0;
      };
    default:
      return assertNever(step);
  }
}

function finite(value: RawValue): number {
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}

function lookUp(levels: readonly string[], valueAt: (code: number) => number, other: number): Encode {
  const known = new Map(levels.map((level, code) => [level, valueAt(code)]));
  return (value, out, at) => {
    out[at] = value === null ? other : (known.get(String(value)) ?? other);
  };
}

const msPerDay = 86_400_000;

/** Greatest distance from the epoch that a date can have (ECMA-262), in milliseconds. */
const farthest = 8.64e15;

/** A repeating part of an instant, UTC: hour 0 … 24 with its fraction, weekday 0 (Monday) … 6, day of the year 0 … 365. */
function datePart(instant: number, part: keyof typeof periods): number {
  const days = Math.floor(instant / msPerDay);
  switch (part) {
    case "hour":
      return (instant - days * msPerDay) / 3_600_000;
    case "weekday":
      return (((days + 3) % 7) + 7) % 7;
    case "yearday":
      return days - Math.floor(new Date(instant).setUTCMonth(0, 1) / msPerDay);
    default:
      return assertNever(part);
  }
}

function compileDatePart(part: keyof typeof periods, form: "plain" | "sin" | "cos"): Encode {
  const turn = (2 * Math.PI) / periods[part];
  return (value, out, at) => {
    const instant = finite(value);
    if (!(Math.abs(instant) <= farthest)) {
      out[at] = form === "plain" ? Number.NaN : 0;
      return;
    }
    const x = datePart(instant, part);
    out[at] = form === "plain" ? x : form === "sin" ? sin(turn * x) : cos(turn * x);
  };
}

function compileText(terms: readonly string[], idf: readonly number[]): Encode {
  const indexOf = new Map(terms.map((term, k) => [term, k]));
  return (value, out, at) => {
    out.fill(0, at, at + terms.length);
    if (typeof value === "string") tfIdfOf(value, indexOf, idf, out, at);
  };
}
