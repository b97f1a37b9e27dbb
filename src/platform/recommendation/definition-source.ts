import { literal, quoted } from "../data/index.ts";
import type { RecommenderDefinition } from "./definition.ts";

/** A definition as the TypeScript module that `init` writes: short, commented. Types of the columns that `defineRecommender` fills in are left out. */
export function recommenderToSource(definition: RecommenderDefinition): string {
  const { name, data, user, item, itemName, time, weight, seed = 1 } = definition;
  const { types: filledIn, ...options } = data.options ?? {};
  const types = Object.fromEntries(
    Object.entries(filledIn ?? {}).filter(([column, type]) => type !== "id" || (column !== user && column !== item)),
  );
  const told = { ...options, ...(Object.keys(types).length === 0 ? {} : { types }) };
  const { options: _, ...files } = data;
  const lines = [
    `import { defineRecommender } from 'fettle';`,
    "",
    "export default defineRecommender({",
    `  name: ${quoted(name)},`,
    `  data: ${literal({ ...files, ...(Object.keys(told).length === 0 ? {} : { options: told }) })},`,
    "  // Each row is an event: a user did something with an item.",
    `  user: ${quoted(user)},`,
    `  item: ${quoted(item)},`,
    ...(itemName === undefined ? [] : [`  itemName: ${quoted(itemName)}, // stands beside the ids in answers`]),
    ...(time === undefined ? [] : [`  time: ${quoted(time)},`]),
    ...(weight === undefined
      ? [
          "  // weight: { column: '…' }, a rating, a count or an amount; atLeast: 4 says from which value on an event counts",
        ]
      : [
          "  // How strongly an item was wanted; atLeast says from which value on an event counts at all.",
          `  weight: ${literal(weight)},`,
        ]),
    "",
    time === undefined
      ? "  // Without a column of times items of each user are held out at random: `time: '…'` tests on the latest events instead."
      : "  // Trained on the past, tested on the latest events. split: { kind: 'latest' } holds out the latest events of each user instead.",
    `  split: ${literal({ kind: time === undefined ? "random" : "time", validation: 0.1, test: 0.1 })},`,
    "",
    "  k: 10, // items of a list",
    "  includeSeen: false, // true where users take the same item again and again",
    "",
    "  // Configurations tried; the choice is made on validation events, the test events confirm once.",
    "  search: { trials: 8, families: ['item-neighbours', 'als'] },",
    `  seed: ${seed},`,
    "});",
    "",
  ];
  return lines.join("\n");
}
