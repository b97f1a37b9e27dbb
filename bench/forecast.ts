// Seconds of exponential smoothing and of Theta on M4's hourly series with a backtest, and their MASE, against statsforecast on two cores; the MASE of trees
// over all series; milliseconds of one series.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadKernelTeam, loadPredictKernels } from "../src/edge/compute/index.ts";
import {
  backtest,
  ets,
  type Forecaster,
  globalTrees,
  loadForecaster,
  loadGlobalTrees,
  rollingOrigins,
  seasonalNaive,
  theta,
} from "../src/ml/forecasters/index.ts";
import { forecastMetrics, meanOverSeries, type SeriesForecast } from "../src/ml/metrics/index.ts";
import {
  type Bench,
  type BenchOptions,
  measure,
  median,
  peerEnvironment,
  peerPython,
  peerScript,
  rounded,
  withScratch,
} from "./support.ts";

const period = 24;
const horizon = 48;
const nOrigins = 2;

interface Data {
  readonly histories: readonly Float64Array[];
  readonly futures: readonly Float64Array[];
}

interface Side {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the competition's 48 hours. */
  readonly mase: number;
  /** Of the origins within the training values. */
  readonly backtestMase: number;
}

const methods: Readonly<Record<string, { readonly forecaster: Forecaster; readonly every: number }>> = {
  theta: { forecaster: theta(), every: 1 },
  ets: { forecaster: ets(), every: 10 }, // all with --full: the peer takes a quarter of an hour
};

/** The bench `forecast`. */
export const forecastBench: Bench = {
  name: "forecast",
  summary:
    "seconds and MASE of ETS and Theta with a backtest on m4-hourly against statsforecast, of global trees, p99 of one series",
  needsData: true,
  async run(options) {
    const { data, full, only, runs } = options;
    const files = ["Hourly-train.csv", "Hourly-test.csv"].map((name) => join(data!, "m4-hourly", name)) as [
      string,
      string,
    ];
    const series: Data = { histories: seriesOf(files[0]), futures: seriesOf(files[1]) };
    const isWanted = (name: string) => only.length === 0 || only.includes(name);
    const compared: Record<string, { readonly ours: Side; readonly peer: Side }> = {};
    for (const [name, { forecaster, every }] of Object.entries(methods))
      if (isWanted(name)) compared[name] = await compare(name, forecaster, full ? 1 : every, files, series, options);
    const others = {
      ...(isWanted("global") ? { global: await global(series) } : {}),
      ...(isWanted("one-series") ? { "one-series": oneSeries(series) } : {}),
    };
    const all = Object.values(compared);
    const total = (side: "ours" | "peer", key: "seconds" | "cpuSeconds") =>
      all.reduce((sum, sides) => sum + sides[side][key], 0);
    return {
      name: "forecast",
      ours: all.length === 0 ? null : rounded(total("ours", "seconds"), 2),
      peer: all.length === 0 ? null : rounded(total("peer", "seconds"), 2),
      unit: `s for ${Object.keys(compared).join(" and ")}`,
      ratio: all.length === 0 ? null : rounded(total("peer", "seconds") / total("ours", "seconds"), 2),
      cpuRatio: all.length === 0 ? null : rounded(total("peer", "cpuSeconds") / total("ours", "cpuSeconds"), 2),
      runs,
      ok: all.length === 0 || all.some(({ ours, peer }) => ours.seconds <= peer.seconds && ours.mase <= peer.mase),
      note: [
        ...Object.entries(compared).map(
          ([name, { ours, peer }]) => `${name}: ours ${said(ours)}; statsforecast ${said(peer)}`,
        ),
        ...Object.entries(others).map(([name, figures]) => `${name}: ${JSON.stringify(figures)}`),
      ].join(". "),
      details: { ...compared, ...others },
    };
  },
};

const said = ({ seconds, cpuSeconds, mase, backtestMase }: Side) =>
  `${seconds} s, ${cpuSeconds} s CPU, MASE ${mase}, ${backtestMase} in the backtest`;

async function compare(
  name: string,
  forecaster: Forecaster,
  every: number,
  files: readonly string[],
  { histories, futures }: Data,
  { runs, say }: BenchOptions,
): Promise<{ readonly ours: Side; readonly peer: Side }> {
  const python = peerPython(say, "-forecast");
  const some: Data = {
    histories: histories.filter((_, i) => i % every === 0),
    futures: futures.filter((_, i) => i % every === 0),
  };
  runOurs(forecaster, { histories: some.histories.slice(0, 4), futures: some.futures.slice(0, 4) }); // warms the process up
  const ours: Side[] = [];
  const peers: Side[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(runOurs(forecaster, some));
    const command = [python, peerScript("forecast.py"), ...files, name, String(every), String(nOrigins)];
    const peer = await withScratch((cwd) => measure(command, { cwd, env: peerEnvironment }));
    peers.push(JSON.parse(peer.stdout) as Side);
    say(
      `${name}, ${some.histories.length} series: ours ${ours.at(-1)!.seconds.toFixed(2)} s, peer ${peers.at(-1)!.seconds.toFixed(2)} s`,
    );
  }
  return { ours: middle(ours), peer: middle(peers) };
}

function middle(sides: readonly Side[]): Side {
  const of = (key: keyof Side, digits: number) => rounded(median(sides.map((side) => side[key])), digits);
  return {
    seconds: of("seconds", 2),
    cpuSeconds: of("cpuSeconds", 2),
    mase: of("mase", 4),
    backtestMase: of("backtestMase", 4),
  };
}

// One thread; the peer has two processes.
function runOurs(forecaster: Forecaster, { histories, futures }: Data): Side {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const tested = histories.map((history) => {
    const origins = rollingOrigins(history.length, { horizon, nOrigins });
    return backtest(forecaster, history, { period, origins, horizon });
  });
  const ahead = histories.map((history) => forecaster.fit(history, { period }).forecast(horizon));
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const rolled = histories.flatMap((history, i) =>
    tested[i]!.map(({ origin, yTrue, yPred }) => ({ history: history.subarray(0, origin), period, yTrue, yPred })),
  );
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    mase: maseOf(histories.map((history, i) => ({ history, period, yTrue: futures[i]!, yPred: ahead[i]! }))),
    backtestMase: maseOf(rolled),
  };
}

const maseOf = (forecasts: readonly SeriesForecast[]) => meanOverSeries(forecasts.map(forecastMetrics.mase.of)).value!;

// Two threads.
async function global({ histories, futures }: Data) {
  const team = await loadKernelTeam("kernels", 2);
  const predictKernels = loadPredictKernels();
  const series = histories.map((values) => ({ values }));
  const startedAt = performance.now();
  const fitted = globalTrees({ horizon }).fit(series, {
    period,
    seed: 1,
    ...(team && { kernels: team.kernels }),
    ...(predictKernels && { predictKernels }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await team?.stop();
  const ahead = fitted.forecast(series, horizon);
  const mase = maseOf(histories.map((history, i) => ({ history, period, yTrue: futures[i]!, yPred: ahead[i]! })));
  const naive = histories.map((history) => seasonalNaive().fit(history, { period }).forecast(horizon));
  const naiveMase = maseOf(histories.map((history, i) => ({ history, period, yTrue: futures[i]!, yPred: naive[i]! })));
  return {
    rows: fitted.toJSON().nRows,
    seconds: rounded(seconds, 1),
    mase: rounded(mase, 4),
    seasonalNaive: rounded(naiveMase, 4),
  };
}

// p50 and p99 in milliseconds of what one request may need.
function oneSeries({ histories }: Data) {
  const fitted = histories
    .slice(0, 100)
    .map((history) =>
      loadForecaster(
        ets({ error: "additive", trend: "additive", season: "additive" }).fit(history, { period }).toJSON(),
      ),
    );
  const day = histories.map((history) => history.subarray(history.length - period));
  const predictKernels = loadPredictKernels();
  const series = histories.map((values) => ({ values }));
  const trees = globalTrees({ horizon, maxRows: 50_000 }).fit(series, { period, seed: 1 }).toJSON();
  const compiled = loadGlobalTrees(trees, predictKernels);
  return {
    "forecast of a fitted ETS": percentiles(5000, (i) => fitted[i % 100]!.forecast(horizon)),
    "a day's values, then the forecast": percentiles(5000, (i) =>
      fitted[i % 100]!.update(day[i % 100]!).forecast(horizon),
    ),
    "forecast by global trees": percentiles(2000, (i) => compiled.forecast([series[i % series.length]!], horizon)),
    "Theta fitted and forecast": percentiles(400, (i) => theta().fit(histories[i]!, { period }).forecast(horizon)),
    "ETS chosen, fitted and forecast": percentiles(200, (i) => ets().fit(histories[i]!, { period }).forecast(horizon)),
  };
}

function percentiles(n: number, work: (i: number) => unknown) {
  for (let i = 0; i < Math.min(n, 200); i++) work(i); // warms the process up
  const ms = Float64Array.from({ length: n }, (_, i) => {
    const at = performance.now();
    work(i);
    return performance.now() - at;
  }).sort();
  return { p50: rounded(ms[Math.floor(0.5 * n)]!, 3), p99: rounded(ms[Math.floor(0.99 * n)]!, 3) };
}

function seriesOf(file: string): Float64Array[] {
  const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [, ...cells] = line.split(",").map((text) => text.replaceAll('"', ""));
    return Float64Array.from(
      cells.filter((text) => text !== "" && text !== "NA"),
      Number,
    );
  });
}
