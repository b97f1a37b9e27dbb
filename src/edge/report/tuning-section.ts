import type { RunReport, TunedTrial, TuningReport } from "../../platform/training/index.ts";
import { badge, facts, figure, type Head, type Html, html, type Section, table } from "./html.ts";
import { bestSoFarPlot, importancePlot, paretoPlot } from "./tuning-plots.ts";
import { bytes, count, duration, fixed, listed, metricName, number, percent } from "./words.ts";

const mostTrials = 12;

// Digits that tell the better half of the trials apart.
function lossDecimals(trials: readonly TunedTrial[]): number {
  const losses = trials.flatMap(({ loss }) => loss ?? []).sort((a, b) => a - b);
  const range = losses[losses.length >> 1]! - losses[0]!;
  return range > 0 ? Math.min(9, Math.max(0, 2 - Math.floor(Math.log10(range)))) : 3;
}

/** How the configuration was searched; null where `fettle tune` was not used. */
export function tuningSection({ tuning }: RunReport): Section | null {
  if (tuning === undefined) return null;
  const { trials, stopped, choice, says, nRows } = tuning;
  return {
    id: "tuning",
    title: "Tuning",
    lead: `${count(trials.length, "trial")}, measured ${says} of ${count(nRows, "row")}; none of them saw a test row.`,
    body: html`
      <p>${stopped.says} ${choice}</p>
      ${tuningFacts(tuning)}
      <div class="figures">
        ${figure(bestSoFarPlot(tuning), `Each dot is a trial that was measured on every fold; the line is the least ${tuning.lossName} so far.`)}
        ${tuning.objectives.length > 1 && figures(tuning)}
      </div>
      ${trialTables(tuning)}
      ${importances(tuning)}`,
  };
}

function tuningFacts(tuning: TuningReport): Html {
  const { stopped, trials, nWorkers, seconds, nested, hypervolume, lossName } = tuning;
  const nPruned = trials.filter(({ status }) => status === "pruned").length;
  const nFailed = trials.filter(({ status }) => status === "failed").length;
  return facts([
    ["Time", `${duration(seconds)}, ${count(nWorkers, "worker")}`],
    ["Ended early", `${nPruned} of ${trials.length}`],
    ...(nFailed > 0 ? [["Failed", `${nFailed} of ${trials.length}`] as const] : []),
    ["Expected gain of as many again", stopped.gain === null ? "not defined" : number(stopped.gain)],
    ["Noise of a difference", stopped.noise === null ? "not defined" : number(stopped.noise)],
    ...(hypervolume === null ? [] : [["Dominated volume", percent(hypervolume)] as const]),
    ...(nested === null
      ? []
      : [
          [
            `Nested ${lossName}`,
            html`${fixed(nested.loss, lossDecimals(trials))}${nested.standardError !== null && ` ± ${fixed(nested.standardError, lossDecimals(trials))}`}`,
          ] as const,
        ]),
  ]);
}

// One picture per further objective, against the loss.
function figures({ objectives, trials, lossName }: TuningReport): (Html | null)[] {
  const axes = { latency: ["latencyMicros", "Latency, µs"], size: ["bytes", "Size, bytes"] } as const;
  return objectives.map((objective) => {
    if (objective === "quality") return null;
    const [key, label] = axes[objective];
    return figure(
      paretoPlot(trials, key, label, lossName),
      `Filled dots are on the Pareto front of ${listed(objectives)}: no other trial is at least as good in all of them. The ring is the chosen one.`,
    );
  });
}

function trialTables(tuning: TuningReport): Html {
  const complete = tuning.trials.filter(({ status }) => status === "complete").sort((a, b) => a.loss! - b.loss!);
  const best = complete.slice(0, mostTrials);
  const chosen = complete.find((trial) => trial.chosen);
  if (chosen !== undefined && !best.includes(chosen)) best.push(chosen);
  const rest = tuning.trials.filter((trial) => !best.includes(trial));
  return html`${trialTable("Best trials", best, tuning)}
    ${rest.length > 0 && html`<details><summary>${count(rest.length, "more trial")}</summary>${trialTable("Other trials", rest, tuning)}</details>`}`;
}

function trialTable(label: string, trials: readonly TunedTrial[], tuning: TuningReport): Html {
  const isTimed = tuning.objectives.includes("latency");
  const hasFront = tuning.objectives.length > 1;
  const heads: Head[] = [
    "Trial",
    [tuning.lossName, "n"],
    ...(isLossItself(tuning) ? [] : [[metricName(tuning.metric), "n"] as const]),
    ["Folds", "n"],
    ...(isTimed ? [["Latency", "n"] as const] : []),
    ["Size", "n"],
    ["Time", "n"],
  ];
  return table(
    label,
    heads,
    trials.map((trial) => trialRow(trial, tuning, isTimed, hasFront)),
  );
}

// Of a forecast the loss is the metric.
function isLossItself({ metric, lossName }: TuningReport): boolean {
  return metricName(metric) === lossName;
}

function trialRow(trial: TunedTrial, tuning: TuningReport, isTimed: boolean, hasFront: boolean): Html {
  const decimals = lossDecimals(tuning.trials);
  const { status, loss, value, latencyMicros, chosen, isOnFront, error } = trial;
  const isAlone = isLossItself(tuning);
  const reason = error === null ? null : html` <span class="reason">${error}</span>`;
  return html`<tr${chosen && html` class="chosen"`}>
    <th scope="row">${trial.number} ${chosen ? badge("plain", "chosen") : hasFront && isOnFront && badge("good", "front")}
      <span class="params">${configurationInWords(trial)}</span></th>
    <td class="n">${loss === null ? html`<span class="dim">${status === "failed" ? "failed" : "ended early"}</span>` : fixed(loss, decimals)}${isAlone && reason}</td>
    ${!isAlone && html`<td class="n">${reason ?? number(value)}</td>`}
    <td class="n dim">${trial.nFolds}</td>
    ${isTimed && html`<td class="n">${latencyMicros === null ? "—" : `${number(latencyMicros)} µs`}</td>`}
    <td class="n dim">${trial.bytes === null ? "—" : bytes(trial.bytes)}</td>
    <td class="n dim">${duration(trial.seconds)}</td></tr>`;
}

function configurationInWords({ configuration: { family, params } }: TunedTrial): string {
  const words = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  return [family, ...(words.length === 0 ? ["defaults"] : words)].join(" · ");
}

function importances({ importance, lossName, nested, trials, metric }: TuningReport): Html {
  const drawn = importance.flatMap(({ family, result }) =>
    result.parameters === null
      ? []
      : [
          figure(
            importancePlot(result.parameters.map((one) => ({ ...one, name: one.name.slice(family.length + 1) }))),
            `Parameters of ${family}: shares of the variation in ${lossName} over the space; dark by itself, light with others. The surrogate explains ${percent(result.fit, 0)} of trials it has not seen.`,
          ),
        ],
  );
  const silent = importance.flatMap(({ family, result }) =>
    result.parameters === null ? [`${family}: ${result.reason}`] : [],
  );
  const own = trials.find(({ chosen }) => chosen)!.loss!;
  const decimals = lossDecimals(trials);
  return html`<h3>What mattered</h3>
    ${drawn.length > 0 && html`<div class="figures">${drawn}</div>`}
    ${silent.length > 0 && html`<p class="dim">No importance of parameters for ${silent.join("; ")}.</p>`}
    ${
      nested !== null &&
      html`<h3>Nested cross-validation</h3>
      <p>In ${count(nested.values.length, "outer fold")} the whole search ran without the rows that its winner was then measured on: ${lossName}
      ${fixed(nested.loss, decimals)}${nested.standardError !== null && ` ± ${fixed(nested.standardError, decimals)} (standard error)`}, where the chosen trial's own folds say ${fixed(own, decimals)}.
      ${metricName(metric)} by outer fold: ${nested.values.map((value) => (value === null ? "undefined" : fixed(value, 3))).join(", ")}.</p>`
    }`;
}
