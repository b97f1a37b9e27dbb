import type { Importance, StopKind } from "../tuning/index.ts";
import type { AnyConfiguration } from "./definition.ts";
import type { Objective, TrialOutcome, TuneSubject } from "./tune-input.ts";

/** One trial of a tuning as its report lists it. */
export interface TunedTrial
  extends Pick<TrialOutcome, "loss" | "value" | "rounds" | "latencyMicros" | "bytes" | "seconds"> {
  /** 1, 2, 3 … in the order of starting. */
  readonly number: number;
  readonly runId: string;
  readonly configuration: AnyConfiguration;
  readonly status: TrialOutcome["status"] | "failed";
  /** Folds that were measured. */
  readonly nFolds: number;
  /** Why it failed. */
  readonly error: string | null;
  /** Whether no other trial is at least as good in every objective. */
  readonly isOnFront: boolean;
  readonly chosen: boolean;
}

/** The honest estimate of the whole procedure: each outer fold was measured by a configuration that was tuned without its rows. */
export interface NestedEstimate {
  /** Mean loss per row over the outer folds. */
  readonly loss: number;
  readonly standardError: number | null;
  /** The metric of each outer fold. */
  readonly values: readonly (number | null)[];
  /** The configuration that won in each outer fold. */
  readonly configurations: readonly AnyConfiguration[];
}

/** How a configuration was found: what the report of the version that came out says about its tuning. */
export interface TuningReport extends TuneSubject {
  /** The ledger's run of the tuning; its trials are runs that belong to it. */
  readonly runId: string;
  readonly objectives: readonly Objective[];
  readonly trials: readonly TunedTrial[];
  readonly stopped: {
    readonly kind: StopKind;
    readonly says: string;
    /** Expected gain of as many trials again and noise of the measurement when the search ended, in units of the loss; null where undefined. */
    readonly gain: number | null;
    readonly noise: number | null;
  };
  /** Why this trial was chosen. */
  readonly choice: string;
  /** Importance of the parameters of each family that was tried often enough to say something. */
  readonly importance: readonly { readonly family: string; readonly result: Importance }[];
  /** Share of the box between the best and the worst value of every objective that the front dominates; null with one objective. */
  readonly hypervolume: number | null;
  readonly nested: NestedEstimate | null;
  readonly nWorkers: number;
  readonly seconds: number;
}
