import type { Objective } from "../../../platform/training/index.ts";
import { type Command, withApp } from "../command.ts";
import {
  assignOption,
  choiceOption,
  durationOption,
  listOption,
  optionInvalid,
  textOption,
  wholeOption,
} from "../options.ts";
import type { TuneRequest } from "../ports.ts";
import { trainSummary } from "../train-summary.ts";
import { liveProgress, trainJson } from "./train.ts";

export const tune: Command = {
  name: "tune",
  summary:
    "search for better parameters by cross-validation within a budget, train the winner, register it with a report of the search",
  args: [{ name: "<model>", says: "a model of this project" }],
  options: [
    { flags: "--budget <time>", says: "no trial starts after this time", standard: "10m" },
    { flags: "--trials <n>", says: "at most so many trials, those of a resumed tuning included" },
    { flags: "--workers <n>", says: "trials at a time; default: one per core" },
    {
      flags: "--objective <names>",
      says: "what is minimised, quality first: quality,latency,size",
      standard: "quality",
    },
    {
      flags: "--folds <n>",
      says: "folds of a table's cross-validation, by the kind of the split, default 5; 1: its validation part",
    },
    {
      flags: "--window <kind>",
      says: "for a split by time, what is trained on: expanding (default), sliding or purged",
    },
    {
      flags: "--embargo <gap>",
      says: "for a split by time, least distance of training from validation rows: 7d, 12h, or a number where time is one",
    },
    { flags: "--nested <n>", says: "outer folds for an honest estimate of the whole procedure" },
    { flags: "--fix <settings...>", says: "parameters that are not searched: family=gbdt, gbdt.maxLeaves=31" },
    { flags: "--resume", says: "go on with the last tuning of the model, which was cut off" },
  ],
  example: "fettle tune churn --budget 10m",
  async run(io, [model = ""], options) {
    const nTrials = wholeOption(options, "trials", 1, 10_000);
    const nWorkers = wholeOption(options, "workers", 1, 64);
    const folds = wholeOption(options, "folds", 1, 50);
    const outerFolds = wholeOption(options, "nested", 0, 20);
    const window = choiceOption(options, "window", ["expanding", "sliding", "purged"]);
    const embargo = textOption(options, "embargo");
    const asked: TuneRequest = {
      budgetSeconds: durationOption(options, "budget") ?? 600,
      ...(nTrials === undefined ? {} : { nTrials }),
      ...(nWorkers === undefined ? {} : { nWorkers }),
      fixed: assignOption(options, "fix"),
      resume: options.resume === true,
      settings: {
        objectives: objectivesOf(listOption(options, "objective") ?? []),
        ...(folds === undefined ? {} : { folds }),
        ...(window === undefined ? {} : { window }),
        ...(embargo === undefined ? {} : { embargo: embargoOf(embargo, () => durationOption(options, "embargo")!) }),
        ...(outerFolds === undefined ? {} : { outerFolds }),
      },
    };
    // It knows the whole of training, which no other command needs to say what it is.
    const { tuneSummary, watchTuning } = await import("../tune-table.ts");
    const trained = await withApp(io, (app) =>
      app.tune(model, asked, { ...liveProgress(io), onTuning: watchTuning(io) }),
    );
    const { tuning } = trained.report;
    return {
      json: { ...(trainJson(trained) as object), tuning },
      text: `${tuneSummary(tuning!)}\n${trainSummary(trained)}`,
      exit: trained.version.gatesPassed ? 0 : 1,
    };
  },
};

function objectivesOf(asked: readonly string[]): Objective[] {
  const known = ["quality", "latency", "size"] as const;
  if (asked.some((name) => !known.some((objective) => objective === name)))
    throw optionInvalid("objective", "a list of quality, latency and size");
  const named = new Set<string>(["quality", ...asked]);
  return known.filter((name) => named.has(name));
}

// Dates are kept in milliseconds.
function embargoOf(text: string, seconds: () => number): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : 1000 * seconds();
}
