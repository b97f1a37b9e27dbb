import { bestFirst, dcg, exponentialGain, rowsByQuery } from "../../ml/stats/index.ts";
import { countQueries, shownCell } from "../data/index.ts";
import { bootstrapSums, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import type { EvaluationInput } from "./evaluation-input.ts";
import type { RankingEvaluation, WorstQuery } from "./ranking-evaluation.ts";

const lengths = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20];
/** Places that the distribution, the worst queries and the grades look at. */
const judgedPlaces = 10;
const nBins = 20;
const nWorst = 5;
const nCells = 4;

/** Rows of a query that has a gain, in the order of a model. */
interface Judged {
  readonly rows: Int32Array;
  readonly gains: Float64Array;
  /** Mean weight of its rows. */
  readonly weight: number;
}

/** What is measured of a ranking query by query. `columns`: the important ones, the most important first. */
export function evaluateRanking(input: EvaluationInput, columns: readonly string[]): RankingEvaluation {
  const { test, baseline } = input;
  const { queries: codes, gains: gainOf } = test.ranked!;
  const queries = countQueries(codes, test.yTrue);
  const judged = rowsByQuery(codes).flatMap((rows): Judged[] => {
    const gains = Float64Array.from(rows, (row) => {
      const grade = test.yTrue[row]!;
      return gainOf === null ? exponentialGain(grade) : gainOf[grade]!;
    });
    const weight = rows.reduce((sum, row) => sum + (test.sampleWeight?.[row] ?? 1), 0) / rows.length;
    return gains.some((gain) => gain > 0) ? [{ rows, gains, weight }] : [];
  });
  const random = { name: "random order", prediction: new Float64Array(test.yTrue.length) };
  const baselines = baseline.name === random.name ? [random] : [random, baseline];
  const ndcgs = ndcgsAt(judged, test.prediction, judgedPlaces);
  return {
    queries,
    byLength: byLength(input, judged, queries.mostRows, baselines),
    baselines: baselines.map(({ name }) => name),
    distribution: histogram(ndcgs),
    ...places(input, judged),
    worst: worst(input, judged, ndcgs, columns),
  };
}

const take = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => values[row]!);

function ndcgsAt(judged: readonly Judged[], scores: Float64Array, at: number): Float64Array {
  return Float64Array.from(judged, ({ rows, gains }) => dcg(gains, take(scores, rows), at) / dcg(gains, gains, at));
}

function byLength(
  { test, seed, nResamples }: EvaluationInput,
  judged: readonly Judged[],
  mostRows: number,
  baselines: readonly { readonly prediction: Float64Array }[],
): RankingEvaluation["byLength"] {
  const shown = lengths.filter((at, k) => k === 0 || at <= mostRows);
  // A query counts where its first row does: whole queries are drawn.
  const rows = Int32Array.from(judged, (query) => query.rows[0]!);
  const weights = Float64Array.from(judged, ({ weight }) => weight);
  const sums = shown.map((at) => ndcgsAt(judged, test.prediction, at).map((ndcg, q) => ndcg * weights[q]!));
  const [total, ...draws] = bootstrapSums(
    [weights, ...sums].map((values) => ({ rows, values })),
    test.yTrue.length,
    { resample: test.resample, seed, ...(nResamples !== undefined && { nResamples }) },
  );
  const reason = "no query has a relevant row";
  return shown.map((at, k) => ({
    at,
    ndcg: valueWithInterval(ratioOf(draws[k]!, total!), judged.length, reason),
    baselines: baselines.map(({ prediction }) => weightedMean(ndcgsAt(judged, prediction, at), weights)),
  }));
}

function weightedMean(values: Float64Array, weights: Float64Array): number | null {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? values.reduce((sum, value, k) => sum + value * weights[k]!, 0) / total : null;
}

function histogram(ndcgs: Float64Array): RankingEvaluation["distribution"] {
  const counts = new Array<number>(nBins).fill(0);
  for (const ndcg of ndcgs) counts[Math.min(nBins - 1, Math.floor(ndcg * nBins))]! += 1;
  return { edges: Array.from({ length: nBins + 1 }, (_, k) => k / nBins), counts };
}

function places({ test }: EvaluationInput, judged: readonly Judged[]): Pick<RankingEvaluation, "places" | "grades"> {
  const grades = [...new Set(judged.flatMap(({ rows }) => Array.from(rows, (row) => test.yTrue[row]!)))].sort(
    (a, b) => a - b,
  );
  const orders = judged.map(({ rows, gains }) => {
    const own = bestFirst(take(test.prediction, rows));
    return { given: own.map((at) => rows[at]!), best: bestFirst(gains).map((at) => rows[at]!) };
  });
  const sharesAt = (lists: readonly Int32Array[], place: number) =>
    grades.map((grade) => lists.filter((rows) => test.yTrue[rows[place]!] === grade).length / lists.length);
  const most = judged.reduce((longest, { rows }) => Math.max(longest, rows.length), 0);
  return {
    grades,
    places: Array.from({ length: Math.min(judgedPlaces, most) }, (_, at) => {
      const long = orders.filter(({ given }) => given.length > at);
      const given = long.map((order) => order.given);
      const best = long.map((order) => order.best);
      return { place: at + 1, n: long.length, shares: sharesAt(given, at), best: sharesAt(best, at) };
    }),
  };
}

function worst(
  { test, queryColumn, personalData = [] }: EvaluationInput,
  judged: readonly Judged[],
  ndcgs: Float64Array,
  columns: readonly string[],
): WorstQuery[] {
  const canShow = (name: string) => test.table.has(name) && !personalData.includes(name);
  const shown = columns.filter(canShow).slice(0, nCells);
  const cell = (name: string, row: number) => shownCell(test.table.column(name), row, false);
  const worstFirst = Array.from(bestFirst(ndcgs.map((ndcg) => -ndcg))).filter((q) => ndcgs[q]! < 1);
  return worstFirst.slice(0, nWorst).map((q) => {
    const { rows, gains } = judged[q]!;
    const scores = take(test.prediction, rows);
    const best = bestFirst(gains);
    return {
      name: queryColumn !== undefined && canShow(queryColumn) ? cell(queryColumn, rows[0]!) : null,
      nRows: rows.length,
      ndcg: ndcgs[q]!,
      list: Array.from(bestFirst(scores).subarray(0, judgedPlaces), (position, at) => ({
        row: rows[position]!,
        score: scores[position]!,
        grade: test.yTrue[rows[position]!]!,
        best: test.yTrue[rows[best[at]!]!]!,
        cells: Object.fromEntries(shown.map((name) => [name, cell(name, rows[position]!)])),
      })),
    };
  });
}
