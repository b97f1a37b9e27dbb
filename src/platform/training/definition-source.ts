import { literal, quoted } from "../data/index.ts";
import type { ModelDefinition } from "./definition.ts";

/**
 * A definition as the TypeScript module that `init` writes: short, commented, typed by the contract beside it.
 * @param contractModule module name of the contract, for example `./churn.contract.ts`
 */
export function definitionToSource(definition: ModelDefinition, contractModule: string): string {
  const { name, data, target, task, query, split, weight, ignore, features, search, evaluation } = definition;
  const lines = [
    `import { defineModel } from 'fettle';`,
    `import { contract } from '${contractModule}';`,
    "",
    "export default defineModel({",
    `  name: ${quoted(name)},`,
    `  data: ${literal(data)},`,
    "  // What is predicted. Rows without a target are left out and counted.",
    `  target: ${literal(target)},`,
    ...(task === undefined ? [] : [`  task: ${quoted(task)},`]),
    ...(query === undefined
      ? []
      : ["  // Rows of one query are ordered together; no query lies in two parts.", `  query: ${quoted(query)},`]),
    "  contract,",
    "",
    `  ${splitComment(definition)}`,
    ...(split === undefined
      ? ["  // split: { kind: 'time', column: '…' }, split: { kind: 'group', column: '…' }"]
      : [`  split: ${literal(split)},`]),
    ...(weight === undefined ? [] : [`  weight: ${quoted(weight)},`]),
    ...(ignore === undefined ? [] : [`  ignore: ${literal(ignore)},`]),
    "",
    ...(features === undefined
      ? []
      : [
          "  // How columns become features. Texts: terms of 1 to 2 words and of 2 to 5 characters, in at least 2 texts.",
          `  features: ${literal(features)},`,
          "",
        ]),
    "  // Columns that the leakage check names: leave them out, or keep them although they look like leaks.",
    "  leakage: { exclude: [], keep: [] },",
    "",
    "  // Configurations tried; the choice is made on validation rows, the test rows confirm once.",
    `  search: ${literal(search ?? { trials: 8 })},`,
    ...(evaluation === undefined
      ? query !== undefined
        ? []
        : ["  // evaluation: { slices: ['…'], protected: ['…'], cost: { falsePositive: 1, falseNegative: 5 } },"]
      : [`  evaluation: ${literal(evaluation)},`]),
    "  seed: 1,",
    "});",
    "",
  ];
  return lines.join("\n");
}

function splitComment({ data, split, query }: ModelDefinition): string {
  if (data.test !== undefined)
    return "// The test part is the official test file; validation rows come from the training files.";
  if (split?.kind === "time") return "// Trained on the past, tested on the latest rows.";
  if (split?.kind === "group") return "// All rows of one group lie in one part.";
  if (query !== undefined)
    return "// Split: whole queries at random, 60 % training, 20 % validation, 20 % test. Other ways:";
  return "// Split: random, stratified, 60 % training, 20 % validation, 20 % test. Other ways:";
}
