/*
 * Requests per second of one-row predict calls: `fettle serve` with a token and the prediction log, and an endpoint of FastAPI,
 * uvicorn and XGBoost that does the same work. Both servers stay up; rounds of load alternate between them.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { adultRows, initAdult, nTrees, trainAdultTrees } from "./adult.ts";
import { cpuSeconds, type Server, serveModel, stopServer, token } from "./server.ts";
import {
  type Bench,
  ensureBuilt,
  median,
  peerEnvironment,
  peerPython,
  peerScript,
  root,
  rounded,
  withScratch,
} from "./support.ts";

interface Round {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const connections = 16;
const roundSeconds = 5;
const goal = 5;

/** The bench `predict-online`. */
export const predictOnline: Bench = {
  name: "predict-online",
  summary: "one-row predictions per second over HTTP, against FastAPI and XGBoost",
  needsData: true,
  async run({ data, runs, say }) {
    ensureBuilt();
    const python = peerPython(say);
    return withScratch(async (folder) => {
      await initAdult(data!, folder);
      await trainAdultTrees(folder);
      const bodies = join(folder, "bodies.json");
      writeFileSync(bodies, JSON.stringify(adultRows(folder, 500).map((row) => ({ rows: [row] }))));
      const servers: Server[] = [];
      try {
        const ours = await serveModel("adult", folder);
        servers.push(ours);
        const peer = await startPeer(python, folder);
        servers.push(peer);
        const rounds: Record<"ours" | "peer", Round[]> = { ours: [], peer: [] };
        for (const server of servers) await loadServer(server, bodies, 2);
        for (let run = 0; run < runs; run++)
          for (const [name, server] of [["ours", ours] as const, ["peer", peer] as const]) {
            const round = await loadServer(server, bodies, roundSeconds);
            rounds[name].push(round);
            say(`${name}: ${JSON.stringify(round)}`);
          }
        return resultOf(rounds.ours, rounds.peer);
      } finally {
        await Promise.all(servers.map(stopServer));
      }
    });
  },
};

function resultOf(ours: readonly Round[], peer: readonly Round[]) {
  const middle = (rounds: readonly Round[], key: keyof Round) => median(rounds.map((round) => round[key]));
  const figures = (rounds: readonly Round[]) => ({
    p50Ms: middle(rounds, "p50Ms"),
    p99Ms: middle(rounds, "p99Ms"),
    cpuMicroseconds: middle(rounds, "cpuMicroseconds"),
  });
  const ratio = middle(ours, "perSecond") / middle(peer, "perSecond");
  return {
    name: "predict-online",
    ours: rounded(middle(ours, "perSecond"), 0),
    peer: rounded(middle(peer, "perSecond"), 0),
    unit: "requests/s",
    ratio: rounded(ratio, 2),
    cpuRatio: rounded(middle(peer, "cpuMicroseconds") / middle(ours, "cpuMicroseconds"), 2),
    runs: ours.length,
    note: `${connections} keep-alive connections, one row each, ${nTrees} trees, token, prediction log; goal ${goal} times the peer`,
    details: { ours: figures(ours), peer: figures(peer) },
    ok: ratio >= goal,
  };
}

async function startPeer(python: string, folder: string): Promise<Server> {
  const port = await freePort();
  const args = [join(folder, "train.csv"), String(port), token, join(folder, "peer.log"), String(nTrees)];
  const child = spawn(python, [peerScript("predict_server.py"), ...args], {
    env: { ...process.env, ...peerEnvironment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let waited = 0; !(await isUp()); waited += 200) {
    if (child.exitCode !== null || waited > 120_000) throw new Error("the FastAPI peer does not start");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { process: child, port, path: "/predict" };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

async function loadServer({ process: server, port, path }: Server, bodies: string, seconds: number): Promise<Round> {
  const cpuBefore = cpuSeconds(server.pid!);
  const load = JSON.stringify({ port, path, token, connections, seconds, bodies });
  const child = spawn(process.execPath, [join(root, "bench/load-generator.ts"), load], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  const got = JSON.parse(stdout) as {
    requests: number;
    failures: number;
    seconds: number;
    p50Ms: number;
    p99Ms: number;
  };
  if (got.failures > 0) throw new Error(`${got.failures} of ${got.requests} requests to ${path} failed`);
  const cpu = cpuSeconds(server.pid!) - cpuBefore;
  return {
    perSecond: rounded(got.requests / got.seconds, 0),
    cpuMicroseconds: rounded((cpu / got.requests) * 1e6, 1),
    p50Ms: rounded(got.p50Ms),
    p99Ms: rounded(got.p99Ms),
  };
}
