import type { ModelDefinition } from "./definition.ts";

/**
 * A definition as the TypeScript module that `init` writes: short, commented, typed by the contract beside it.
 * @param contractModule module name of the contract, for example `./churn.contract.ts`
 */
export function definitionToSource(definition: ModelDefinition, contractModule: string): string {
  const { name, data, target, task, split, weight, ignore, evaluation } = definition;
  const lines = [
    `import { defineModel } from 'fettle';`,
    `import { contract } from '${contractModule}';`,
    "",
    "export default defineModel({",
    `  name: ${quote(name)},`,
    `  data: ${literal(data)},`,
    "  // What is predicted. Rows without a target are left out and counted.",
    `  target: ${literal(target)},`,
    ...(task === undefined ? [] : [`  task: ${quote(task)},`]),
    "  contract,",
    "",
    `  ${splitComment(definition)}`,
    ...(split === undefined
      ? ["  // split: { kind: 'time', column: '…' }, split: { kind: 'group', column: '…' }"]
      : [`  split: ${literal(split)},`]),
    ...(weight === undefined ? [] : [`  weight: ${quote(weight)},`]),
    ...(ignore === undefined ? [] : [`  ignore: ${literal(ignore)},`]),
    "",
    "  // Columns that the leakage check names: leave them out, or keep them although they look like leaks.",
    "  leakage: { exclude: [], keep: [] },",
    "",
    "  // Configurations tried; the choice is made on validation rows, the test rows confirm once.",
    "  search: { trials: 8 },",
    ...(evaluation === undefined
      ? ["  // evaluation: { slices: ['…'], protected: ['…'], cost: { falsePositive: 1, falseNegative: 5 } },"]
      : [`  evaluation: ${literal(evaluation)},`]),
    "  seed: 1,",
    "});",
    "",
  ];
  return lines.join("\n");
}

function splitComment({ data, split }: ModelDefinition): string {
  if (data.test !== undefined)
    return "// The test part is the official test file; validation rows come from the training files.";
  if (split?.kind === "time") return "// Trained on the past, tested on the latest rows.";
  if (split?.kind === "group") return "// All rows of one group lie in one part.";
  return "// Split: random, stratified, 60 % training, 20 % validation, 20 % test. Other ways:";
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

// A value as a TypeScript literal on one line: keys bare where they may be, strings in single quotes.
function literal(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key)}: ${literal(member)}`);
  return `{ ${members.join(", ")} }`;
}
