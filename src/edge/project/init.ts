import type { SourceReader } from "../../platform/data/index.ts";
import { checkModelName } from "../../platform/registry/index.ts";
import { cannotInitialise, type InitialisedModel, initModel, type NewModel, type NewTableModel } from "./init-model.ts";
import type { Project } from "./project.ts";

type Option = Exclude<keyof NewTableModel, "task">;

/** What every task takes: the files, and how to read them. */
const reading: readonly Option[] = ["data", "force", "header", "separator", "quote", "encoding", "missing"];

/** What the tasks take beside, and how they are called where they do not take something; the first stands for all that answer rows of a table. */
const tasks: Readonly<Record<string, { readonly noun: string; readonly takes: readonly Option[] }>> = {
  table: {
    noun: "a model that predicts a target",
    takes: [
      ...(["target", "test", "positive", "text", "query", "time", "group", "ignore"] as const),
      ...(["weight", "cost", "conformal"] as const),
    ],
  },
  recommendation: { noun: "a recommender", takes: ["test", "user", "item", "time", "weight", "positive"] },
  forecast: { noun: "a forecast", takes: ["target", "time", "series", "horizon", "season"] },
  anomaly: {
    noun: "a detector",
    takes: ["target", "label", "share", "positive", "test", "time", "group", "ignore", "cost"],
  },
};

/**
 * Reads a table, understands the problem and writes the modules of a new model of any task; the project's own files only where there are none. Everything is
 * checked before the first byte is written. Throws INIT_OPTION for an option that the task has no use for, INIT_DATA, MODEL_EXISTS, and what the task says.
 * @param from folder that the paths in `asked` are relative to
 */
export async function initAny(
  project: Project,
  model: string,
  { task, ...asked }: NewModel,
  from: string,
  reader: SourceReader,
): Promise<InitialisedModel> {
  checkModelName(model);
  checkOptions(asked, task);
  const rest = [project, model, asked, from, reader] as const;
  // What one task needs is loaded with it.
  switch (task) {
    case "recommendation":
      return (await import("./init-recommender.ts")).initRecommender(...rest);
    case "forecast":
      return (await import("./init-forecast.ts")).initForecast(...rest);
    case "anomaly":
      return (await import("./init-detector.ts")).initDetector(...rest);
    default:
      return initModel(project, model, task === undefined ? asked : { ...asked, task }, from, reader);
  }
}

// An option that does nothing is a misunderstanding: it is said, not ignored.
function checkOptions(asked: Omit<NewTableModel, "task">, task: NewModel["task"]): void {
  if (asked.data.length === 0)
    throw cannotInitialise("INIT_DATA", "no data is named, a file is needed", "Add --data FILE");
  const own = tasks[task ?? ""] ?? tasks.table!;
  const unused = (Object.keys(asked) as Option[]).find(
    (option) =>
      !reading.includes(option) && !own.takes.includes(option) && asked[option] !== undefined && asked[option] !== "",
  );
  if (unused === undefined) return;
  const [other] = Object.keys(tasks).filter((name) => name !== "table" && tasks[name]!.takes.includes(unused));
  const hint =
    own === tasks.table && other !== undefined
      ? `Add --task ${other}, or leave out --${unused}`
      : `Leave out --${unused}`;
  throw cannotInitialise("INIT_OPTION", `${own.noun} has no ${unused}`, hint);
}
