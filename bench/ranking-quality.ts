// NDCG of LightGBM's example of a ranking in repeated cross-validation over all of its queries, and on its 50 test queries: our defaults beside LightGBM and XGBoost.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadKernels } from "../src/edge/compute/index.ts";
import { createRng, permutation } from "../src/lib/index.ts";
import type { Target } from "../src/ml/learners/index.ts";
import { exponentialGain, ndcg, rowsByQuery } from "../src/ml/stats/index.ts";
import type { Table } from "../src/ml/table/index.ts";
import { learnerOf } from "../src/platform/training/families.ts";
import { readLabelled } from "./learning/read-data.ts";
import { nFeatures, rankingFiles } from "./ranking/data.ts";
import { type Bench, measure, peerEnvironment, peerPython, peerScript, rounded, withScratch } from "./support.ts";

const places = [1, 3, 5, 10] as const;
const [nFolds, nRepeats, nTestQueries] = [5, 4, 50];
/** Our first configuration; without validation queries the rounds are as many as its steps ask for. */
const ours = { family: "gbdt", params: { nTrees: 300, earlyStoppingRounds: 0 } } as const;

interface Part {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Per query of a part's test: NDCG at each of the places; a query without a gain counts 1, as with the peers. */
type Measured = readonly (readonly number[])[];

/** The bench `ranking-quality`. */
export const rankingQuality: Bench = {
  name: "ranking-quality",
  summary:
    "NDCG of lambdarank's defaults on LightGBM's example, repeated cross-validation over 251 queries, against LightGBM and XGBoost",
  needsData: true,
  async run({ data, say }) {
    const { all } = rankingFiles(data!, 0);
    const sizes = readFileSync(all.sizes, "utf8").split("\n").map(Number);
    const parts = [officialPart(sizes.length), ...folds(sizes.length)];
    const rows = readLabelled(all.file, new Array<number>(nFeatures).fill(0), 0, sum(sizes));
    const pooled = { table: rows.table, grades: rows.target.values, sizes };
    const own = parts.map((part, k) => scoresOf(pooled, part, k + 1));
    say(`ours: ${parts.length} trainings done`);
    const peers = await withScratch(async (cwd) => {
      const list = join(cwd, "parts.json");
      writeFileSync(list, JSON.stringify(parts));
      const command = [peerPython(say), peerScript("ranking_quality.py"), all.file, all.sizes, list];
      return JSON.parse((await measure(command, { cwd, env: peerEnvironment })).stdout) as Record<string, number[][]>;
    });
    const measured = Object.entries({ ours: own, ...peers }).map(([name, scores]) => ({
      name,
      parts: parts.map((part, k) => measureQueries(pooled, part, scores[k]!)),
    }));
    const found = measured.map(({ name, parts: [official, ...crossed] }) => ({
      name,
      testQueries: meansOf([official!]),
      crossValidated: meansOf(crossed),
      ...(name === "ours" ? {} : { oursBetterBy: differences(parts.slice(1), measured[0]!.parts.slice(1), crossed) }),
    }));
    for (const one of found) say(JSON.stringify(one));
    const [us, ...them] = found;
    const best = Math.max(...them.map(({ crossValidated }) => crossValidated.at(-1)!));
    return {
      name: "ranking-quality",
      ours: us!.crossValidated.at(-1)!,
      peer: best,
      unit: `NDCG@10, mean over ${nRepeats} × ${nFolds} folds of ${sizes.length} queries; the best peer's`,
      ratio: rounded(us!.crossValidated.at(-1)! / best),
      cpuRatio: null,
      runs: 1,
      note: found.map(({ name, crossValidated }) => `${name} ${crossValidated.join(" ")}`).join("; "),
      details: { places, methods: found },
      ok: us!.crossValidated.at(-1)! >= best - 0.005,
    };
  },
};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function officialPart(nQueries: number): Part {
  const queries = Array.from({ length: nQueries }, (_, query) => query);
  return { train: queries.slice(0, -nTestQueries), test: queries.slice(-nTestQueries) };
}

function folds(nQueries: number): Part[] {
  const rng = createRng(251).fork("folds");
  return Array.from({ length: nRepeats }, () => {
    const order = [...permutation(nQueries, rng)];
    return Array.from({ length: nFolds }, (_, fold) => ({
      train: [...order.filter((_, place) => place % nFolds !== fold)],
      test: [...order.filter((_, place) => place % nFolds === fold)],
    }));
  }).flat();
}

interface Pooled {
  readonly table: Table;
  readonly grades: Float64Array;
  readonly sizes: readonly number[];
}

function rowsOf(
  { sizes }: Pooled,
  queries: readonly number[],
): { readonly rows: Int32Array; readonly codes: Int32Array } {
  const starts = sizes.map((_, query) => sum(sizes.slice(0, query)));
  const rows = queries.flatMap((query) => Array.from({ length: sizes[query]! }, (_, i) => starts[query]! + i));
  const codes = queries.flatMap((query, code) => new Array<number>(sizes[query]!).fill(code));
  return { rows: Int32Array.from(rows), codes: Int32Array.from(codes) };
}

function scoresOf(pooled: Pooled, part: Part, seed: number): number[] {
  const [train, test] = [rowsOf(pooled, part.train), rowsOf(pooled, part.test)];
  const target: Target = {
    task: "ranking",
    values: Float64Array.from(train.rows, (row) => pooled.grades[row]!),
    nClasses: 0,
    queries: train.codes,
  };
  const kernels = loadKernels();
  const learner = learnerOf("ranking", { kind: "lambdarank" }, ours);
  const model = learner.fit(pooled.table.take(train.rows), target, { seed, ...(kernels && { kernels }) });
  return [...model.predict(pooled.table.take(test.rows))];
}

function measureQueries(pooled: Pooled, { test }: Part, scores: readonly number[]): Measured {
  const { rows, codes } = rowsOf(pooled, test);
  return rowsByQuery(codes).map((among) => {
    const gains = Float64Array.from(among, (place) => exponentialGain(pooled.grades[rows[place]!]!));
    const own = Float64Array.from(among, (place) => scores[place]!);
    return places.map((at) => ndcg(gains, own, at) ?? 1);
  });
}

const meansOf = (parts: readonly Measured[]) =>
  places.map((_, k) => rounded(sum(parts.flat().map((query) => query[k]!)) / parts.flat().length, 4));

/** Mean difference per place and its 95 % interval: each query counts once, by its mean over the repeats. */
function differences(parts: readonly Part[], own: readonly Measured[], peer: readonly Measured[]) {
  return places.map((_, k) => {
    const byQuery = new Map<number, number[]>();
    parts.forEach(({ test }, part) => {
      test.forEach((query, at) => {
        byQuery.set(query, [...(byQuery.get(query) ?? []), own[part]![at]![k]! - peer[part]![at]![k]!]);
      });
    });
    const means = [...byQuery.values()].map((values) => sum(values) / values.length);
    const mean = sum(means) / means.length;
    const half = 1.96 * Math.sqrt(sum(means.map((value) => (value - mean) ** 2)) / (means.length - 1) / means.length);
    return [mean, mean - half, mean + half].map((value) => rounded(value, 4));
  });
}
