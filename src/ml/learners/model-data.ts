import type { Task } from "./learner.ts";

/** A model that answers every row alike. */
export interface ConstantData {
  readonly kind: "prior" | "mean" | "median" | "quantile" | "previous-value";
  readonly task: Task;
  readonly featureNames: readonly string[];
  /** nOutputs numbers. */
  readonly outputs: readonly number[];
}

/** A linear model. A feature owns one weight, or one per level of a category. */
export interface LinearData {
  readonly kind: "linear";
  readonly task: Task;
  readonly featureNames: readonly string[];
  /** Levels per feature; 0 for a number column. */
  readonly nLevels: readonly number[];
  /** Per output: the weights of all features, one after another. */
  readonly weights: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
  /** Per weight, what it is multiplied with on average over the training rows: explanations start from there. */
  readonly means?: readonly number[];
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * One tree. Inner nodes are numbered from 0 (the root); a child below 0 is leaf `~child`. A tree of one leaf has no inner node.
 * A row goes left where its value is at most the threshold (compared in f32), or its code is among the node's categories.
 */
export interface TreeData {
  readonly feature: readonly number[];
  /** f32 numbers; 0 for a category node. */
  readonly threshold: readonly number[];
  /** Codes that go left; null for a number node. */
  readonly categories: readonly (readonly number[] | null)[];
  /** 1 where missing goes left. */
  readonly missingLeft: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Leaf values, learning rate included. */
  readonly value: readonly number[];
  /** Loss that each inner node's split takes away: G²/(H+λ) of both sides minus that of the node, in the units of the loss. */
  readonly gain: readonly number[];
  /** Training rows that reach each inner node (of an imported model: its own cover). */
  readonly cover: readonly number[];
  /** Training rows in each leaf. */
  readonly leafCover: readonly number[];
}

/** How a score becomes an output: `shares` clips at 0 and divides by the sum (of one output: clips to [0, 1]). */
export type Link = "identity" | "logistic" | "softmax" | "exp" | "shares";

/** Trees whose values add up: gradient-boosted ones, or a forest, whose leaves hold their share of the average. */
export interface GbdtData {
  readonly kind: "gbdt" | "forest";
  readonly task: Task;
  /** The loss that was minimised. */
  readonly loss: string;
  readonly link: Link;
  readonly featureNames: readonly string[];
  /** Start score per output. */
  readonly base: readonly number[];
  /** Round after round, in each round one tree per output. */
  readonly trees: readonly TreeData[];
}

/** Any model as plain data. */
export type ModelData = ConstantData | LinearData | GbdtData;

/** The number itself, but 0 for -0, which JSON cannot hold: a model read from JSON then predicts the same bytes. */
export const withoutNegativeZero = (x: number): number => x + 0;
