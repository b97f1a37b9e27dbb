import { FettleError } from "../../lib/index.ts";
import type { Options } from "./command.ts";

/** The text of an option; absent where it was not given. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** A comma-separated list; repeated options and several words add up. */
export function listOption(options: Options, name: string): string[] | undefined {
  const value = options[name];
  if (typeof value === "string") return splitList(value);
  return Array.isArray(value) ? value.flatMap((part) => splitList(String(part))) : undefined;
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A whole number in a range; throws OPTION_INVALID for anything else. */
export function wholeOption(options: Options, name: string, low: number, high: number): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= low && value <= high) return value;
  throw optionInvalid(name, `a whole number from ${low} to ${high}`);
}

/** A number; throws OPTION_INVALID for anything else. */
export function numberOption(options: Options, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  throw optionInvalid(name, "a number");
}

/** A number > 0; throws OPTION_INVALID for anything else. */
export function positiveOption(options: Options, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw optionInvalid(name, "a number > 0");
}

const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** A length of time such as `90s`, `10m`, `1.5h`, `7d`, in seconds; throws OPTION_INVALID for anything else. */
export function durationOption(options: Options, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (unit === undefined) throw optionInvalid(name, "a length of time such as 90s, 10m or 1h");
  return Number(digits) * secondsPer[unit]!;
}

/** Repeated `NAME=VALUE`; a value that reads as a number is one. Throws OPTION_INVALID for a word without `=`. */
export function assignOption(options: Options, name: string): Record<string, number | string> {
  const pairs = (listOption(options, name) ?? []).map((text) => /^([^=]+)=(.+)$/.exec(text));
  if (pairs.includes(null)) throw optionInvalid(name, "NAME=VALUE");
  return Object.fromEntries(
    pairs.map((pair) => [pair![1]!, Number.isNaN(Number(pair![2])) ? pair![2]! : Number(pair![2])]),
  );
}

/** `FP:FN`, two positive numbers; throws OPTION_INVALID for anything else. */
export function costOption(
  options: Options,
  name: string,
): { falsePositive: number; falseNegative: number } | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const [falsePositive = Number.NaN, falseNegative = Number.NaN, ...rest] = text.split(":").map(Number);
  if (rest.length === 0 && falsePositive > 0 && falseNegative > 0) return { falsePositive, falseNegative };
  throw optionInvalid(name, "a pair of positive numbers such as 1:5 (cost of a wrong positive : of a wrong negative)");
}

/** One of several words; throws OPTION_INVALID for anything else. */
export function choiceOption<const T extends string>(
  options: Options,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw optionInvalid(name, `one of ${choices.join(", ")}`);
}

/** The refusal of an option. */
export function optionInvalid(name: string, needed: string): FettleError {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new FettleError("invalid-input", "OPTION_INVALID", `Cannot read ${flag}: ${needed} is needed`, {
    facts: { option: flag },
  });
}
