// `fettle serve` as a child process of a bench.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fettleCommand } from "./support.ts";

/** A server under load. */
export interface Server {
  readonly process: ChildProcess;
  readonly port: number;
  readonly path: string;
}

/** The token that callers of the benches' servers send. */
export const token = "bench-token-of-loopback";

/** Starts `fettle serve MODEL` on a free port; resolves when it says that it is ready. */
export async function serveModel(model: string, folder: string, extra: readonly string[] = []): Promise<Server> {
  const [command = "", ...args] = fettleCommand(["serve", model, "--port", "0", "--token", token]);
  const child = spawn(command, [...extra, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const port = await new Promise<number>((resolve, reject) => {
    let said = "";
    const read = (chunk: Buffer) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
      if (found) resolve(Number(found[1]));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(`fettle serve ended: ${said}`)));
  });
  return { process: child, port, path: `/v1/models/${model}/predict` };
}

/** Ends a server and waits for its end. */
export async function stopServer({ process: server }: Server): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
}

/** User and system seconds of all threads of a process so far: fields 14 and 15 of /proc/PID/stat, in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Sends one row and gives the status of the answer. */
export async function predictOnce({ port, path }: Server, row: unknown): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ rows: [row] }),
  });
  return status;
}
