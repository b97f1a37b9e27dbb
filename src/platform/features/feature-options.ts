/** How one column becomes features, as a definition says it: plain data, best written with {@link feature}. */
export type ColumnFeature =
  | { readonly kind: "drop" }
  | { readonly kind: "number" }
  | { readonly kind: "levels"; readonly most?: number }
  | { readonly kind: "ordinal"; readonly levels: readonly string[] }
  | { readonly kind: "target-mean"; readonly smoothing?: number }
  | { readonly kind: "date"; readonly parts?: readonly ("hour" | "weekday" | "yearday")[] }
  | { readonly kind: "text"; readonly terms?: number };

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
  /** TF-IDF of words and word pairs; `terms` most frequent ones, default 200. */
  text: (options: { readonly terms?: number } = {}): ColumnFeature => ({ kind: "text", ...options }),
} as const;
