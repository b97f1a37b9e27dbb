import pc from "picocolors";
import type { RunReport } from "../../../platform/training/index.ts";
import { type Command, withApp } from "../command.ts";
import { bytes, columns, count, instant, metric, percent, seconds } from "../format.ts";
import type { ShownVersion } from "../ports.ts";

export const show: Command = {
  name: "show",
  summary: "what a version is: data, code, parameters, metrics, lineage",
  args: [{ name: "<model>", says: "churn, or churn@1 for one version" }],
  options: [],
  example: "fettle show churn@1",
  async run(io, [reference = ""]) {
    const shown = await withApp(io, (app) => app.show(reference));
    return { json: shown, text: showText(shown) };
  },
};

function resourcesText(run: ShownVersion["run"]): string {
  const resources = run?.end?.resources;
  return resources ? `, ${seconds(resources.cpuSeconds)} of CPU, at most ${bytes(resources.peakMemoryBytes)}` : "";
}

function showText({ version, run, report, lineage, parts }: ShownVersion): string {
  const environment = run?.environment ?? {};
  const commit = environment.gitCommit
    ? `${String(environment.gitCommit).slice(0, 12)}${environment.gitDirty ? " (tree was dirty)" : ""}`
    : "not in a git repository";
  const { imported } = lineage;
  const total = Object.values(report?.seconds ?? {}).reduce((sum, part) => sum + part, 0);
  return [
    `${pc.bold(`${version.model}@${version.version}`)}  ${report?.problem.says ?? `an imported ${version.task} model`}`,
    "",
    pc.dim("lineage"),
    columns([
      ...(imported ? [["imported", `from ${imported.library}, sha256 ${imported.sha256}; trained elsewhere`]] : []),
      ["snapshot", `${version.snapshot}${report ? `  ${count(report.data.snapshot.nRows, "row")}` : ""}`],
      ...(report?.data.snapshot.source.files ?? []).map((file) => [
        "  file",
        `${file.name}  sha256 ${file.sha256.slice(0, 12)}`,
      ]),
      ["definition", version.definition],
      ...(report?.warmStart === undefined ? [] : [["goes on from", report.warmStart]]),
      ["run", `${version.runId}  ${instant(version.createdAt)}, ${seconds(total)}${resourcesText(run)}`],
      ["capsule", version.capsule],
      ...Object.entries(parts).map(([part, hash]) => [`  ${part}`, hash]),
    ]),
    "",
    pc.dim("code"),
    columns([
      [
        "fettle",
        `${environment.fettle ?? "unknown"}${environment.build ? `  build ${String(environment.build).slice(0, 12)}` : ""}`,
      ],
      ["node", String(environment.node ?? "unknown")],
      ["commit", commit],
      ["lock file", String(environment.lockfile ?? "none")],
      ["seed", String(lineage.seed)],
    ]),
    "",
    ...(report === null ? [`${version.primary.reason}; not served unless it is named`] : measuredLines(report)),
  ].join("\n");
}

function measuredLines(report: RunReport): string[] {
  const chosen = report.candidates.find((candidate) => candidate.chosen);
  return [
    pc.dim("model"),
    columns([
      ["chosen", chosen ? `${chosen.name} ${JSON.stringify(chosen.params)}` : "unknown"],
      ...(report.features.length > 0
        ? [
            [
              "features",
              `${report.features.length} from ${new Set(report.features.map((feature) => feature.from)).size} columns`,
            ],
          ]
        : []),
      ...(report.leakage.excluded.length > 0 ? [["left out", `${report.leakage.excluded.join(", ")} (leakage)`]] : []),
      ["split", report.split.parts.map(({ name, n }) => `${name} ${n}`).join(", ")],
    ]),
    "",
    pc.dim("test"),
    columns(Object.entries(report.evaluation.metrics).map(([name, value]) => [name, metric(value)])),
    "",
    ...(report.evaluation.importance.length > 0
      ? [
          pc.dim("matters most"),
          columns(
            report.evaluation.importance
              .slice(0, 5)
              .map(({ column, drop }) => [column, `−${metric(drop)} ${report.evaluation.primary}`]),
          ),
          "",
        ]
      : []),
    columns(
      report.gates.map((gate) => [gate.passed ? pc.green("pass") : pc.red("fail"), `${gate.name}: ${gate.message}`]),
    ),
    ...(report.evaluation.slices.some((slice) => slice.weak)
      ? [
          "",
          pc.yellow(
            `weak: ${report.evaluation.slices
              .filter((slice) => slice.weak)
              .map((slice) => `${slice.name} (${percent(slice.n / report.evaluation.nTest)})`)
              .join(", ")}`,
          ),
        ]
      : []),
  ];
}
