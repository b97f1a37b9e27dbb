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
  /** The sparse blocks beside the features, in their order; absent where there is none. */
  readonly blocks?: readonly LinearBlock[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** The weights of one sparse block. */
export interface LinearBlock {
  readonly width: number;
  /** Base64 of f32 numbers, lowest byte first: entry after entry, the weights of all outputs together. */
  readonly weights: string;
  /** Per output, what the block adds on average over the training rows: explanations start from there. */
  readonly averages: readonly number[];
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

/**
 * How a score becomes an output: `shares` clips at 0 and divides by the sum (of one output: clips to [0, 1]); `focal` undoes what {@link FocalLink} says
 * after the logistic function or softmax.
 */
export type Link = "identity" | "logistic" | "softmax" | "exp" | "shares" | "focal";

/** What stands between a focal loss's best answer and the chances of the classes. */
export interface FocalLink {
  /** The exponent of the loss. */
  readonly focusing: number;
  /** Per class (of one output: the first, the second): what a training row of it counted for, by which chances are divided. */
  readonly rates: readonly number[];
}

/** Trees whose values add up: gradient-boosted ones, or a forest, whose leaves hold their share of the average. */
export interface GbdtData {
  readonly kind: "gbdt" | "forest";
  readonly task: Task;
  /** The loss that was minimised. */
  readonly loss: string;
  readonly link: Link;
  /** With the link `focal` only. */
  readonly focal?: FocalLink;
  readonly featureNames: readonly string[];
  /** Start score per output. */
  readonly base: readonly number[];
  /** Round after round, in each round one tree per output. */
  readonly trees: readonly TreeData[];
}

/**
 * How the values of one feature fall into cells. Number: a value lies in the cell of the first edge that is not below it, or in the one after
 * all edges. Category: the cell of its level. The last cell holds what is missing, and levels that are not known.
 */
export type GamAxis =
  | { readonly kind: "number"; readonly feature: number; readonly edges: readonly number[] }
  | {
      readonly kind: "category";
      readonly feature: number;
      readonly cellOfLevel: readonly number[];
      readonly nCells: number;
    };

/** What one feature, or a pair of them, adds to the score: a table of cells, row-major over its axes. Its mean over the training rows is 0. */
export interface GamTerm {
  /** One axis, or two. */
  readonly axes: readonly GamAxis[];
  /** Per output: what each cell adds. A level without training rows adds 0, and so does missing where it never was. */
  readonly scores: readonly (readonly number[])[];
  /** Of the scores, from bag to bag; null where one bag was fitted. */
  readonly standardErrors: readonly (readonly number[])[] | null;
  /** Sum of the sample weights of the training rows in each cell. */
  readonly weights: readonly number[];
  /** Mean over training rows and outputs of what the term adds, its sign left out. */
  readonly importance: number;
}

/** A generalised additive model: score = intercept + the sum of its terms. */
export interface GamData {
  readonly kind: "gam";
  readonly task: Task;
  readonly loss: string;
  readonly link: Link;
  readonly featureNames: readonly string[];
  /** Per output. */
  readonly intercepts: readonly number[];
  /** The most important first. */
  readonly terms: readonly GamTerm[];
}

/** Models whose predictions are joined by weights. Each reads its own run of the features. */
export interface StackData {
  readonly kind: "stack";
  readonly task: Task;
  readonly featureNames: readonly string[];
  readonly nOutputs: number;
  /** `from`: where the features of the model begin among those of the stack. */
  readonly bases: readonly { readonly model: ModelData; readonly from: number }[];
  /** Per model, ≥ 0: of its log-odds, of the logarithms of its probabilities, or of its number. */
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** Any model as plain data. */
export type ModelData = ConstantData | LinearData | GbdtData | GamData | StackData;

/** The number itself, but 0 for -0, which JSON cannot hold: a model read from JSON then predicts the same bytes. */
export const withoutNegativeZero = (x: number): number => x + 0;
