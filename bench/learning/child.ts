// A process that stays up and answers requests: one JSON object a line each way, one request at a time.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { peerEnvironment, peerPython, peerScript, root } from "../support.ts";

/** What a child was asked for and cannot do: the bench gives no figure and this reason. */
export class Unavailable extends Error {}

/** A process that answers requests. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Throws {@link Unavailable} where the answer says so. */
  ask<T>(request: Readonly<Record<string, unknown>>): Promise<T>;
  close(): Promise<void>;
}

/** Starts our engine. */
export const startEngine = (): Child =>
  startChild("fettle", [process.execPath, "--expose-gc", "--no-warnings", `${root}bench/engine-child.ts`]);

/** Starts the peers' Python. */
export const startPeers = (say: (line: string) => void): Child =>
  startChild("peers", [peerPython(say), peerScript("engines.py")]);

/** Starts a process that answers requests. */
export function startChild(name: string, [program = "", ...args]: readonly string[]): Child {
  const child = spawn(program, args, { env: { ...process.env, ...peerEnvironment }, stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr = `${stderr}${chunk}`.slice(-4000);
  });
  child.stdin.on("error", () => undefined); // the end of the process says it better
  let waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | null = null;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) waiting?.resolve(line); // libraries may print warnings
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void ended.then(() => waiting?.reject(new Error(`${name} ended: ${stderr}`)));
  return {
    name,
    pid: child.pid!,
    async ask<T>(request: Readonly<Record<string, unknown>>): Promise<T> {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${stderr}`);
      const line = await new Promise<string>((resolve, reject) => {
        waiting = { resolve, reject };
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      const answer = JSON.parse(line) as T & { unavailable?: string; error?: string };
      if (answer.unavailable !== undefined) throw new Unavailable(answer.unavailable);
      if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
      return answer;
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}
