import { teamOf } from "../team/index.ts";
import {
  type AlsProblem,
  type AlsSpace,
  type ConfidentRows,
  chunkStarts,
  chunksPerCheck,
  gramPartsPerCheck,
  gramRows,
} from "./als-problem.ts";
import { gramOf, strideOf } from "./als-solve.ts";
import { kernelArena } from "./kernel-arena.ts";
import { jobOf, type RecommendKernels, recommendJobs } from "./recommend-kernels.ts";

/** A fit in the kernels' memory, on all threads of their team. Its arrays are overwritten by the next fit. */
export function compiledSpace(
  kernels: RecommendKernels,
  { byUser, byItem, nFactors, lambda, nSteps, firstItems }: AlsProblem,
): AlsSpace {
  const { memory } = kernels;
  const { take, place } = kernelArena(kernels);
  const team = teamOf(kernels, kernels.nThreads, recommendJobs);
  const stride = strideOf(nFactors);
  const [nUsers, nItems] = [byUser.offsets.length - 1, byItem.offsets.length - 1];
  const sideOf = (rows: ConfidentRows, factors: number) => {
    const chunks = chunkStarts(rows, nFactors, nSteps);
    return {
      nRows: rows.offsets.length - 1,
      nChunks: chunks.length - 1,
      chunks: place(chunks),
      offsets: place(rows.offsets),
      partners: place(rows.partners),
      confidences: place(rows.confidences),
      factors,
    };
  };
  const usersAt = take(4 * stride * nUsers);
  new Float32Array(memory.buffer, usersAt, stride * nUsers).fill(0);
  const users = sideOf(byUser, usersAt);
  const items = sideOf(byItem, place(firstItems));
  const matrix = stride * stride;
  const gramAt = take(4 * matrix);
  const scratchBytes = 64 * Math.ceil(Math.max(12 * stride, 4 * matrix) / 64);
  const scratch = take(team.size * scratchBytes);
  const perPart = gramRows(nFactors);
  const partsPerCheck = gramPartsPerCheck(nFactors);
  const parts = take(8 * matrix * partsPerCheck);

  const sumGram = (fixed: typeof users, check: () => void) => {
    const sum = new Float64Array(matrix);
    for (let first = 0; first < fixed.nRows; first += perPart * partsPerCheck) {
      check();
      const nParts = Math.min(partsPerCheck, Math.ceil((fixed.nRows - first) / perPart));
      team.args.set([fixed.factors, first, fixed.nRows, perPart, stride, parts, 8 * matrix, scratch, scratchBytes]);
      team.run(jobOf.gram, nParts);
      for (let part = 0; part < nParts; part++) {
        const numbers = new Float64Array(memory.buffer, parts + 8 * matrix * part, matrix);
        for (let k = 0; k < matrix; k++) sum[k]! += numbers[k]!;
      }
    }
    new Float32Array(memory.buffer, gramAt, matrix).set(gramOf(sum, nFactors, lambda));
  };
  return {
    users: new Float32Array(memory.buffer, usersAt, stride * nUsers),
    items: new Float32Array(memory.buffer, items.factors, stride * nItems),
    improve(side, check) {
      const [rows, fixed] = side === "users" ? [users, items] : [items, users];
      sumGram(fixed, () => check(0));
      for (let first = 0; first < rows.nChunks; first += chunksPerCheck) {
        check(first / rows.nChunks);
        team.args.set([first, rows.chunks, rows.offsets, rows.partners, rows.confidences, gramAt, fixed.factors]);
        team.args.set([rows.factors, stride, nSteps, scratch, scratchBytes], 7);
        team.run(jobOf.solve, Math.min(chunksPerCheck, rows.nChunks - first));
      }
    },
  };
}
