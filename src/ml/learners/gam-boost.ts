import type { BoostingLoss } from "./boosting-loss.ts";
import type { CellSums, Step, StepRules } from "./gam-step.ts";
import { cancelled } from "./learner-errors.ts";

/** A term while it is fitted: how many cells it has, and how it takes a step. */
export interface FittingTerm {
  readonly nCells: number;
  readonly step: Step;
}

/** Rows as cells: per term, the cell of each row. */
export type TermCells = readonly Uint32Array[];

/** Some rows with the loss on them, and their scores so far (output k of row i at k·n + i). */
export interface BoostedRows {
  /** Of the full table: which rows these are. */
  readonly rows: Int32Array;
  readonly cells: TermCells;
  readonly loss: BoostingLoss;
  readonly scores: Float64Array;
}

/** What {@link boostTerms} reads. */
export interface BoostInput {
  readonly terms: readonly FittingTerm[];
  readonly fitted: BoostedRows;
  /** Rows for early stopping. */
  readonly held: BoostedRows | null;
  readonly nRounds: number;
  readonly earlyStoppingRounds: number;
  readonly rules: StepRules;
  readonly onRound?: (share: number) => void;
  readonly shouldStop?: () => boolean;
}

/** What a bag learned: per output the steps of all cells, term after term, and the rounds that were kept. */
export interface BoostedTerms {
  readonly steps: readonly Float64Array[];
  readonly rounds: number;
}

/**
 * Rounds between two looks: at a look the loss is derived anew, and the held-out rows are scored. In between a gradient follows its second
 * derivative, which is exact for squared loss and costs no exponential: gradient += hessian · step.
 */
const roundsPerLook = 8;

/** A term waits while its step would gain less than this share of the greatest gain of the round before: so what is nearly settled does not overfit. */
const greedyShare = 0.8;

/**
 * Terms that take their steps from the same gradients: so few that the steps of terms that say the same do not add up to more than a
 * whole one, and as many as that allows, because a row is read once for all of them.
 */
interface Block {
  readonly terms: readonly FittingTerm[];
  /** Where the block's cells begin among those of all terms, and where each term's begin in the block. */
  readonly start: number;
  readonly offsets: readonly number[];
  readonly nCells: number;
  /** Row-major: the cell of each row and term, in the block. */
  readonly fitted: Uint16Array | Uint32Array;
  readonly held: Uint16Array | Uint32Array;
  readonly rows: Float64Array;
  /** Per output. */
  readonly hessian: readonly Float64Array[];
}

/** Arrays of one fit; the first two per output and row, the last two per cell of the greatest block. */
interface Workspace {
  readonly gradient: readonly Float64Array[];
  readonly hessian: readonly Float64Array[];
  /** Per row: what one block's steps add to it. */
  readonly moves: Float64Array;
  readonly sums: Float64Array;
  readonly steps: readonly Float64Array[];
}

/**
 * Cyclic boosting (Lou, Caruana & Gehrke 2012): round after round each term takes a small step against the loss. With held-out rows the steps of the look
 * with the least loss on them are returned.
 */
export function boostTerms(input: BoostInput): BoostedTerms {
  const { terms, fitted, held, nRounds } = input;
  const { nOutputs } = fitted.loss;
  const nCells = terms.reduce((sum, term) => sum + term.nCells, 0);
  const zeros = () => Array.from({ length: nOutputs }, () => new Float64Array(nCells));
  const blocks = blocksOf(input);
  const work = workspaceOf(fitted.rows.length, nOutputs, blocks);
  const steps = zeros();
  const shown = zeros();
  let best = { loss: held ? held.loss.mean(held.scores) : 0, rounds: 0, steps: zeros() };
  const stepAll = (threshold: number) =>
    blocks.reduce((most, block) => Math.max(most, stepBlock(block, input, work, steps, threshold)), 0);
  derive(input, blocks, work);
  let greatest = stepAll(Number.POSITIVE_INFINITY);
  for (let round = 1; round <= nRounds; round++) {
    if (input.shouldStop?.()) throw cancelled();
    if (round > 1 && round % roundsPerLook === 1) derive(input, blocks, work);
    greatest = stepAll(greedyShare * greatest);
    const changed = greatest > 0;
    input.onRound?.(round / nRounds);
    const isLast = round === nRounds || !changed;
    if (held && (isLast || round % roundsPerLook === 0)) {
      const loss = look(held, blocks, steps, shown);
      if (loss < best.loss) best = { loss, rounds: round, steps: steps.map((each) => each.slice()) };
      else if (round - best.rounds >= input.earlyStoppingRounds) return best;
    }
    if (isLast) return held ? best : { steps, rounds: changed ? round : round - 1 };
  }
  return best;
}

// Brings the held-out rows up to date and gives their loss.
function look(
  held: BoostedRows,
  blocks: readonly Block[],
  steps: readonly Float64Array[],
  shown: readonly Float64Array[],
): number {
  const n = held.rows.length;
  const moves = new Float64Array(n);
  steps.forEach((now, k) => {
    const since = now.map((value, cell) => value - shown[k]![cell]!);
    shown[k]!.set(now);
    const scores = held.scores.subarray(k * n, (k + 1) * n);
    for (const { held: cells, offsets, start } of blocks) {
      stepsOfRows(cells, offsets.length, [...offsets.keys()], since.subarray(start), moves);
      for (let i = 0; i < n; i++) scores[i]! += moves[i]!;
    }
  });
  return held.loss.mean(held.scores);
}

function workspaceOf(n: number, nOutputs: number, blocks: readonly Block[]): Workspace {
  const most = blocks.reduce((size, { nCells }) => Math.max(size, nCells), 0);
  const perOutput = (length: number) => Array.from({ length: nOutputs }, () => new Float64Array(length));
  return {
    gradient: perOutput(n),
    hessian: perOutput(n),
    moves: new Float64Array(n),
    sums: new Float64Array(most),
    steps: perOutput(most),
  };
}

function derive({ fitted }: BoostInput, blocks: readonly Block[], { gradient, hessian }: Workspace): void {
  gradient.forEach((ofOutput, k) => {
    fitted.loss.derive(fitted.scores, k, ofOutput, hessian[k]!);
    for (const block of blocks) sumByCell(block.fitted, block.terms.length, hessian[k]!, block.hessian[k]!.fill(0));
  });
}

// Changes the scores by the steps that gain at least `threshold`; returns the greatest gain of all.
function stepBlock(
  block: Block,
  { fitted, rules }: BoostInput,
  { gradient, hessian, moves, sums, steps }: Workspace,
  all: readonly Float64Array[],
  threshold: number,
): number {
  const { terms, offsets, start } = block;
  const n = fitted.rows.length;
  const gains = new Float64Array(terms.length);
  steps.forEach((step, k) => {
    sumByCell(block.fitted, terms.length, gradient[k]!, sums.fill(0));
    terms.forEach((term, t) => {
      const from = offsets[t]!;
      const to = from + term.nCells;
      const cut = (values: Float64Array) => values.subarray(from, to);
      const cells: CellSums = { gradient: cut(sums), hessian: cut(block.hessian[k]!), rows: cut(block.rows) };
      gains[t]! += term.step(cells, rules, cut(step));
    });
  });
  const greatest = gains.reduce((most, gain) => Math.max(most, gain), 0);
  if (greatest === 0 || greatest < threshold) return greatest;
  const stepping = [...offsets.keys()].filter((t) => gains[t]! >= threshold && gains[t]! > 0);
  steps.forEach((step, k) => {
    for (const t of stepping) {
      const from = offsets[t]!;
      for (let cell = from; cell < from + terms[t]!.nCells; cell++) all[k]![start + cell]! += step[cell]!;
    }
    stepsOfRows(block.fitted, terms.length, stepping, step, moves);
    const scores = fitted.scores.subarray(k * n, (k + 1) * n);
    const [g, h] = [gradient[k]!, hessian[k]!];
    for (let i = 0; i < n; i++) {
      scores[i]! += moves[i]!;
      g[i]! += h[i]! * moves[i]!;
    }
  });
  return greatest;
}

function sumByCell(cells: Uint16Array | Uint32Array, width: number, values: Float64Array, sums: Float64Array): void {
  for (let i = 0, at = 0; i < values.length; i++) {
    const value = values[i]!;
    for (const end = at + width; at < end; at++) sums[cells[at]!]! += value;
  }
}

// The sum of each row's steps over some terms of a block.
function stepsOfRows(
  cells: Uint16Array | Uint32Array,
  width: number,
  terms: readonly number[],
  steps: Float64Array,
  sums: Float64Array,
): void {
  sums.fill(0);
  for (const t of terms) for (let i = 0, at = t; i < sums.length; i++, at += width) sums[i]! += steps[cells[at]!]!;
}

function blocksOf({ terms, fitted, held, rules }: BoostInput): Block[] {
  const most = Math.max(1, Math.floor(1 / rules.learningRate));
  const blocks: Block[] = [];
  let start = 0;
  for (let first = 0; first < terms.length; first += most) {
    const part = terms.slice(first, first + most);
    const offsets: number[] = [];
    let nCells = 0;
    for (const term of part) {
      offsets.push(nCells);
      nCells += term.nCells;
    }
    const cells = interleave(fitted, first, offsets, nCells);
    const ones = new Float64Array(fitted.rows.length).fill(1);
    const rows = new Float64Array(nCells);
    sumByCell(cells, part.length, ones, rows);
    blocks.push({
      terms: part,
      start,
      offsets,
      nCells,
      fitted: cells,
      held: held ? interleave(held, first, offsets, nCells) : new Uint16Array(0),
      rows,
      hessian: Array.from({ length: fitted.loss.nOutputs }, () => new Float64Array(nCells)),
    });
    start += nCells;
  }
  return blocks;
}

function interleave({ rows, cells }: BoostedRows, first: number, offsets: readonly number[], nCells: number) {
  const width = offsets.length;
  const out = nCells <= 65_536 ? new Uint16Array(rows.length * width) : new Uint32Array(rows.length * width);
  offsets.forEach((offset, t) => {
    const column = cells[first + t]!;
    for (let i = 0; i < rows.length; i++) out[i * width + t] = offset + column[rows[i]!]!;
  });
  return out;
}
