/* A newcomer's three commands on telco-churn: init, train, serve until the first answered prediction. */
import { join } from "node:path";
import { predictOnce, type Server, serveModel, stopServer, token } from "./server.ts";
import { type Bench, ensureBuilt, fettle, median, rounded, withScratch } from "./support.ts";

const goalSeconds = 60;

/** The bench `first-mile`. */
export const firstMile: Bench = {
  name: "first-mile",
  summary: "machine seconds of init, train and serve until the first answer, on telco-churn",
  needsData: true,
  async run({ data, runs, say }) {
    ensureBuilt();
    const totals: Record<"init" | "train" | "serve" | "total", number>[] = [];
    for (let run = 0; run < runs; run++)
      totals.push(await withScratch((folder) => walk(join(data!, "telco-churn/Telco-Customer-Churn.csv"), folder)));
    const middle = (key: "init" | "train" | "serve" | "total") => rounded(median(totals.map((one) => one[key])), 2);
    const total = middle("total");
    say(`init ${middle("init")} s, train ${middle("train")} s, serve and first answer ${middle("serve")} s`);
    return {
      name: "first-mile",
      ours: total,
      peer: null,
      unit: "s",
      ratio: null,
      cpuRatio: null,
      runs,
      note: `no peer: no other tool does the three in one; goal at most ${goalSeconds} s`,
      details: { init: middle("init"), train: middle("train"), serve: middle("serve") },
      ok: total <= goalSeconds,
    };
  },
};

async function walk(table: string, folder: string) {
  const init = await fettle(["init", "churn", "--data", table, "--target", "Churn"], folder);
  const train = await fettle(["train", "churn"], folder);
  const startedAt = performance.now();
  const server = await serveModel("churn", folder);
  try {
    const status = await predictOnce(server, await exampleOf(server));
    if (status !== 200) throw new Error(`the first request was answered with ${status}`);
  } finally {
    await stopServer(server);
  }
  const serve = (performance.now() - startedAt) / 1000;
  const [initSeconds, trainSeconds] = [init.wallSeconds, train.wallSeconds];
  return { init: initSeconds, train: trainSeconds, serve, total: initSeconds + trainSeconds + serve };
}

async function exampleOf({ port, path }: Server): Promise<unknown> {
  const url = `http://127.0.0.1:${port}${path.replace(/\/predict$/, "")}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { example: unknown }).example;
}
