// Seconds of a backtest and a forecast of M4's 414 hourly series by exponential smoothing and by Theta, beside statsforecast on two processes; and how
// long one forecast takes.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { backtest, ets, type Forecaster, rollingOrigins, theta } from "../src/ml/forecasters/index.ts";
import { forecastMetrics, meanOverSeries } from "../src/ml/metrics/index.ts";
import { type Bench, measure, median, peerPython, peerScript, rounded } from "./support.ts";

const [period, horizon, windows, peerProcesses] = [24, 48, 2, 2];

interface Timed {
  readonly seconds: number;
  /** MASE of the test. */
  readonly quality: number;
}

const methods = { theta: theta(), ets: ets() } as const;

/** The bench `forecast`. */
export const forecastBench: Bench = {
  name: "forecast",
  summary: "M4's 414 hourly series backtested and forecast, ours on one thread and statsforecast on two processes",
  needsData: true,
  async run({ data, runs, say, only }) {
    const python = peerPython(say, "-forecast");
    const files = ["train", "test"].map((part) => join(data!, "m4-hourly", `Hourly-${part}.csv`));
    const [history, future] = files.map(seriesOf) as [Float64Array[], Float64Array[]];
    const asked = (Object.keys(methods) as (keyof typeof methods)[]).filter(
      (name) => only.length === 0 || only.includes(name),
    );
    const details: Record<string, unknown> = {};
    const results: { readonly our: Timed; readonly peer: Timed }[] = [];
    for (const name of asked) {
      runOurs(methods[name], history.slice(0, 5), future);
      const [ours, peers]: [Timed[], Timed[]] = [[], []];
      for (let k = 0; k < runs; k++) {
        ours.push(runOurs(methods[name], history, future));
        const command = [python, peerScript("forecast.py"), ...files, name, String(peerProcesses), String(windows)];
        peers.push(
          JSON.parse((await measure(command, { cwd: dirname(files[0]!) })).stdout.trim().split("\n").at(-1)!) as Timed,
        );
        say(`${name}: ours ${ours.at(-1)!.seconds.toFixed(2)} s, peer ${peers.at(-1)!.seconds.toFixed(2)} s`);
      }
      const [our, peer] = [ours, peers].map((side) => ({
        seconds: rounded(median(side.map(({ seconds }) => seconds)), 2),
        quality: rounded(median(side.map(({ quality }) => quality)), 4),
      })) as [Timed, Timed];
      results.push({ our, peer });
      details[name] = {
        ours: our,
        peer,
        ratio: rounded(peer.seconds / our.seconds, 2),
        ...oneForecast(methods[name], history[0]!),
      };
    }
    const total = (side: "our" | "peer") =>
      rounded(
        results.reduce((sum, result) => sum + result[side].seconds, 0),
        2,
      );
    return {
      name: "forecast",
      ours: total("our"),
      peer: total("peer"),
      unit: `s for ${asked.join(" and ")} on 414 series, ${windows} origins and the forecast`,
      ratio: rounded(total("peer") / total("our"), 2),
      cpuRatio: null,
      runs,
      note: asked
        .map((name, k) => `${name}: MASE ${results[k]!.our.quality}, statsforecast's ${results[k]!.peer.quality}`)
        .join("; "),
      details,
      ok: results.some(({ our, peer }) => our.seconds <= peer.seconds && our.quality <= peer.quality + 0.005),
    };
  },
};

function runOurs(forecaster: Forecaster, history: readonly Float64Array[], future: readonly Float64Array[]): Timed {
  const startedAt = performance.now();
  const forecasts = history.map((series, i) => {
    const origins = rollingOrigins(series.length, { horizon, nOrigins: windows });
    backtest(forecaster, series, { period, origins, horizon });
    return { history: series, period, yTrue: future[i]!, yPred: forecaster.fit(series, { period }).forecast(horizon) };
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, quality: meanOverSeries(forecasts.map(forecastMetrics.mase.of)).value! };
}

// Milliseconds of a forecast from a fitted method, as serving makes it.
function oneForecast(forecaster: Forecaster, series: Float64Array) {
  const fitted = forecaster.fit(series, { period });
  const times = Float64Array.from({ length: 5000 }, () => {
    const startedAt = performance.now();
    fitted.forecast(horizon);
    return performance.now() - startedAt;
  }).sort();
  return { p50Ms: rounded(times[2500]!, 4), p99Ms: rounded(times[4950]!, 4) };
}

function seriesOf(file: string): Float64Array[] {
  const rows = readFileSync(file, "utf8").trim().split("\n").slice(1);
  return rows.map((row) => {
    const cells = row.split(",").slice(1);
    return Float64Array.from(
      cells.map((cell) => cell.replaceAll('"', "")).filter((cell) => cell.trim() !== ""),
      Number,
    );
  });
}
