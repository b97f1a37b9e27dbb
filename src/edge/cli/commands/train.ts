import pc from "picocolors";
import type { TrainedVersion, WorkOptions } from "../../../platform/pipelines/index.ts";
import { type Command, type CommandIo, withApp } from "../command.ts";
import { listOption, textOption, wholeOption } from "../options.ts";
import { trainSummary } from "../train-summary.ts";

export const train: Command = {
  name: "train",
  summary: "run the pipeline: contract, leakage, split, candidates, evaluation, registered version, report",
  args: [{ name: "<model>", says: "a model of this project" }],
  options: [
    { flags: "--exclude <columns...>", says: "leave these columns out, whatever the leakage check says" },
    { flags: "--keep <columns...>", says: "keep these columns, whatever the leakage check says" },
    { flags: "--trials <n>", says: "configurations to try instead of what the definition says" },
    { flags: "--seed <n>", says: "seed instead of the one in the definition" },
    { flags: "--warm-start <version>", says: "add rounds to the boosted trees of this version, for example churn@3" },
    {
      flags: "--threads <n>",
      says: "threads of boosted trees, one per core where absent; any number gives the same model",
    },
  ],
  example: "fettle train churn",
  async run(io, [model = ""], options) {
    const entries = {
      exclude: listOption(options, "exclude"),
      keep: listOption(options, "keep"),
      trials: wholeOption(options, "trials", 1, 1000),
      seed: wholeOption(options, "seed", 0, Number.MAX_SAFE_INTEGER),
      warmStart: textOption(options, "warmStart"),
    };
    const overrides = Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
    const threads = wholeOption(options, "threads", 1, 64);
    const work = { ...liveProgress(io), ...(threads === undefined ? {} : { threads }) };
    const trained = await withApp(io, (app) => app.train(model, overrides, work));
    return { json: trainJson(trained), text: trainSummary(trained), exit: trained.version.gatesPassed ? 0 : 1 };
  },
};

/** Progress of a training as one live line, and one lasting line per finding. */
export function liveProgress(io: CommandIo): WorkOptions {
  let stage = "";
  return {
    signal: io.signal,
    onProgress(progress) {
      if (progress.stage !== stage) {
        stage = progress.stage;
        if (!process.stderr.isTTY) io.note(pc.dim(`${stage} …`));
      }
      const filled = Math.round(20 * progress.share);
      io.live(
        `${pc.cyan(progress.stage.padEnd(9))} ${"━".repeat(filled)}${pc.dim("─".repeat(20 - filled))} ${pc.dim(progress.says ?? "")}`.slice(
          0,
          160,
        ),
      );
    },
  };
}

/** What `fettle train --json` prints. */
export function trainJson({ version, report, reportPath }: TrainedVersion): unknown {
  const { evaluation } = report;
  return {
    model: version.model,
    version: version.version,
    runId: version.runId,
    task: report.task,
    snapshot: version.snapshot,
    seed: report.seed,
    ...(report.warmStart === undefined ? {} : { warmStart: report.warmStart }),
    primary: evaluation.primary,
    metrics: { test: evaluation.metrics },
    baseline: { name: evaluation.baseline.name, test: evaluation.baseline.metrics },
    comparisons: evaluation.comparisons,
    ...(evaluation.repeated && { repeated: evaluation.repeated }),
    ...(evaluation.notRepeated && { notRepeated: evaluation.notRepeated }),
    ...(evaluation.reweighting && { reweighting: evaluation.reweighting }),
    ...(evaluation.conformal && { conformal: evaluation.conformal }),
    candidates: report.candidates,
    leakage: report.leakage.findings,
    excluded: report.leakage.excluded,
    pretended: report.leakage.pretended,
    split: report.split,
    violations: report.data.violations,
    gates: report.gates,
    report: reportPath,
    capsule: version.capsule,
    seconds: report.seconds,
  };
}
