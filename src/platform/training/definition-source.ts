import { literal, quoted } from "../data/index.ts";
import type { ModelDefinition } from "./definition.ts";
import { fewTestRows } from "./repeat-procedure.ts";

/**
 * A definition as the TypeScript module that `init` writes: short, commented, typed by the contract beside it.
 * @param nRows of the training files: a small table is measured on many parts of its rows, and the comment says why
 * @param contractModule module name of the contract, for example `./churn.contract.ts`
 */
export function definitionToSource(definition: ModelDefinition, contractModule: string, nRows: number): string {
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
    ...smallTableComment(definition, nRows),
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

// As `evaluation.crossValidation: "auto"` decides, as far as it can be told before the rows are parted.
function smallTableComment({ data, split, query }: ModelDefinition, nRows: number): string[] {
  const nTest = Math.round((split?.test ?? 0.2) * nRows);
  if (nTest >= fewTestRows || data.test !== undefined || split?.kind === "time" || query !== undefined) return [];
  return [
    `  // A small table: ${nTest} test rows cannot tell much, so train repeats the whole procedure on other parts of the rows, and the gate reads that.`,
    "  // evaluation: { crossValidation: 'never' } leaves it out.",
  ];
}
