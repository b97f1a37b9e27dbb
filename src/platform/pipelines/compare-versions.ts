import type { MetricValue } from "../../ml/metrics/index.ts";
import type { ModelVersion } from "../registry/index.ts";
import type { RunReport } from "../training/index.ts";

/** One difference between two versions, both sides as text. */
export interface Difference {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** A version with its report. */
export interface ReportedVersion {
  readonly version: ModelVersion;
  /** Null for a version that was not measured. */
  readonly report: RunReport | null;
}

/** What differs between two versions: data, definition, choice, features, metrics. Equal facts are left out. */
export function compareVersions(left: ReportedVersion, right: ReportedVersion): Difference[] {
  const a = factsOf(left);
  const b = factsOf(right);
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((what) => {
    const [before, after] = [a.get(what) ?? "—", b.get(what) ?? "—"];
    return before === after ? [] : [{ what, left: before, right: after }];
  });
}

function factsOf({ version, report }: ReportedVersion): Map<string, string> {
  const { snapshot, definition, capsule } = version;
  if (report === null)
    return new Map<string, string>(Object.entries({ snapshot, definition, gates: "not measured", capsule }));
  const chosen = report.candidates.find((candidate) => candidate.chosen);
  const { data, split, leakage, evaluation } = report;
  return new Map<string, string>([
    ["fettle", report.fettle],
    ["snapshot", version.snapshot],
    ["rows", String(data.snapshot.nRows)],
    ["columns", data.snapshot.schema.map(({ name, type }) => `${name}:${type}`).join(", ")],
    ["definition", version.definition],
    ["seed", String(report.seed)],
    ["split", `${split.says}: ${split.parts.map(({ name, n }) => `${name} ${n}`).join(", ")}`],
    ["left out", leakage.excluded.join(", ") || "nothing"],
    ["chosen", chosen?.name ?? "unknown"],
    ["goes on from", report.warmStart ?? "nothing"],
    ...Object.entries(chosen?.params ?? {}).map(
      ([name, value]) => [`parameter ${name}`, JSON.stringify(value)] as [string, string],
    ),
    ["features", String(report.features.length)],
    ["threshold", evaluation.threshold === null ? "none" : evaluation.threshold.threshold.toPrecision(6)],
    ["calibration", evaluation.calibration?.method ?? "none"],
    ...Object.entries(evaluation.metrics).map(
      ([name, value]) => [`test ${name}`, valueText(value)] as [string, string],
    ),
    ["gates", report.gates.map(({ name, passed }) => `${name} ${passed ? "passed" : "failed"}`).join(", ")],
    ["capsule", version.capsule],
  ]);
}

function valueText({ value, low, high }: MetricValue): string {
  if (value === null) return "undefined";
  const text = value.toPrecision(5);
  return low === null || high === null ? text : `${text} [${low.toPrecision(5)}, ${high.toPrecision(5)}]`;
}
