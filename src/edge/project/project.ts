import { existsSync, readdirSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { FettleError, nearestName } from "../../lib/index.ts";
import { checkModelName } from "../../platform/registry/index.ts";
import { type AnyDefinition, defineConfig, type ProjectConfig } from "../../platform/training/index.ts";

/** A project folder: where its definitions and its store lie. */
export interface Project {
  readonly root: string;
  readonly modelsDir: string;
  readonly storeDir: string;
}

/** Loads a user's module and returns its default export as data. */
export type LoadModule = (path: string) => Promise<unknown>;

const configName = "fettle.config.ts";

/**
 * The project that a folder belongs to: the nearest folder above with a `fettle.config.ts`.
 * Throws PROJECT_MISSING, unless `create` allows a folder that is none yet.
 */
export async function openProject(folder: string, load: LoadModule, create = false): Promise<Project> {
  const found = nearestWith(folder, configName);
  if (found === null && !create)
    throw new FettleError("not-found", "PROJECT_MISSING", `Cannot find a project: no ${configName} here or above`, {
      hint: 'Start one with "fettle init <model> --data FILE --target COLUMN"',
    });
  const root = found ?? resolve(folder);
  const config: ProjectConfig =
    found === null ? {} : defineConfig((await load(join(root, configName))) as ProjectConfig);
  return { root, modelsDir: join(root, config.models ?? "models"), storeDir: join(root, config.store ?? ".fettle") };
}

function nearestWith(folder: string, name: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (dirname(at) === at) return null;
  }
}

/** The definition of a model of this project, checked. Throws MODEL_UNDEFINED with the nearest name, DEFINITION_… for its faults. */
export async function loadDefinition(project: Project, model: string, load: LoadModule): Promise<AnyDefinition> {
  checkModelName(model);
  const path = join(project.modelsDir, `${model}.ts`);
  if (!existsSync(path)) throw undefinedModel(project, model);
  const { defineAny } = await import("../../platform/pipelines/index.ts"); // every task, which most commands do not need
  const definition = defineAny((await load(path)) as AnyDefinition);
  if (definition.name === model) return definition;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_NAME",
    `Cannot use models/${model}.ts: it defines "${definition.name}", the name of its file is needed`,
  );
}

function undefinedModel(project: Project, model: string): FettleError {
  const names = definedModels(project);
  const near = nearestName(model, names);
  return new FettleError(
    "not-found",
    "MODEL_UNDEFINED",
    `Cannot find models/${model}.ts: this project does not define it`,
    {
      hint:
        near !== undefined
          ? `Did you mean "${near}"?`
          : names.length > 0
            ? `There are: ${names.join(", ")}`
            : `Run "fettle init ${model} --data FILE --target COLUMN" first`,
    },
  );
}

/** Names of the models that a project defines. */
export function definedModels({ modelsDir }: Project): string[] {
  if (!existsSync(modelsDir)) return [];
  return readdirSync(modelsDir)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".contract.ts"))
    .map((name) => name.slice(0, -3))
    .sort();
}

/** A path of a definition as an absolute one: relative paths start at the project folder. */
export function resolveIn({ root }: Project): (path: string) => string {
  return (path) => (isAbsolute(path) ? path : join(root, path));
}
