/*
 * A bounded load generator for one loopback address: keep-alive connections, each with one request under way, bytes made once.
 *
 *     node bench/load-generator.ts '{"port":4321,"path":"/predict","token":"…","connections":16,"seconds":5,"bodies":"bodies.json"}'
 *
 * Prints one JSON object: requests, failures (answers other than 200), seconds, p50Ms, p99Ms.
 */
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";

interface Load {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** A JSON file: a list of request bodies. */
  readonly bodies: string;
}

const load = JSON.parse(process.argv[2]!) as Load;
const requests = (JSON.parse(readFileSync(load.bodies, "utf8")) as unknown[]).map((body) => {
  const bytes = Buffer.from(JSON.stringify(body));
  const head = [
    `POST ${load.path} HTTP/1.1`,
    `Host: 127.0.0.1:${load.port}`,
    `Authorization: Bearer ${load.token}`,
    "Content-Type: application/json",
    `Content-Length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), bytes]);
});

const latencies: number[] = [];
let failures = 0;
const startedAt = performance.now();
const endsAt = startedAt + load.seconds * 1000;

function connection(first: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = first;
    let sentAt = 0;
    let held = "";
    const socket = createConnection({ port: load.port, host: "127.0.0.1", noDelay: true });
    const send = () => {
      if (performance.now() >= endsAt) {
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(requests[next++ % requests.length]!);
    };
    socket.setEncoding("latin1");
    socket.once("connect", send);
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      held += chunk;
      const headEnd = held.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(held)?.[1] ?? 0);
      if (held.length < headEnd + 4 + length) return;
      if (!held.startsWith("HTTP/1.1 200")) failures++;
      latencies.push(performance.now() - sentAt);
      held = "";
      send();
    });
  });
}

await Promise.all(Array.from({ length: load.connections }, (_, i) => connection(i * 7)));
const seconds = (performance.now() - startedAt) / 1000;
const sorted = Float64Array.from(latencies).sort();
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
console.log(JSON.stringify({ requests: sorted.length, failures, seconds, p50Ms: at(0.5), p99Ms: at(0.99) }));
