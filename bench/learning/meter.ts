import { readFileSync } from "node:fs";
import { cpuSeconds } from "../server.ts";

/** Starts to watch the machine; the returned function gives the cores that processes other than `pids` and this one used since. */
export function startMeter(pids: readonly number[]): () => number {
  const startedAt = performance.now();
  const before = busySeconds() - ownSeconds(pids);
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    return Math.max(0, (busySeconds() - ownSeconds(pids) - before) / seconds);
  };
}

// Seconds of all cores so far that were not idle: user, nice, system, irq, softirq and what the host took.
function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync("/proc/stat", "utf8")
    .split("\n", 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

function ownSeconds(pids: readonly number[]): number {
  const { user, system } = process.cpuUsage();
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), (user + system) / 1e6);
}
