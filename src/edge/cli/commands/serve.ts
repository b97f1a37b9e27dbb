import pc from "picocolors";
import type { Command, CommandIo } from "../command.ts";
import { listOption, textOption, wholeOption } from "../options.ts";
import type { RunningServer } from "../ports.ts";

export const serve: Command = {
  name: "serve",
  summary: "answer predictions over REST on loopback",
  args: [{ name: "[model]", says: "churn, or churn@1; all models where absent" }],
  options: [
    { flags: "--port <n>", says: "port to listen on; 0 takes a free one", standard: "4321" },
    { flags: "--host <address>", says: "address to listen on", standard: "127.0.0.1" },
    { flags: "--token <token>", says: "bearer token to ask for; a random one is printed where absent" },
    { flags: "--no-auth", says: "ask for no token; only on loopback" },
    { flags: "--sync", says: "answer only after the prediction record is on disk" },
    { flags: "--allow-host <names...>", says: "further names that the Host header may have" },
  ],
  example: "fettle serve churn --port 4321",
  async run(io, args, options) {
    const app = await io.openApp(io.cwd);
    try {
      const server = await app.serve({
        models: args,
        host: textOption(options, "host") ?? "127.0.0.1",
        port: wholeOption(options, "port", 0, 65535) ?? 4321,
        auth: options.auth !== false,
        sync: options.sync === true,
        allowHost: listOption(options, "allowHost") ?? [],
        ...(typeof options.token === "string" ? { token: options.token } : {}),
      });
      for (const line of serverLines(server)) io.note(line);
      await aborted(io);
      io.note("finishing requests …");
      await server.stop();
      return {
        json: {
          url: server.url,
          models: server.models.map(({ model, version }) => ({ model, version })),
          stopped: true,
        },
        text: "",
      };
    } finally {
      await app.close();
    }
  },
};

/** What a person needs to call a server: the address, the models, one ready curl line. */
export function serverLines(server: RunningServer): string[] {
  const auth = server.token === null ? "" : ` -H 'Authorization: Bearer ${server.token}'`;
  const first = server.models[0];
  const body = first ? JSON.stringify({ rows: [first.example] }).replaceAll("'", String.raw`'\''`) : "";
  return [
    `${pc.green("ready")}  ${pc.bold(server.url)}  docs at ${server.url}/docs`,
    ...server.models.map(({ model, version }) => `  ${model}@${version}  POST /v1/models/${model}/predict`),
    server.token === null
      ? pc.yellow("  no token is asked for: everybody on this machine can call it")
      : `  token, shown once: ${server.token}`,
    ...(first
      ? [
          "",
          `curl -s ${server.url}/v1/models/${first.model}/predict${auth} -H 'content-type: application/json' -d '${body}'`,
        ]
      : []),
  ];
}

function aborted({ signal }: CommandIo): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
