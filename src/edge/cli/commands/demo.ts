import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { FettleError } from "../../../lib/index.ts";
import { createClient, type Prediction, type Row } from "../../client/index.ts";
import type { NewModel } from "../../project/index.ts";
import type { Command, CommandIo } from "../command.ts";
import { choiceOption } from "../options.ts";
import type { ProjectApp } from "../ports.ts";
import { trainSummary } from "../train-summary.ts";
import { liveProgress, trainJson } from "./train.ts";

interface Example {
  readonly model: string;
  readonly file: string;
  readonly problem: string;
  readonly options: Omit<NewModel, "data" | "force">;
}

const examples: Readonly<Record<string, Example>> = {
  birdstrikes: {
    model: "birdstrikes",
    file: "birdstrikes.csv",
    problem: "Will a bird strike damage the aircraft?",
    options: { target: "Effect Amount of damage", positive: "!=None" },
  },
  flights: {
    model: "flights",
    file: "flights-20k.json",
    problem: "Will a flight be 15 minutes late? Trained on the past, tested on the latest flights.",
    options: { target: "delay", positive: ">=15", time: "date" },
  },
};

export const demo: Command = {
  name: "demo",
  summary: "the whole first mile on a real table: contract, leakage, training, report, one served call",
  args: [],
  options: [{ flags: "--example <name>", says: "birdstrikes or flights", standard: "birdstrikes" }],
  example: "fettle demo --example flights",
  async run(io, _args, options) {
    const example = examples[choiceOption(options, "example", Object.keys(examples)) ?? "birdstrikes"]!;
    const folder = join(io.cwd, "playground", "demo");
    mkdirSync(folder, { recursive: true });
    const file = relative(folder, dataFile(io.cwd, example.file));
    const app = await io.openApp(folder, { create: true });
    try {
      io.note(`${pc.bold(example.problem)}`);
      const initialised = await app.init(example.model, { ...example.options, data: [file], force: true });
      io.note(pc.dim(`wrote ${initialised.files.map((path) => relative(io.cwd, join(folder, path))).join(", ")}`));
      for (const note of initialised.notes) io.note(pc.dim(`  · ${note}`));
    } finally {
      await app.close();
    }
    // Opened again: now there is a project with settings of its own.
    const project = await io.openApp(folder);
    try {
      const trained = await project.train(example.model, {}, liveProgress(io));
      const call = await serveOnce(io, project, `${example.model}@${trained.version.version}`);
      return {
        json: { ...(trainJson(trained) as object), served: call },
        text: [trainSummary(trained), "", ...callLines(call), "", ...nextLines(io.cwd, folder, example.model)].join(
          "\n",
        ),
      };
    } finally {
      await project.close();
    }
  },
};

interface Call {
  readonly url: string;
  readonly request: Row;
  readonly prediction: Prediction;
}

async function serveOnce(io: CommandIo, app: ProjectApp, reference: string): Promise<Call> {
  const server = await app.serve({
    models: [reference],
    host: "127.0.0.1",
    port: 0,
    auth: true,
    sync: false,
    allowHost: [],
  });
  try {
    io.signal.throwIfAborted();
    const { model, example } = server.models[0]!;
    const client = createClient({ url: server.url, ...(server.token === null ? {} : { token: server.token }) });
    const request = example as Row;
    const { predictions } = await client.predict(model, [request]);
    return { url: `${server.url}/v1/models/${model}/predict`, request, prediction: predictions[0]! };
  } finally {
    await server.stop();
  }
}

function callLines({ url, request, prediction }: Call): string[] {
  const shown = Object.entries(request)
    .slice(0, 4)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
  const answer =
    "label" in prediction
      ? `${prediction.label} (probability ${prediction.probability.toFixed(3)})`
      : String(prediction.value);
  return [`served and called once: POST ${url}`, pc.dim(`  {${shown}, …}`), `  ${pc.green("→")} ${answer}`];
}

function nextLines(cwd: string, folder: string, model: string): string[] {
  return [
    pc.dim("go on from here:"),
    `  cd ${relative(cwd, folder)}`,
    `  npx fettle show ${model}    npx fettle verify ${model}    npx fettle serve    npx fettle doctor`,
  ];
}

// The tables lie in the npm package vega-datasets, a development dependency; its exports hide its files, so it is found by its folder.
function dataFile(cwd: string, name: string): string {
  for (const start of [cwd, fileURLToPath(new URL(".", import.meta.url))])
    for (let at = resolve(start); ; at = dirname(at)) {
      const path = join(at, "node_modules", "vega-datasets", "data", name);
      if (existsSync(path)) return path;
      if (dirname(at) === at) break;
    }
  throw new FettleError(
    "not-found",
    "DEMO_DATA",
    `Cannot run the demo: ${name} is not here, the package vega-datasets is needed`,
    {
      hint: "npm install --save-dev vega-datasets",
    },
  );
}
