import pc from "picocolors";
import type { TuningView } from "../../platform/pipelines/index.ts";
import { bestFirst, type TunedTrial, type TuningReport, tunedTrial } from "../../platform/training/index.ts";
import type { CommandIo } from "./command.ts";
import { bytes, columns, count, number, seconds } from "./format.ts";

/** Shows a tuning as it goes on: a live table in a terminal, one line per trial elsewhere. */
export function watchTuning(io: CommandIo): (view: TuningView) => void {
  const said = new Set<string>();
  return (view) => {
    if (!process.stderr.isTTY)
      for (const trial of view.ended) {
        if (said.has(trial.runId)) continue;
        said.add(trial.runId);
        io.note(`${searchName(view.outer)}trial ${line(tunedTrial(trial, false, false), view).join("  ")}`);
      }
    io.live(tableOf(view));
  };
}

function searchName(outer: number | null): string {
  return outer === null ? "" : `outer fold ${outer + 1}: `;
}

function tableOf(view: TuningView): string {
  const { ended, running, subject, nWorkers } = view;
  const best = bestFirst(ended, ["quality"]).slice(0, 8);
  const nPruned = ended.filter(({ outcome }) => outcome?.status === "pruned").length;
  const nFailed = ended.filter(({ outcome }) => outcome === null).length;
  const rows = best.map((trial, i) => [i === 0 ? pc.green("→") : " ", ...line(tunedTrial(trial, false, false), view)]);
  const width = Math.max(40, (process.stderr.columns ?? 120) - 1);
  return [
    `${pc.cyan("tuning")} ${searchName(view.outer)}${subject.says}, ${count(subject.nRows, "row")}`,
    `${seconds(view.elapsedSeconds)} of ${seconds(view.budgetSeconds)} · ${count(ended.length, "trial")}, ${nPruned} ended early, ${nFailed} failed · ${running.length} of ${nWorkers} running`,
    view.gain === null || view.noise === null
      ? pc.dim(`ends where the expected gain in ${subject.lossName} sinks below the noise`)
      : pc.dim(`expected gain ${number(view.gain)}, noise ${number(view.noise)} (${subject.lossName})`),
    ...(rows.length === 0 ? [] : columns(rows).split("\n")),
    ...running.map(({ number: n, configuration }) => pc.dim(`    ${n}  ${configurationInWords(configuration)} …`)),
  ]
    .map((text) => cut(text, width))
    .join("\n");
}

// A wrapped line would break the redrawing; colours do not count.
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's colour codes
  return text.replace(/\u001b\[\d+m/g, "").length <= width ? text : `${text.slice(0, width - 1)}\u001b[0m…`;
}

function line(trial: TunedTrial, { subject }: Pick<TuningView, "subject">): string[] {
  const { number: n, status, loss, value, latencyMicros, configuration, error } = trial;
  return [
    String(n),
    status === "complete"
      ? `${subject.lossName} ${lossInWords(loss!)}`
      : status === "pruned"
        ? pc.dim(`ended early`)
        : pc.red("failed"),
    value === null || isLossItself(subject) ? "" : `${subject.metric} ${number(value)}`,
    ...(latencyMicros === null ? [] : [`${number(latencyMicros)} µs`]),
    ...(trial.bytes === null ? [] : [bytes(trial.bytes)]),
    pc.dim(error ?? configurationInWords(configuration)),
  ];
}

// Of trials that are nearly without fault too, some are better.
function lossInWords(loss: number): string {
  return loss > 0 && loss < 0.001 ? loss.toPrecision(3) : number(loss);
}

// Of a forecast the loss is the metric.
function isLossItself({ metric, lossName }: TuningView["subject"]): boolean {
  return metric === lossName.toLowerCase();
}

function configurationInWords({ family, params }: TunedTrial["configuration"]): string {
  const words = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return `${family} ${words.length === 0 ? "defaults" : words.join(" ")}`;
}

/** The screen's part on a finished tuning. */
export function tuneSummary(tuning: TuningReport): string {
  const { trials, stopped, choice, subject, nested } = { ...tuning, subject: tuning };
  const chosen = trials.find((trial) => trial.chosen)!;
  const shown = trials
    .filter(({ status }) => status === "complete")
    .toSorted((a, b) => a.loss! - b.loss!)
    .slice(0, 5);
  if (!shown.includes(chosen)) shown.push(chosen);
  return [
    "",
    `${pc.bold("tuning")} ${subject.says}: ${stopped.says}`,
    columns(shown.map((trial) => [trial.chosen ? pc.green("→") : " ", ...line(trial, { subject })])),
    `  ${choice}`,
    ...importanceLines(tuning),
    ...(nested === null
      ? []
      : [
          `  nested cross-validation: ${subject.lossName} ${number(nested.loss)}${nested.standardError === null ? "" : ` ± ${number(nested.standardError)}`}, where the winner's own trial says ${number(chosen.loss)}`,
        ]),
    `  to keep it in the definition: ${pc.cyan(`search: { configurations: [${JSON.stringify(chosen.configuration)}] }`)}`,
  ].join("\n");
}

function importanceLines({ importance }: TuningReport): string[] {
  return importance.flatMap(({ family, result }) =>
    result.parameters === null
      ? []
      : [
          `  what mattered in ${family}: ${result.parameters
            .slice(0, 4)
            .map(({ name, total }) => `${name.slice(family.length + 1)} ${Math.round(100 * total)} %`)
            .join(", ")}`,
        ],
  );
}
