export { allCommands, type CliHost, runCli } from "./cli.ts";
export type { Command } from "./command.ts";
export type {
  ImportRequest,
  OpenApp,
  ProjectApp,
  QuantisedExport,
  RunningServer,
  ScoreResult,
  ServeOptions,
  ShownVersion,
  TrainOverrides,
} from "./ports.ts";
