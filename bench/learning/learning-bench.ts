import type { BenchOptions } from "../support.ts";
import type { Row } from "./row.ts";

/** One bench of the learning engine: rows of its table. */
export interface LearningBench {
  readonly name: string;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

/** Rows of data: as asked for, else those of the goal with `--full`, else few. */
export const rowsOf = ({ rows, full }: BenchOptions, quick: number, whole: number): number =>
  rows ?? (full ? whole : quick);
