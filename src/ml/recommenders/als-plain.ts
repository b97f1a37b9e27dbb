import { type AlsProblem, type AlsSpace, chunkStarts, gramRows } from "./als-problem.ts";
import { addGram, gramOf, solveRows, strideOf } from "./als-solve.ts";

/** A fit in TypeScript alone. */
export function plainSpace({ byUser, byItem, nFactors, lambda, nSteps, firstItems }: AlsProblem): AlsSpace {
  const stride = strideOf(nFactors);
  const users = new Float32Array(stride * (byUser.offsets.length - 1));
  const items = firstItems.slice();
  const chunks = { users: chunkStarts(byUser, nFactors, nSteps), items: chunkStarts(byItem, nFactors, nSteps) };
  return {
    users,
    items,
    improve(side, check) {
      const [rows, fixed, factors] = side === "users" ? [byUser, items, users] : [byItem, users, items];
      const gram = gramOf(
        gramSum(fixed, nFactors, () => check(0)),
        nFactors,
        lambda,
      );
      const starts = chunks[side];
      for (let c = 0; c + 1 < starts.length; c++) {
        check(c / starts.length);
        solveRows(rows, starts[c]!, starts[c + 1]!, gram, fixed, factors, stride, nSteps);
      }
    },
  };
}

// Parts of whole blocks, each summed by itself.
function gramSum(factors: Float32Array, nFactors: number, check: () => void): Float64Array {
  const stride = strideOf(nFactors);
  const nRows = factors.length / stride;
  const perPart = gramRows(nFactors);
  const sum = new Float64Array(stride * stride);
  for (let from = 0; from < nRows; from += perPart) {
    check();
    const part = new Float64Array(stride * stride);
    addGram(factors, from, Math.min(nRows, from + perPart), stride, part);
    for (let k = 0; k < sum.length; k++) sum[k]! += part[k]!;
  }
  return sum;
}
