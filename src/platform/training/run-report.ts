import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ColumnProfile, Snapshot, Violation } from "../data/index.ts";
import type { AnyTask, Evaluation } from "../evaluation/index.ts";
import type { LeakageFinding } from "../leakage/index.ts";
import type { ExplanationSummary, NoSummary } from "./explanation-summary.ts";
import type { TermShape } from "./term-shapes.ts";
import type { TextSummary } from "./text-summary.ts";
import type { TuningReport } from "./tuning-report.ts";

/** One configuration that was tried, in the order of trying. */
export interface Candidate {
  readonly name: string;
  readonly family: string;
  readonly role: "baseline" | "candidate";
  readonly params: Readonly<Record<string, unknown>>;
  readonly metric: string;
  readonly validation: MetricValue;
  readonly seconds: number;
  readonly chosen: boolean;
  /** Why it was or was not chosen, where that needs words. */
  readonly note?: string;
}

/** A pass rule that stands between a trained model and serving. */
export interface Gate {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
}

/** Everything a person wants to know about one training run. The HTML report is drawn from this value alone. */
export interface RunReport {
  readonly model: string;
  readonly version: number | null;
  readonly runId: string;
  readonly task: AnyTask;
  readonly createdAt: string;
  readonly fettle: string;
  readonly seed: number;
  readonly problem: { readonly column: string; readonly says: string; readonly classes: readonly string[] };
  readonly data: {
    readonly snapshot: Snapshot;
    readonly nColumns: number;
    readonly columns: readonly ColumnProfile[];
    readonly violations: readonly Violation[];
    readonly notes: readonly string[];
    /** Where the official test rows begin in the snapshot; null where there is no test file. */
    readonly testStart: number | null;
  };
  readonly leakage: {
    readonly findings: readonly LeakageFinding[];
    readonly excluded: readonly string[];
    /** What the validation score would have pretended with the excluded columns; null where none was excluded. */
    readonly pretended: { readonly metric: string; readonly withLeak: number; readonly without: number } | null;
  };
  readonly split: {
    readonly kind: string;
    readonly says: string;
    readonly parts: readonly { readonly name: string; readonly n: number; readonly targetMean: number | null }[];
    readonly notes: readonly string[];
    /** How often this test snapshot has been evaluated, this time included. */
    readonly testEvaluations: number;
  };
  readonly features: readonly { readonly name: string; readonly from: string; readonly says: string }[];
  readonly candidates: readonly Candidate[];
  /** What each term of an additive model adds, the most important first; absent for another family. */
  readonly terms?: readonly TermShape[];
  /** What the model learned of texts; absent where it reads none. */
  readonly texts?: TextSummary;
  /** How the configuration was found, where `fettle tune` found it. */
  readonly tuning?: TuningReport;
  /** The version that this one was compared with, as `model@version`; null where there was none. */
  readonly champion: string | null;
  /** The version whose trees the model holds and goes on from, as `model@version`; absent where there is none. */
  readonly warmStart?: string;
  readonly evaluation: Evaluation;
  /** What the columns contribute to the scores of test rows, or why that cannot be said. */
  readonly explanations: ExplanationSummary | NoSummary;
  readonly gates: readonly Gate[];
  readonly environment: Readonly<Record<string, string | number | boolean | null>>;
  readonly reproduce: string;
  readonly seconds: Readonly<Record<string, number>>;
}
