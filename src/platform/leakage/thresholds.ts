/** Limits of the detectors. Set on adult, california-housing, penguins and wine-quality; see docs/methods/leakage.md. */
export const thresholds = {
  /** Score of a single column (ROC AUC, or R² of a number) from which it predicts the target almost alone. */
  singleScore: 0.98,
  /** Score from which a column may stand out: its error is then this share of the best honest column's error, or less. */
  standOutScore: 0.95,
  standOutError: 0.25,
  /** Score that makes a suspect of a column whose name speaks of the aftermath. */
  namedScore: 0.85,
  /** Standard deviations above the mean of the shuffled-target null. */
  nullDeviations: 4,
  nShuffles: 30,
  /** Fewest validation rows at which a number differs from its usual value. */
  scoredRows: 20,
  /** Likelihood ratio of a column's being set, the lower end of its interval, and the fewest set rows with the event. */
  presenceRatio: 8,
  presenceLow: 3,
  presenceRows: 5,
  /** The ratio wanted of a column set in more than this share of rows, and of any column where there are several classes. */
  sparseShare: 0.25,
  denseRatio: 20,
  /** Of several classes, one must hold this share of the set rows: honest flags of single classes are common there. */
  presencePurity: 0.8,
  /** Likelihood ratio, and lower end, that make a suspect of a column whose name speaks of the aftermath. */
  namedPresenceRatio: 4,
  namedPresenceLow: 2,
  /** Correlation (phi) between a column's missing values and a class. */
  missingness: 0.8,
  /** Correlation, or error removed against the majority class, from which a column is the target written differently. */
  rewriteCorrelation: 0.999,
  rewriteAgreement: 0.99,
  /** Share of informative rows in which a sum holds. */
  sumAgreement: 0.99,
  /** A ranking: share of pairs of a query that a column orders as the grades do, and the share that makes a suspect of one whose name speaks of what follows a showing. */
  queryOrder: 0.95,
  namedQueryOrder: 0.6,
  /** Pairs of different grades, and queries with one, that such a share needs. */
  orderPairs: 100,
  orderQueries: 20,
  /** Share of a query's rows, and their least number, that another query must have to be the same. */
  duplicateQueryShare: 0.8,
  duplicateQueryRows: 3,
  /** Share of rows in which an instant lies after the time of the split. */
  timeAfter: 0.95,
  /** Distinct share of an identifier, and what the order of its values may predict. */
  identifierDistinct: 0.95,
  identifierAuc: 0.65,
  identifierR2: 0.1,
  /** Share and number of rows with an equal row in another part, and the multiple of what independent halves of the columns give. */
  duplicateShare: 0.01,
  duplicateRows: 10,
  duplicateRatio: 3,
  /** Share of texts that say the name of their class, and of the texts that name a class, the share that name their own. */
  labelShare: 0.5,
  labelPrecision: 0.95,
  /** Share of held-out rows whose group is in the training part. */
  groupShare: 0.5,
} as const;
