/** How one column becomes features, as a definition says it: plain data, best written with {@link feature}. */
export type ColumnFeature =
  | { readonly kind: "drop" }
  | { readonly kind: "number" }
  | { readonly kind: "levels"; readonly most?: number }
  | { readonly kind: "ordinal"; readonly levels: readonly string[] }
  | { readonly kind: "target-mean"; readonly smoothing?: number }
  | { readonly kind: "date"; readonly parts?: readonly ("hour" | "weekday" | "yearday")[] }
  | TextFeature;

/** How a text becomes features. */
export interface TextFeature {
  readonly kind: "text";
  /** Most terms, of each block in linear models (default 50,000), for trees (default 200). */
  readonly terms?: number;
  /** Linear models: fewest and most words that follow one another as one term, default [1, 2]; false leaves words out. */
  readonly words?: readonly [number, number] | false;
  /** Linear models: fewest and most characters of a word as one term, default [2, 5]; false leaves characters out. */
  readonly characters?: readonly [number, number] | false;
  /** Linear models: fewest texts that a term must be in, default 2. */
  readonly fewest?: number;
}

/** Features by column, where the default is not wanted. */
export type FeatureOptions<Name extends string = string> = Readonly<Partial<Record<Name, ColumnFeature>>>;

/**
 * Builders for {@link ColumnFeature}.
 *
 * ```ts
 * features: { size: feature.ordinal(['small', 'medium', 'large']), note: feature.text({ terms: 100 }) }
 * ```
 */
export const feature = {
  /** No feature. */
  drop: (): ColumnFeature => ({ kind: "drop" }),
  /** The number itself. */
  number: (): ColumnFeature => ({ kind: "number" }),
  /** Levels as they are; `most` keeps the most frequent, default 254. */
  levels: (options: { readonly most?: number } = {}): ColumnFeature => ({ kind: "levels", ...options }),
  /** Levels in an order from least to greatest. */
  ordinal: (levels: readonly string[]): ColumnFeature => ({ kind: "ordinal", levels }),
  /** The mean target by level, cross-fitted; `smoothing` rows of the overall mean are added to each level, default 10. */
  targetMean: (options: { readonly smoothing?: number } = {}): ColumnFeature => ({ kind: "target-mean", ...options }),
  /** Repeating parts of an instant, UTC. Default all that vary. */
  date: (parts?: readonly ("hour" | "weekday" | "yearday")[]): ColumnFeature =>
    parts === undefined ? { kind: "date" } : { kind: "date", parts },
  /** TF-IDF of words and of parts of words; see {@link TextFeature}. */
  text: (options: Omit<TextFeature, "kind"> = {}): ColumnFeature => ({ kind: "text", ...options }),
} as const;
