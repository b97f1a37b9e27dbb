import { type Design, takeDesign, takeNumbers } from "./linear-design.ts";
import { addSquares, passOver } from "./linear-pass.ts";

/** Writes to `out` an approximate solution of Hessian · out = vector. */
export type Preconditioner = (vector: Float64Array, out: Float64Array) => void;

// Rows per weight from which correlations are taken: what is left to conjugate gradients then has a condition below 3.
const rowsPerWeight = 16;

/** Evenly spaced runs of 8 rows (as many as a cache line holds), at least `wanted` rows in all; every row where there are no more. */
export function sampleRows(n: number, wanted: number): Int32Array {
  const nRuns = Math.ceil(wanted / 8);
  const eighths = Math.floor(n / 8);
  if (nRuns >= eighths) return Int32Array.from({ length: n }, (_, i) => i);
  return Int32Array.from({ length: 8 * nRuns }, (_, i) => 8 * Math.floor(((i >> 3) * eighths) / nRuns) + (i & 7));
}

/**
 * Solves with the Hessian's diagonal blocks, one per output, whose correlations come from a sample of rows; of very many weights with the
 * diagonal alone. `diagonals` are the second derivatives of the loss, per output n numbers; `ridge` is added to the diagonal of the weights.
 */
export function preconditionerOf(design: Design, diagonals: readonly Float64Array[], ridge: number): Preconditioner {
  const width = design.nWeights + 1;
  const isNarrow = width <= Math.max(128, Math.sqrt(design.n));
  const solvers = isNarrow
    ? sampledSolvers(design, diagonals, ridge)
    : diagonals.map((h) => diagonalSolver(design, h, ridge));
  return (vector, out) => {
    solvers.forEach((solve, k) => {
      solve(vector.subarray(k * width, (k + 1) * width), out.subarray(k * width, (k + 1) * width));
    });
  };
}

function diagonalSolver(design: Design, h: Float64Array, ridge: number): Preconditioner {
  const squares = new Float64Array(design.nWeights + 1);
  addSquares(design, h, squares);
  const inverse = squares.map((square, j) => 1 / Math.max(square + (j === 0 ? 0 : ridge), 1e-12));
  return (vector, out) => {
    for (let j = 0; j < out.length; j++) out[j] = inverse[j]! * vector[j]!;
  };
}

function sampledSolvers(design: Design, diagonals: readonly Float64Array[], ridge: number): Preconditioner[] {
  const width = design.nWeights + 1;
  const rows = sampleRows(design.n, rowsPerWeight * width);
  const sample = rows.length === design.n ? design : takeDesign(design, rows);
  const share = rows.length / design.n;
  return diagonals.map((h) => {
    const gram = gramOf(sample, takeNumbers(h, rows));
    const exact = new Float64Array(width);
    addSquares({ ...design, dense: [] }, h, exact);
    for (const { offset } of design.dense) exact[offset + 1] = gram[(offset + 1) * (width + 1)]! / share;
    for (let j = 1; j < width; j++) gram[j * (width + 1)]! += ridge * share;
    const scale = exact.map((square, j) => 1 / Math.sqrt(Math.max(square + (j === 0 ? 0 : ridge), 1e-12)));
    return correlatedSolver(choleskyOf(toCorrelations(gram, width), width), scale);
  });
}

// Row-major width × width: Σ h · x · xᵀ, the intercept first.
function gramOf(design: Design, h: Float64Array): Float64Array {
  const width = design.nWeights + 1;
  const gram = new Float64Array(width * width);
  const rows = new Float64Array(design.n);
  const addRow = (j: number, firstDense = 0) => {
    const out = gram.subarray(j * width, (j + 1) * width);
    passOver({ ...design, dense: design.dense.slice(firstDense) }, 1, { back: { rows, out } });
  };
  rows.set(h);
  addRow(0);
  design.dense.forEach(({ values, offset }, k) => {
    for (let i = 0; i < rows.length; i++) rows[i] = h[i]! * values[i]!;
    addRow(offset + 1, k);
  });
  for (const { rows: at, values, offset } of design.sparse) {
    rows.fill(0);
    for (let k = 0; k < at.length; k++) rows[at[k]!] = h[at[k]!]! * values[k]!;
    addRow(offset + 1);
  }
  for (const { codes, nLevels, offset } of design.levels)
    for (let level = 0; level < nLevels; level++) {
      for (let i = 0; i < rows.length; i++) rows[i] = codes[i] === level ? h[i]! : 0;
      addRow(offset + 1 + level);
    }
  // Of two dense columns only the first has the product, which is as good for the second.
  for (const { offset: a } of design.dense)
    for (const { offset: b } of design.dense) if (b > a) gram[(b + 1) * width + a + 1] = gram[(a + 1) * width + b + 1]!;
  return gram;
}

// In place; a weight that the sample knows nothing of has none.
function toCorrelations(gram: Float64Array, width: number): Float64Array {
  const scale = Float64Array.from({ length: width }, (_, j) => {
    const square = gram[j * (width + 1)]!;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++) gram[a * width + b] = a === b ? 1 : gram[a * width + b]! * scale[a]! * scale[b]!;
  return gram;
}

// The lower factor, in place. Where a weight is a combination of those before it, it is taken as free of them: its pivot is 1.
function choleskyOf(matrix: Float64Array, width: number): Float64Array {
  for (let a = 0; a < width; a++)
    for (let b = 0; b <= a; b++) {
      let sum = matrix[a * width + b]!;
      for (let k = 0; k < b; k++) sum -= matrix[a * width + k]! * matrix[b * width + k]!;
      if (a === b) matrix[a * width + a] = sum > 1e-12 ? Math.sqrt(sum) : 1;
      else matrix[a * width + b] = sum / matrix[b * width + b]!;
    }
  return matrix;
}

function correlatedSolver(lower: Float64Array, scale: Float64Array): Preconditioner {
  const width = scale.length;
  return (vector, out) => {
    for (let a = 0; a < width; a++) {
      let sum = scale[a]! * vector[a]!;
      for (let k = 0; k < a; k++) sum -= lower[a * width + k]! * out[k]!;
      out[a] = sum / lower[a * width + a]!;
    }
    for (let a = width - 1; a >= 0; a--) {
      let sum = out[a]!;
      for (let k = a + 1; k < width; k++) sum -= lower[k * width + a]! * out[k]!;
      out[a] = sum / lower[a * width + a]!;
    }
    for (let a = 0; a < width; a++) out[a]! *= scale[a]!;
  };
}
