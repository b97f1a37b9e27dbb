import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { customers, scratchFolder } from "../support.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
// The Node that runs the tests comes first, also for what npm starts.
const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
const env = { ...process.env, PATH: path, NO_COLOR: "1" };

/** Commands of the README's `sh` blocks, but those that are about the clone. */
function readmeCommands(): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  return [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter((line) => line.startsWith("npx fettle")),
  );
}

test("the packed tarball installs in an empty folder, and the README's commands run there", async (context) => {
  const folder = scratchFolder(context);
  const packed = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: root,
    env,
  });
  const tarball = packed.stdout.trim().split("\n").at(-1)!;
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", join(folder, tarball)], {
    cwd: folder,
    env,
  });

  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const bin = join(folder, "node_modules", ".bin", "fettle");
  const fettle = (...args: string[]) => run(bin, args, { cwd: folder, env });
  assert.equal((await fettle("--version")).stdout.trim(), manifest.version);

  const csv = customers().replace(/,churn\n/, ",Churn\n");
  writeFileSync(join(folder, "customers.csv"), csv);
  writeFileSync(join(folder, "new.csv"), csv);
  const commands = readmeCommands();
  assert.ok(commands.length >= 8, commands.join("\n"));
  for (const command of commands) {
    const args = command.split(/\s+/).slice(2);
    if (args[0] === "demo") continue; // its table is a development dependency
    if (args[0] === "serve") await serveAndStop(context, bin, folder);
    else await fettle(...args);
  }
  const types = await run(bin, ["export", "churn@1", "--out", "m.mjs"], { cwd: folder, env });
  assert.match(types.stdout, /m\.mjs, m\.d\.mts/);
  const answer = await run(
    process.execPath,
    ["-e", "import('./m.mjs').then((m) => console.log(typeof m.predict, m.signature.task))"],
    { cwd: folder, env },
  );
  assert.equal(answer.stdout.trim(), "function binary");
  // The SDK door resolves from the installed package.
  const door = await run(
    process.execPath,
    [
      "-e",
      "import('fettle').then(async (f) => console.log(typeof f.defineModel, typeof (await import('fettle/client')).createClient))",
    ],
    { cwd: folder, env },
  );
  assert.equal(door.stdout.trim(), "function function");
});

async function serveAndStop(context: { after(done: () => void): void }, bin: string, folder: string): Promise<void> {
  const server: ChildProcess = spawn(bin, ["serve", "--port", "0"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  context.after(() => server.kill("SIGKILL"));
  let said = "";
  for await (const chunk of server.stderr!) {
    said += String(chunk);
    if (/\ncurl .*'\n/.test(said)) break;
  }
  const url = /http:\/\/[\d.:]+/.exec(said)![0];
  const token = /Bearer ([\w-]+)/.exec(said)![1]!;
  const body = / -d '(.*)'/.exec(said)![1]!;
  const answer = await fetch(`${url}/v1/models/churn/predict`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
  });
  assert.equal(answer.status, 200);
  assert.equal((await fetch(`${url}/v1/models`)).status, 401);
  assert.equal((await fetch(`${url}/health/ready`)).status, 200);
  assert.match(await (await fetch(`${url}/docs`)).text(), /swagger/i);
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
}
