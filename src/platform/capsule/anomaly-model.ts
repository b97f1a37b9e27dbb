import { FettleError } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { RawRow } from "../features/index.ts";
import { type AnomalyScorerData, openScorer } from "./anomaly-scorer.ts";
import { checkScale, percentileOf, probabilitiesOf, type ScoreScale } from "./score-scale.ts";
import { type AnswerColumn, checkInputs, inputTable, joinAnswer } from "./scored-table.ts";
import { parseRow, rawRowOf, type SignatureInput } from "./signature.ts";
import type { JsonObject, TaskKernels, TaskModel, TaskModelData, TaskRows, TaskSignature } from "./task-model.ts";
import { type UsualColumn, unusualInWords } from "./usual-column.ts";

/** A model that tells anomalies, as plain data. */
export interface AnomalyModelData extends TaskModelData {
  readonly kind: "anomaly";
  readonly inputs: readonly SignatureInput[];
  /** Per input. */
  readonly usual: readonly UsualColumn[];
  readonly scorer: AnomalyScorerData;
  /** A row is anomalous from this score on. */
  readonly threshold: number;
  /** What its scores are worth; capsules of earlier versions have none, and answer without percentile and probability. */
  readonly scale?: ScoreScale;
  /** A row of the training data, without what may be personal. */
  readonly example: JsonObject;
}

/** Why a row is anomalous: a column, its share of all that speaks for it, and what is unusual about its value. */
export interface AnomalyReason {
  readonly column: string;
  readonly share: number;
  readonly says: string;
}

/** The answer to one row. */
export interface AnomalyAnswer {
  readonly score: number;
  /** Share of validation rows of a lower score, from 0 to 1; of equal scores half. */
  readonly percentile?: number;
  /** Of an anomaly, among rows such as the labelled ones; null where the score tells none. */
  readonly probability?: number | null;
  readonly anomalous: boolean;
  readonly threshold: number;
  /** The weightiest first, at most five; empty for a row that is not anomalous. */
  readonly reasons: readonly AnomalyReason[];
}

const mostReasons = 5;

/** Opens a model that tells anomalies. With compiled kernels it is faster, to the same bits. Throws ANOMALY_DATA, DETECTOR_DATA, MODEL_KIND. */
export function openAnomaly(data: TaskModelData, signature: TaskSignature, kernels: TaskKernels = {}): TaskModel {
  const { inputs, usual, scorer: scorerData, threshold, scale, example } = data as AnomalyModelData;
  if (!Number.isFinite(threshold) || usual?.length !== inputs?.length)
    throw new FettleError("damaged", "ANOMALY_DATA", "Cannot load the model: its threshold or its inputs are damaged");
  if (scale !== undefined) checkScale(scale);
  const names = inputs.map(({ name }) => name);
  const scorer = openScorer(scorerData, names, kernels);
  const contributions = new Float64Array(names.length);

  const reasonsOf = (row: RawRow): AnomalyReason[] => {
    scorer.explainRow(row, contributions);
    let total = 0;
    for (const contribution of contributions) total += Math.max(0, contribution);
    const places = [...names.keys()].filter((j) => contributions[j]! > 0);
    places.sort((a, b) => contributions[b]! - contributions[a]! || a - b);
    return places.slice(0, mostReasons).map((j) => ({
      column: names[j]!,
      share: contributions[j]! / total,
      says: unusualInWords(usual[j]!, row[j] ?? null),
    }));
  };

  return {
    signature,
    example,
    read(request, row, problems) {
      const values = parseRow({ inputs }, request, row, problems);
      return Object.fromEntries(names.map((name, j) => [name, values[j] ?? null]));
    },
    answer(request) {
      const row = names.map((name) => (request[name] ?? null) as RawRow[number]);
      const score = scorer.scoreRow(row);
      const anomalous = score >= threshold;
      const worth = scale === undefined ? {} : worthOf(scale, score);
      const answer: AnomalyAnswer = { score, ...worth, anomalous, threshold, reasons: anomalous ? reasonsOf(row) : [] };
      return { ...answer, reasons: answer.reasons.map((reason) => ({ ...reason })) };
    },
    inputTypes: Object.fromEntries(inputs.map(({ name, type }) => [name, type])),
    async *score(batches, onNote) {
      let layout: Schema | null = null;
      const nUnfit = new Map<string, number>();
      const add = (name: string, count: number) => nUnfit.set(name, (nUnfit.get(name) ?? 0) + count);
      for await (const batch of batches) {
        checkInputs({ inputs }, batch.table);
        layout ??= batch.schema;
        const table = inputTable({ inputs }, batch.table, add);
        const joined = joinAnswer(batch.table, layout, answerColumns(table));
        for (const [wanted, name] of joined.renamed)
          onNote(`column "${wanted}" is in the input already; the answer is in "${name}"`);
        yield joined satisfies TaskRows;
      }
      for (const [name, count] of nUnfit)
        if (count > 0) onNote(`column "${name}": ${count} values do not fit its type and count as missing`);
    },
  };

  // Reasons as one text, "amount 62 % (greater than …); hour 21 % (…)"; missing for a row that is not anomalous.
  function answerColumns(table: Table): AnswerColumn[] {
    const scores = table.nRows === 0 ? new Float64Array(0) : scorer.score(table);
    const texts: string[] = [];
    const codes = new Int32Array(table.nRows).fill(-1);
    scores.forEach((score, i) => {
      if (score < threshold) return;
      const reasons = reasonsOf(rawRowOf({ inputs }, table, i));
      codes[i] = texts.push(reasonsInWords(reasons)) - 1;
    });
    const isAnomalous = Int32Array.from(scores, (score) => (score >= threshold ? 1 : 0));
    const number = (name: string, values: Float64Array): AnswerColumn => ({
      name,
      type: "number",
      column: { kind: "number", values },
    });
    const probabilities = scale === undefined ? null : probabilitiesOf(scale, scores);
    return [
      number("score", scores),
      ...(scale === undefined
        ? []
        : [
            number(
              "percentile",
              scores.map((score) => percentileOf(scale, score)),
            ),
          ]),
      ...(probabilities === null ? [] : [number("probability", probabilities)]),
      {
        name: "anomalous",
        type: "category",
        column: { kind: "category", codes: isAnomalous, dictionary: ["false", "true"] },
      },
      { name: "reason", type: "text", column: distinct(codes, texts) },
    ];
  }
}

const worthOf = (scale: ScoreScale, score: number) => ({
  percentile: percentileOf(scale, score),
  probability: probabilitiesOf(scale, Float64Array.of(score))?.[0] ?? null,
});

function reasonsInWords(reasons: readonly AnomalyReason[]): string {
  return reasons.map(({ column, share, says }) => `${column} ${Math.round(100 * share)} % (${says})`).join("; ");
}

// Texts that are equal share one place of the dictionary.
function distinct(codes: Int32Array, texts: readonly string[]) {
  const dictionary = [...new Set(texts)];
  const placeOf = new Map(dictionary.map((text, place) => [text, place]));
  return {
    kind: "category" as const,
    codes: codes.map((code) => (code < 0 ? -1 : placeOf.get(texts[code]!)!)),
    dictionary,
  };
}
