import type { PredictKernels } from "./gbdt-arena.ts";
import { type Forest, flatten, leafValue } from "./gbdt-flat.ts";
import { type Plan, planOf } from "./gbdt-plan.ts";
import type { TreeData } from "./model-data.ts";

/** Sums up trees. A score begins at the start score of its output and takes the trees in order, in f64: the same bits on every path. */
export interface Scorer {
  /** The nOutputs scores of one row, one number per feature, to `out`. */
  scoreRow(row: Float64Array, out: Float64Array): void;
  /** The scores of n rows, given by column, row-major to `out`. */
  scoreColumns(columns: readonly (Float64Array | Int32Array)[], n: number, out: Float64Array): void;
}

/** The scorer of trees: compiled where there are kernels that can hold them. */
export function scorerOf(
  trees: readonly TreeData[],
  base: readonly number[],
  nFeatures: number,
  kernels?: PredictKernels,
): Scorer {
  const forest = flatten(trees);
  const plan = kernels && planOf(forest);
  return plan ? compiledScorer(plan, kernels, base, nFeatures) : flatScorer(forest, base, nFeatures);
}

/** Rows that are walked through all trees at a time, so that they stay in the processor's cache. */
const blockRows = 512;

/** The specification of the compiled scorer, and the one that runs without compiled kernels. */
export function flatScorer(forest: Forest, base: readonly number[], nFeatures: number): Scorer {
  const nOutputs = base.length;
  const nTrees = forest.roots.length;
  const single = new Float32Array(nFeatures);
  const scoreBlock = (rows: Float32Array, n: number, out: Float64Array, from: number) => {
    for (let i = 0; i < n; i++) for (let k = 0; k < nOutputs; k++) out[from + i * nOutputs + k] = base[k]!;
    for (let t = 0; t < nTrees; t++) {
      const k = t % nOutputs;
      for (let i = 0; i < n; i++) out[from + i * nOutputs + k]! += leafValue(forest, t, rows, i * nFeatures);
    }
  };
  return {
    scoreRow(row, out) {
      for (let j = 0; j < nFeatures; j++) single[j] = row[j]!;
      scoreBlock(single, 1, out, 0);
    },
    scoreColumns(columns, n, out) {
      const block = new Float32Array(Math.min(n, blockRows) * nFeatures);
      for (let from = 0; from < n; from += blockRows) {
        const size = Math.min(blockRows, n - from);
        for (let j = 0; j < nFeatures; j++) {
          const values = columns[j]!;
          for (let i = 0; i < size; i++) block[i * nFeatures + j] = values[from + i]!;
        }
        scoreBlock(block, size, out, from * nOutputs);
      }
    },
  };
}

/** Rows whose codes the kernels make at a time lie in groups of this many. */
const groupRows = 64;

/** Bytes of codes at a time, so that they stay in the processor's cache. */
const codeBytes = 32_768;

/** The scorer of a plan on compiled kernels. */
export function compiledScorer(
  plan: Plan,
  kernels: PredictKernels,
  base: readonly number[],
  nFeatures: number,
): Scorer {
  const { calls, scratchAt } = kernels;
  const nOutputs = base.length;
  const { nTrees, nPlanes, columns } = plan;
  const groupBytes = groupRows * nPlanes;
  const mostGroups = Math.max(1, Math.min(8, Math.floor(codeBytes / Math.max(1, groupBytes))));
  const nRows = mostGroups * groupRows;
  // Scratch: values of a column or a row, ranks, leaves, scores, codes.
  const ranksAt = scratchAt + 8 * Math.max(nRows, nFeatures);
  const leavesAt = ranksAt + 4 * groupRows;
  const scoresAt = leavesAt + groupRows;
  const codesAt = scoresAt + 8 * nRows * nOutputs;
  const scratchBytes = codesAt + mostGroups * groupBytes - scratchAt;
  const nVectors = Math.ceil(plan.nFirstPlanes / 16);
  const firstColumn = columns[0]?.at ?? 0;

  return {
    scoreRow(row, out) {
      const at = kernels.place(plan, scratchBytes);
      const numbers = kernels.numbers();
      for (let j = 0; j < nFeatures; j++) numbers[scratchAt / 8 + j] = row[j]!;
      for (let k = 0; k < nOutputs; k++) numbers[scoresAt / 8 + k] = base[k]!;
      const hasMissing = calls.encodeRow(scratchAt, at, at + firstColumn, columns.length, codesAt) === 1;
      if (plan.rowMasksAt > 0 && !hasMissing)
        calls.scoreRowMasks(at, at + plan.rowMasksAt, nTrees, nOutputs, codesAt, nVectors, scoresAt, leavesAt);
      else
        calls.walkRow(
          at,
          at + plan.rootsAt,
          nTrees,
          nOutputs,
          at + plan.nodesAt,
          plan.setsAt && at + plan.setsAt,
          at + plan.valuesAt,
          codesAt,
          scoresAt,
        );
      for (let k = 0; k < nOutputs; k++) out[k] = numbers[scoresAt / 8 + k]!;
    },
    scoreColumns(values, n, out) {
      const at = kernels.place(plan, scratchBytes);
      const numbers = kernels.numbers();
      for (let from = 0; from < n; from += nRows) {
        const size = Math.min(nRows, n - from);
        const nGroups = Math.ceil(size / groupRows);
        for (const { feature, kind, at: column } of columns) {
          numbers.set(values[feature]!.subarray(from, from + size), scratchAt / 8);
          if (kind === "number") calls.encodeNumbers(scratchAt, at, at + column, codesAt, groupBytes, nGroups, ranksAt);
          else calls.encodeCategories(scratchAt, at, at + column, codesAt, groupBytes, nGroups);
        }
        for (let g = 0; g < nGroups; g++)
          for (let k = 0; k < nOutputs; k++) {
            const first = scoresAt / 8 + groupRows * (g * nOutputs + k);
            numbers.fill(base[k]!, first, first + groupRows);
          }
        if (plan.masksAt > 0)
          calls.scoreMasks(at, at + plan.masksAt, nTrees, nOutputs, codesAt, groupBytes, nGroups, scoresAt, leavesAt);
        else
          calls.walkGroups(
            at,
            at + plan.rootsAt,
            nTrees,
            nOutputs,
            at + plan.nodesAt,
            plan.setsAt && at + plan.setsAt,
            at + plan.valuesAt,
            codesAt,
            groupBytes,
            nGroups,
            scoresAt,
          );
        for (let i = 0; i < size; i++)
          for (let k = 0; k < nOutputs; k++) {
            const group = scoresAt / 8 + groupRows * ((i >> 6) * nOutputs + k);
            out[(from + i) * nOutputs + k] = numbers[group + (i & 63)]!;
          }
      }
    },
  };
}
