import { z } from "zod";
import type { Contract } from "../data/index.ts";
import {
  checkDefinition,
  dataSchema,
  freezeDeep,
  type ModelDefinition,
  nameSchema,
  type TaskDefinition,
} from "../training/index.ts";

/** The families of detectors that a search may try; the last two learn from labels. */
export const detectorFamilies = ["robust-z-score", "isolation-forest", "robust-covariance", "linear", "gbdt"] as const;

/** One of {@link detectorFamilies}. */
export type DetectorFamily = (typeof detectorFamilies)[number];

/** One configuration to try: a family and the parameters that differ from its defaults. */
export interface DetectorConfiguration {
  readonly family: DetectorFamily;
  /**
   * `robust-z-score`: `over`; `isolation-forest`: `nTrees`, `sampleRows`; `robust-covariance`: `supportFraction`; `linear`: `lambda`, `l1Share`; `gbdt`: `nTrees`,
   * `learningRate`, `maxLeaves`, `minSamplesLeaf`, `lambda`, `featureFraction`, and as `detector` whether an isolation forest's score is a feature.
   */
  readonly params?: {
    readonly over?: "max" | "sum";
    readonly nTrees?: number;
    readonly sampleRows?: number;
    readonly supportFraction?: number;
    readonly lambda?: number;
    readonly l1Share?: number;
    readonly learningRate?: number;
    readonly maxLeaves?: number;
    readonly minSamplesLeaf?: number;
    readonly featureFraction?: number;
    readonly detector?: "none" | "isolation-forest";
  };
}

/** What a user writes to find anomalies. Plain data with a stable hash; only `name`, `task` and `data` are required. */
export interface AnomalyDefinition<Name extends string = string> extends TaskDefinition {
  readonly task: "anomaly";
  /** Which rows are known to be anomalous, and which are known not to be; a row without the label is neither. Default: no row is known. */
  readonly label?: {
    readonly column: NoInfer<Name>;
    /** `VALUE`, `!=VALUE`, `>=NUMBER` …: what the label says of an anomaly. Needed where the column has more than two values. */
    readonly positive?: string;
  };
  /**
   * A column that names the kind of an anomaly: each kind is reported, those that training rows have and those that they do not. It is no feature. Default: the
   * label's own column where it has several values.
   */
  readonly kind?: NoInfer<Name>;
  /** What the data must look like. Default: inferred from the data at each run. */
  readonly contract?: Contract<Name>;
  /** Default: random with 20 % validation and 20 % test, stratified by the label; the official test file where there is one. */
  readonly split?: ModelDefinition<Name>["split"];
  /** Columns that are no features. */
  readonly ignore?: readonly NoInfer<Name>[];
  /** Decisions on leakage: columns to leave out, columns to keep although they look like leaks. */
  readonly leakage?: ModelDefinition<Name>["leakage"];
  /**
   * Share of the rows that shall be called anomalous, above 0 up to 0.5: the threshold is the score that this share of validation rows reaches.
   * Default: the share of known anomalies among the training rows (at most 0.5), or 0.01 without labels.
   */
  readonly share?: number;
  /** What a wrong alarm and a missed anomaly cost: the threshold is that of least cost on labelled validation rows. Instead of `share`. */
  readonly cost?: { readonly falsePositive: number; readonly falseNegative: number };
  /** Rows that detectors are fitted on: `usual` (default) leaves known anomalies out, `all` keeps them, as where none will be known later. */
  readonly fitOn?: "usual" | "all";
  /** Default: all; without labels the isolation forest, since nothing could choose. */
  readonly families?: readonly DetectorFamily[];
  readonly search?: {
    /** Exactly these configurations instead of families; without labels one. `fettle tune` finds them. */
    readonly configurations?: readonly DetectorConfiguration[];
  };
  readonly evaluation?: {
    /** Columns whose levels are reported as slices. */
    readonly slices?: readonly NoInfer<Name>[];
    /** Bootstrap resamples, default 1000. */
    readonly resamples?: number;
  };
}

const names = z.array(z.string()).readonly();
const positive = z.number().positive();
const plain = z.record(z.string(), z.unknown());
const part = z.number().gt(0).lt(0.9);

const count = z.int().min(1).max(100_000);
const upToOne = z.number().gt(0).lte(1);
const configuration = z.discriminatedUnion("family", [
  z.strictObject({
    family: z.literal("robust-z-score"),
    params: z.strictObject({ over: z.enum(["max", "sum"]).optional() }).optional(),
  }),
  z.strictObject({
    family: z.literal("isolation-forest"),
    params: z.strictObject({ nTrees: count.optional(), sampleRows: z.int().min(2).optional() }).optional(),
  }),
  z.strictObject({
    family: z.literal("robust-covariance"),
    params: z.strictObject({ supportFraction: z.number().min(0).max(1).optional() }).optional(),
  }),
  z.strictObject({
    family: z.literal("linear"),
    params: z
      .strictObject({ lambda: z.number().min(0).optional(), l1Share: z.number().min(0).max(1).optional() })
      .optional(),
  }),
  z.strictObject({
    family: z.literal("gbdt"),
    params: z
      .strictObject({
        nTrees: count.optional(),
        learningRate: upToOne.optional(),
        maxLeaves: z.int().min(2).max(1024).optional(),
        minSamplesLeaf: z.int().min(1).optional(),
        lambda: z.number().min(0).optional(),
        featureFraction: upToOne.optional(),
        detector: z.enum(["none", "isolation-forest"]).optional(),
      })
      .optional(),
  }),
]);

const schema = z
  .strictObject({
    name: nameSchema,
    task: z.literal("anomaly"),
    data: dataSchema.refine(
      ({ quarantine }) => quarantine !== true,
      "rows that break the contract may be the anomalies: quarantine is for other tasks",
    ),
    label: z.strictObject({ column: z.string().min(1), positive: z.string().min(1).optional() }).optional(),
    kind: z.string().min(1).optional(),
    contract: plain.optional(),
    split: z
      .strictObject({
        kind: z.enum(["random", "group", "time"]),
        column: z.string().optional(),
        validation: part.optional(),
        test: part.optional(),
      })
      .refine((split) => split.kind === "random" || split.column !== undefined, "a group or time split needs a column")
      .refine(
        (split) => (split.validation ?? 0.2) + (split.test ?? 0.2) <= 0.9,
        "validation and test may take at most 0.9 together",
      )
      .optional(),
    ignore: names.optional(),
    leakage: z.strictObject({ exclude: names.optional(), keep: names.optional() }).optional(),
    share: z
      .number()
      .gt(0, "a share of 0 would never raise an alarm: a share above 0 up to 0.5 is needed")
      .lte(0.5, "what more than half of the rows are is usual: a share above 0 up to 0.5 is needed")
      .optional(),
    cost: z.strictObject({ falsePositive: positive, falseNegative: positive }).optional(),
    fitOn: z.enum(["usual", "all"]).optional(),
    families: z.array(z.enum(detectorFamilies)).min(1).readonly().optional(),
    search: z.strictObject({ configurations: z.array(configuration).min(1).readonly().optional() }).optional(),
    evaluation: z
      .strictObject({ slices: names.optional(), resamples: z.int().min(200).max(10_000).optional() })
      .optional(),
    seed: z.int().min(0).optional(),
  })
  .superRefine(({ label, kind, split, share, cost, search, ...asked }, context) => {
    const families = asked.families ?? search?.configurations?.map(({ family }) => family) ?? [];
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (share !== undefined && cost !== undefined)
      refuse("cost", "the threshold comes from a share or from costs, not from both");
    if (label === undefined) {
      const unlabelled = "needs a label that says which rows are anomalous";
      if (cost !== undefined) refuse("cost", unlabelled);
      if (kind !== undefined) refuse("kind", unlabelled);
      if (families.includes("linear") || families.includes("gbdt"))
        refuse("families", `a family that learns from labels ${unlabelled}`);
      if (families.length > 1) refuse("families", "without labels nothing can choose among several: one is needed");
    } else if (split?.column === label.column)
      refuse("split", `"${label.column}" is the label, another column is needed`);
  });

/**
 * Declares a model that tells anomalies: checks the definition and freezes it. Throws DEFINITION_INVALID with every problem.
 *
 * ```ts
 * export default defineDetector({ name: 'fraud', task: 'anomaly', data: { files: ['payments.csv'] }, share: 0.01 });
 * ```
 */
export function defineDetector<const Name extends string>(
  definition: AnomalyDefinition<Name>,
): AnomalyDefinition<Name> {
  checkDefinition(definition, schema);
  return freezeDeep(structuredClone(definition));
}
