import pc from "picocolors";
import type { Calibration, ThresholdChoice } from "../../platform/evaluation/index.ts";
import type { TrainedVersion } from "../../platform/pipelines/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { columns, count, metric, number, percent, seconds } from "./format.ts";

/** The one-screen summary of a training. */
export function trainSummary({ version, report, reportPath }: TrainedVersion): string {
  const passed = version.gatesPassed;
  const total = Object.values(report.seconds).reduce((sum, part) => sum + part, 0);
  return [
    "",
    `${passed ? pc.green("✓") : pc.red("✗")} ${pc.bold(`${version.model}@${version.version}`)}  ${report.problem.says}`,
    columns(dataLines(report)),
    ...leakageLines(report),
    "",
    columns(candidateLines(report)),
    ...report.candidates.flatMap(({ chosen, note }) => (chosen && note !== undefined ? [pc.dim(`     ${note}`)] : [])),
    "",
    columns(metricLines(report)),
    "",
    ...report.evaluation.comparisons.map(({ sentence }) => `  ${sentence}`),
    ...repeatedLines(report.evaluation),
    ...report.gates.map(
      (gate) => `  ${gate.passed ? pc.green("pass") : pc.red("fail")}  ${gate.name}: ${gate.message}`,
    ),
    "",
    columns([
      ["report", reportPath],
      ["took", seconds(total)],
      [
        "next",
        pc.cyan(`fettle show ${version.model}@${version.version}`) +
          pc.dim(" · ") +
          pc.cyan(`fettle verify ${version.model}@${version.version}`) +
          pc.dim(" · ") +
          (passed ? pc.cyan("fettle serve") : pc.dim("not served unless it is named, because a gate failed")),
      ],
    ]),
  ].join("\n");
}

function dataLines({ data, split, warmStart, evaluation }: RunReport): string[][] {
  const parts = split.parts.map(({ name, n }) => `${name} ${n.toLocaleString("en-US")}`).join(", ");
  const lines = [
    [
      "data",
      `${count(data.snapshot.nRows, "row")} × ${count(data.nColumns, "column")}, snapshot ${data.snapshot.id.slice(0, 12)}`,
    ],
    ["split", `${split.says}: ${parts}; test rows used ${count(split.testEvaluations, "time")}`],
  ];
  if (evaluation.recommendation) {
    lines.push(...eventLines(evaluation.recommendation));
    for (const note of split.notes) lines.push(["note", pc.dim(note)]);
  }
  if (warmStart !== undefined) lines.push(["goes on from", warmStart]);
  for (const note of data.notes.slice(0, 4)) lines.push(["note", pc.dim(note)]);
  for (const { severity, message } of data.violations.slice(0, 6))
    lines.push([severity === "error" ? pc.red("data") : pc.yellow("data"), message]);
  if (data.violations.length > 6) lines.push(["", pc.dim(`… ${data.violations.length - 6} more in the report`)]);
  return lines;
}

function eventLines({ trained, test }: NonNullable<RunReport["evaluation"]["recommendation"]>): string[][] {
  const { nUsers, nItems, nInteractions } = trained;
  const density = percent(nInteractions / (nUsers * nItems));
  return [
    ["learned from", `${count(nUsers, "user")} × ${count(nItems, "item")}, ${density} of the pairs`],
    ["measured on", `${count(test.nMeasured, "user")} with a history`],
  ];
}

function leakageLines({ leakage }: RunReport): string[] {
  const lines = leakage.findings
    .slice(0, 6)
    .map((finding) => [finding.decision === "excluded" ? pc.red("leak") : pc.yellow("suspect"), finding.message]);
  if (leakage.pretended) {
    const { metric: name, withLeak, without } = leakage.pretended;
    lines.push([
      "",
      `with the leak, validation ${name} would have pretended ${number(withLeak)} instead of ${number(without)}`,
    ]);
  }
  return lines.length === 0 ? [columns([["leakage", pc.dim("none found")]])] : [columns(lines)];
}

function candidateLines({ candidates }: RunReport): string[][] {
  return candidates.map((candidate) => [
    candidate.chosen ? pc.green("→") : " ",
    candidate.role === "baseline" ? pc.dim(candidate.name) : candidate.name,
    `validation ${candidate.metric} ${metric(candidate.validation)}`,
    pc.dim(seconds(candidate.seconds)),
  ]);
}

// Of a forecast its errors in the series' unit and its interval scores, so that there is room for the coverage.
function isAside(name: string, { forecast }: RunReport["evaluation"]): boolean {
  return forecast !== undefined && (name === "mae" || name === "rmse" || name.startsWith("msis@"));
}

function metricLines({ evaluation }: RunReport): string[][] {
  const names = [
    evaluation.primary,
    ...Object.keys(evaluation.metrics).filter((name) => name !== evaluation.primary && !isAside(name, evaluation)),
  ].slice(0, evaluation.recommendation ? 9 : 7);
  return [
    ["", pc.dim("test"), pc.dim(`baseline (${evaluation.baseline.name})`)],
    ...names.map((name) => {
      const baseline = evaluation.baseline.metrics[name];
      return [name, metric(evaluation.metrics[name]!), baseline ? metric(baseline) : ""];
    }),
    ...(evaluation.threshold
      ? [["threshold", number(evaluation.threshold.threshold), pc.dim(thresholdInWords(evaluation.threshold))]]
      : []),
    ...anomalyLines(evaluation),
    ...(evaluation.calibration
      ? [
          [
            "calibration",
            `ECE ${metric(evaluation.calibration.ece)}`,
            pc.dim(
              `${evaluation.calibration.method === "none" ? "as trained" : evaluation.calibration.method}${meanInWords(evaluation.calibration)}`,
            ),
          ],
        ]
      : []),
    ...conformalLines(evaluation),
    ...evaluation.slices
      .filter((slice) => slice.weak)
      .slice(0, 3)
      .map((slice) => [
        pc.yellow("weak slice"),
        `${slice.name} (${percent(slice.n / evaluation.nTest)} of test rows)`,
        `${slice.metric} ${metric(slice.value)}`,
      ]),
  ];
}

function thresholdInWords({ chosenBy, costPer1000, trivialCostPer1000 }: ThresholdChoice): string {
  if (chosenBy === "default") return "chosen by default on validation";
  return `chosen by cost on validation; ${metric(costPer1000)} per 1,000 test rows, ${number(trivialCostPer1000)} if all were called the same`;
}

// Of two classes, whether the level of the probabilities is right.
function meanInWords({ inTheLarge }: Calibration): string {
  if (inTheLarge === undefined) return "";
  const { predicted, observed } = inTheLarge;
  return `; mean ${percent(predicted)}, true ${percent(observed.value!)} [${percent(observed.low!)}, ${percent(observed.high!)}]`;
}

// The threshold of a model that tells anomalies, whether its order is stable, and the kinds that it does not find.
function anomalyLines({ anomaly }: RunReport["evaluation"]): string[][] {
  if (anomaly === undefined) return [];
  const { threshold, stability, top, probability } = anomaly;
  const halves = stability?.halves;
  return [
    [
      "threshold",
      number(threshold.value),
      pc.dim(`chosen by ${threshold.chosenBy}; ${percent(threshold.testShare)} of test rows reach it`),
    ],
    [
      "score",
      probability === null ? "no probability: a rank, with its percentile" : "with its percentile and a probability",
      pc.dim(
        probability === null
          ? ""
          : `on average ${percent(probability.testMean)} on test rows, ${percent(probability.testRate.value ?? 0)} of which are anomalous`,
      ),
    ],
    ...(halves && halves.rankCorrelation !== null
      ? [
          [
            "stability",
            `rank correlation ${number(halves.rankCorrelation)} between two halves`,
            pc.dim(`${percent(halves.overlap)} of the top ${stability.k} are the same`),
          ],
        ]
      : []),
    ...(top[0] !== undefined && top[0].reasons.length > 0
      ? [
          [
            "top row",
            `row ${top[0].row}`,
            pc.dim(top[0].reasons.map(({ column, share }) => `${column} ${percent(share)}`).join(", ")),
          ],
        ]
      : []),
  ];
}

function conformalLines({ conformal, task }: RunReport["evaluation"]): string[][] {
  if (conformal === undefined) return [];
  const { level, overall, slices } = conformal;
  const [size, noun] = task === "regression" ? ["mean width", "intervals"] : ["mean size", "sets"];
  return [
    [
      `${noun} at ${number(level)}`,
      `coverage ${metric(overall.value)}`,
      pc.dim(`${size} ${overall.size.value === null ? "undefined" : number(overall.size.value)}`),
    ],
    ...slices
      .filter(({ isBelow }) => isBelow)
      .slice(0, 3)
      .map(({ name, value }) => [pc.yellow("below level"), name, `coverage ${metric(value)}`]),
  ];
}

function repeatedLines({ repeated, primary }: RunReport["evaluation"]): string[] {
  if (repeated === undefined) return [];
  const { nResamples, says, because, value, comparisons, choice, curve } = repeated;
  return [
    `  Small table (${because}): over ${nResamples} resamples (${says}) ${primary} is ${metric(value)}.`,
    ...[
      ...comparisons.map(({ sentence }) => sentence),
      choice.sentence,
      ...(curve === null ? [] : [curve.sentence]),
    ].map((sentence) => pc.dim(`     ${sentence}`)),
  ];
}
