import { literal, quoted } from "../data/index.ts";
import type { AnomalyDefinition } from "./definition.ts";

/**
 * A definition as the TypeScript module that `init` writes: short, commented, typed by the contract beside it.
 * @param contractModule module name of the contract, for example `./fraud.contract.ts`
 */
export function detectorToSource(definition: AnomalyDefinition, contractModule: string): string {
  const { name, data, label, split, ignore, share, cost, seed = 1 } = definition;
  const lines = [
    `import { defineDetector } from 'fettle';`,
    `import { contract } from '${contractModule}';`,
    "",
    "export default defineDetector({",
    `  name: ${quoted(name)},`,
    "  task: 'anomaly',",
    `  data: ${literal(data)},`,
    ...(label === undefined
      ? [
          "  // No row is known to be anomalous: an isolation forest learns what is usual, and its quality cannot be measured.",
          "  // label: { column: '…', positive: '…' },",
        ]
      : [
          "  // Which rows are known to be anomalous; a row without the label is neither.",
          `  label: ${literal(label)},`,
        ]),
    "  contract,",
    "",
    splitComment(definition),
    ...(split === undefined ? [] : [`  split: ${literal(split)},`]),
    ...(ignore === undefined ? [] : [`  ignore: ${literal(ignore)},`]),
    "",
    ...(cost !== undefined
      ? [
          "  // A row is anomalous from the score on that has the least cost on labelled validation rows.",
          `  cost: ${literal(cost)},`,
        ]
      : [
          "  // Share of the rows that shall be called anomalous.",
          share !== undefined
            ? `  share: ${share},`
            : label === undefined
              ? "  share: 0.01,"
              : "  // share: 0.01, instead of the share of known anomalies among training rows; or cost: { falsePositive: 1, falseNegative: 20 },",
        ]),
    `  seed: ${seed},`,
    "});",
    "",
  ];
  return lines.join("\n");
}

function splitComment({ data, split }: AnomalyDefinition): string {
  if (split?.kind === "group") return "  // Rows of one group are in one part.";
  if (split?.kind === "time") return "  // Trained on the past, tested on the latest rows.";
  return data.test === undefined
    ? "  // Split: random, 60 % training, 20 % validation, 20 % test. split: { kind: 'time', column: '…' } tests on the latest rows."
    : "  // Split: the official test file; of the other rows 20 % at random are validation.";
}
