/** One independent kind of evidence that a column knows the target. */
export type LeakageEvidence =
  | { readonly kind: "single-column"; readonly score: number; readonly nullHigh: number; readonly metric: string }
  | {
      readonly kind: "presence";
      /** The rows in which the column is set more often: of two classes the positive or the negative, one of several, numbers off the usual value or at it. */
      readonly event: "positive" | "negative" | "class" | "unusual" | "usual";
      readonly likelihoodRatio: number;
      readonly low: number;
      readonly high: number;
      readonly shareWith: number;
      readonly shareWithout: number;
    }
  | { readonly kind: "rewrite"; readonly agreement: number }
  | {
      readonly kind: "sum";
      /** The column that is made of others; absent where it is the target. */
      readonly total?: string;
      readonly of: readonly string[];
      readonly sign: "+" | "−" | "·";
      readonly agreement: number;
    }
  | { readonly kind: "name"; readonly term: string }
  | { readonly kind: "time"; readonly share: number }
  | { readonly kind: "missingness"; readonly agreement: number }
  | { readonly kind: "identifier"; readonly distinctShare: number }
  | { readonly kind: "duplicate-rows"; readonly count: number; readonly share: number }
  | { readonly kind: "group-overlap"; readonly nGroups: number; readonly share: number }
  | { readonly kind: "query-order"; readonly agreement: number }
  | { readonly kind: "duplicate-queries"; readonly count: number; readonly share: number }
  | { readonly kind: "future-events"; readonly share: number }
  | { readonly kind: "copied-values"; readonly count: number; readonly share: number }
  /** Held-out rows whose text equals one of the training part, letter case, digits and punctuation aside, or nearly. */
  | { readonly kind: "repeated-texts"; readonly nEqual: number; readonly nNear: number; readonly share: number }
  /** Rows whose text holds the name of their class; of those that hold the name of any, the share whose own it is. */
  | { readonly kind: "label-in-text"; readonly share: number; readonly precision: number };

/** A column, or a set of columns, that seems to know what will only be known later. */
export interface LeakageFinding {
  readonly columns: readonly string[];
  /** One kind of evidence makes a suspect, which is named; a second, independent kind makes it strong, excluded by default. */
  readonly strength: "suspect" | "strong";
  readonly evidence: readonly LeakageEvidence[];
  readonly decision: "excluded" | "kept" | "named";
  /** Validation score with these columns and without them, on the same quick model; null where it was not measured. */
  readonly scoreWith: number | null;
  readonly scoreWithout: number | null;
  readonly metric: string;
  /** What was seen, in plain words, one sentence. */
  readonly message: string;
}
