// The adult table as several benches use it: an own project folder, the official test file, one boosted-trees version.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { referenceSets, writeSplit } from "./reference/sets.ts";
import { fettle } from "./support.ts";

const adult = referenceSets.find(({ name }) => name === "adult")!;

/** Trees of the model that is served and scored, ours and the peer's. */
export const nTrees = 100;

/** Writes train.csv and test.csv into the folder and declares the model `adult` there. */
export async function initAdult(dataDir: string, folder: string): Promise<void> {
  writeSplit(dataDir, adult, folder);
  const target = ["--target", adult.target, "--positive", adult.positive!, "--missing", "?"];
  await fettle(["init", "adult", "--data", "train.csv", "--test", "test.csv", ...target], folder);
}

/** Trains `adult` with one configuration: boosted trees of a fixed number, the size that the peers are given. */
export async function trainAdultTrees(folder: string): Promise<void> {
  const path = join(folder, "models/adult.ts");
  const params = `{ nTrees: ${nTrees}, earlyStoppingRounds: 0 }`;
  const search = `search: { configurations: [{ family: 'gbdt', params: ${params} }] },`;
  writeFileSync(path, readFileSync(path, "utf8").replace("search: { trials: 8 },", search));
  await fettle(["train", "adult"], folder);
}

/** Column names and rows of test.csv without the target; numbers as numbers, a missing value as null. */
export function adultRows(folder: string, limit: number): Record<string, number | string | null>[] {
  const [header = "", ...lines] = readFileSync(join(folder, "test.csv"), "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.slice(0, limit).map((line) =>
    Object.fromEntries(
      line.split(",").flatMap((text, j): [string, number | string | null][] => {
        if (names[j] === adult.target) return [];
        const value = text === "?" ? null : Number(text);
        return [[names[j]!, value === null || !Number.isNaN(value) ? value : text]];
      }),
    ),
  );
}
