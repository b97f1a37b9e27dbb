import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { FettleError, nearestName } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import {
  type BuiltTarget,
  buildTarget,
  checkOrder,
  contractToSource,
  countQueries,
  detectPersonalData,
  groupCodes,
  inferContract,
  type LogicalType,
  type ReadOptions,
  type Schema,
  type SourceReader,
  type SourceReading,
  saysQueries,
} from "../../platform/data/index.ts";
import { defineModel, definitionToSource, type ModelDefinition } from "../../platform/training/index.ts";
import { isReadRight, textColumns, textSettings, typesOf } from "./init-texts.ts";
import type { Project } from "./project.ts";

/** What a new model is made from, whatever its task. */
export interface NewModel extends Omit<NewTableModel, "task"> {
  readonly task?: NonNullable<NewTableModel["task"]> | "recommendation" | "forecast" | "anomaly";
}

/** What a new model that answers rows of a table is made from. */
export interface NewTableModel {
  readonly data: readonly string[];
  readonly target: string;
  readonly test?: string;
  readonly positive?: string;
  /** `text`: a classification of texts, of two classes or more. */
  readonly task?: "binary" | "multiclass" | "regression" | "ranking" | "text";
  /** For the task `text`: its columns. Default: found. */
  readonly text?: readonly string[];
  /** Ranking: the column that says which rows are ordered together. */
  readonly query?: string;
  /** Recommendation: the columns of who and what. */
  readonly user?: string;
  readonly item?: string;
  /** Forecast: the column that tells series apart, steps to forecast, and steps of a season. */
  readonly series?: string;
  readonly horizon?: number;
  readonly season?: number;
  /** Anomaly detection: the column that says which rows are anomalous, and the share of rows to call so. */
  readonly label?: string;
  readonly share?: number;
  readonly time?: string;
  readonly group?: string;
  readonly ignore?: readonly string[];
  readonly weight?: string;
  readonly cost?: { readonly falsePositive: number; readonly falseNegative: number };
  /** Answers with intervals or sets at this level. */
  readonly conformal?: number;
  readonly header?: boolean;
  readonly separator?: string;
  readonly quote?: string;
  readonly encoding?: string;
  readonly missing?: readonly string[];
  readonly force?: boolean;
}

/** What was written and understood. */
export interface InitialisedModel {
  readonly model: string;
  /** Paths relative to the project folder. */
  readonly files: readonly string[];
  readonly nRows: number;
  readonly nColumns: number;
  readonly task: string;
  readonly target: string;
  readonly personalData: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Reads a table, understands the problem and writes `models/<model>.ts` with its contract beside it.
 * @param from folder that the paths in `asked` are relative to
 */
export async function initModel(
  project: Project,
  model: string,
  asked: NewTableModel,
  from: string,
  reader: SourceReader,
): Promise<InitialisedModel> {
  checkAsked(asked);
  const paths = asked.data.map((path) => resolve(from, path));
  const read = (options: ReadOptions) => reader.read(paths, { ...options, literalColumns: [asked.target] });
  const first = await read(readOptions(asked));
  const texts = asked.task === "text" ? textColumns(asked, first) : [];
  const options = { ...readOptions(asked), ...(texts.length === 0 ? {} : { types: typesOf(texts) }) };
  const reading = isReadRight(first, texts) ? first : await read(options);
  const definition = definitionOf(project, model, asked, from, options, reading, texts);
  const { table, schema } = reading;
  const targetAs = (task: NewTableModel["task"]) =>
    buildTarget(table, schema, {
      column: asked.target,
      ...(asked.positive === undefined ? {} : { positive: asked.positive }),
      ...(task === undefined || task === "text" ? {} : { task }),
    });
  const inferred = targetAs(asked.task);
  const target = asked.task === "text" && inferred.target.task === "regression" ? targetAs("multiclass") : inferred;
  const queries = asked.query === undefined ? [] : queryNotes(table, asked.query, target);
  const personalData = detectPersonalData(table, schema);
  const contract = inferContract(table, schema, personalData);
  const { task } = target.target;
  const files = writeModel(project, model, asked.force === true, {
    [`${model}.contract.ts`]: contractToSource(contract),
    [`${model}.ts`]: definitionToSource({ ...definition, task }, `./${model}.contract.ts`, table.nRows),
  });
  return {
    model,
    files,
    nRows: table.nRows,
    nColumns: table.nColumns,
    task,
    target: target.says,
    personalData: [...personalData.keys()],
    notes: [...readingNotes(reading), ...targetNotes(target.nMissing), ...target.notes, ...queries],
  };
}

// Throws QUERIES_EQUAL where no query has an order to learn.
function queryNotes(table: Table, query: string, { target, rows }: BuiltTarget): string[] {
  const { groups } = groupCodes(table.take(rows).column(query), rows.length);
  const queries = countQueries(groups, target.values);
  checkOrder(queries, "the data");
  return [saysQueries(queries)];
}

/**
 * Writes the modules of a new model into the project's `models` folder, and the project's own files where there are none. Returns the paths of the
 * modules relative to the project folder. Throws MODEL_EXISTS before the first byte is written.
 * @param modules text by file name
 */
export function writeModel(
  project: Project,
  model: string,
  force: boolean,
  modules: Readonly<Record<string, string>>,
): string[] {
  const sources = Object.entries(modules).map(([name, text]) => [join(project.modelsDir, name), text] as const);
  if (!force && sources.some(([path]) => existsSync(path)))
    throw new FettleError(
      "conflict",
      "MODEL_EXISTS",
      `Cannot write models/${model}.ts: it is there already, a new name is needed`,
      { hint: 'Add "--force" to replace it' },
    );
  for (const [path, text] of [...sources, ...projectFiles(project)]) writeWhole(path, text);
  return sources.map(([path]) => relative(project.root, path));
}

/** The error of an `init` that cannot be done as it was asked for. */
export function cannotInitialise(code: string, what: string, hint: string): FettleError {
  return new FettleError("invalid-input", code, `Cannot initialise the model: ${what}`, { hint });
}

function checkAsked(asked: NewTableModel): void {
  if (asked.target === "")
    throw cannotInitialise(
      "INIT_TARGET",
      "no target is named, a column is needed",
      "Add --target COLUMN; that of an svmlight file is called label",
    );
  const isRanking = asked.task === "ranking";
  if (isRanking && asked.query === undefined)
    throw cannotInitialise(
      "INIT_QUERY",
      "a ranking orders the rows of a query, the column that says which rows belong to one is needed",
      "Add --query COLUMN; that of an svmlight file is called query",
    );
  if (!isRanking && asked.query !== undefined)
    throw cannotInitialise("INIT_QUERY", "only a ranking has queries", "Add --task ranking, or leave out --query");
  if (asked.time !== undefined && asked.group !== undefined)
    throw cannotInitialise(
      "INIT_SPLIT",
      "a time and a group split are asked for, one is needed",
      "Leave out --time or --group",
    );
  if (asked.text !== undefined && asked.task !== "text")
    throw cannotInitialise("INIT_TEXT", "a text column is named, the task text is needed for it", "Add --task text");
}

/** What was said about how to read the files. */
export function readOptions({ header, separator, quote, encoding, missing }: NewTableModel): ReadOptions {
  const entries = Object.entries({ header, separator, quote, encoding, missing });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function definitionOf(
  project: Project,
  name: string,
  asked: NewTableModel,
  from: string,
  options: ReadOptions,
  { table, schema }: SourceReading,
  texts: readonly string[],
): ModelDefinition {
  const column = asked.time ?? asked.group;
  const named = [asked.target, asked.query, column, asked.weight, ...(asked.ignore ?? []), ...texts].filter(
    (known) => known !== undefined,
  );
  for (const wanted of named) checkColumn(wanted, table.names);
  checkKind(schema, "split by time along", asked.time, ["instant", "integer", "number"]);
  checkKind(schema, "weigh rows by", asked.weight, ["integer", "number"]);
  return defineModel({
    name,
    data: dataOf(project, asked, from, options),
    target: { column: asked.target, ...(asked.positive === undefined ? {} : { positive: asked.positive }) },
    ...(asked.task === undefined || asked.task === "text" ? {} : { task: asked.task }),
    ...(texts.length === 0 ? {} : textSettings(texts)),
    ...(asked.query === undefined ? {} : { query: asked.query }),
    ...(column === undefined ? {} : { split: { kind: asked.time === undefined ? "group" : "time", column } }),
    ...(asked.weight === undefined ? {} : { weight: asked.weight }),
    ...(asked.ignore === undefined ? {} : { ignore: asked.ignore }),
    ...evaluationOf(asked),
  });
}

/** The `data` of a definition: paths relative to the project folder where they lie in it. */
export function dataOf(
  project: Project,
  asked: Pick<NewTableModel, "data" | "test">,
  from: string,
  options: ReadOptions,
): ModelDefinition["data"] {
  const local = (path: string) => {
    const absolute = resolve(from, path);
    const inside = relative(project.root, absolute);
    return isAbsolute(inside) ? absolute : inside;
  };
  return {
    files: asked.data.map(local),
    ...(asked.test === undefined ? {} : { test: local(asked.test) }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

function evaluationOf({ cost, conformal }: NewModel): Pick<ModelDefinition, "evaluation"> {
  if (cost === undefined && conformal === undefined) return {};
  return {
    evaluation: {
      ...(cost === undefined ? {} : { cost }),
      ...(conformal === undefined ? {} : { conformal: { level: conformal } }),
    },
  };
}

/** Throws COLUMN_MISSING with the nearest name where a table has no such column. */
export function checkColumn(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const near = nearestName(name, names);
  throw new FettleError("not-found", "COLUMN_MISSING", `Cannot find column "${name}": the table has no such column`, {
    hint: near === undefined ? `Its columns are: ${names.slice(0, 20).join(", ")}` : `Did you mean "${near}"?`,
    facts: { column: name },
  });
}

/** Throws INIT_COLUMN_KIND where a column is of no type that its use needs. */
export function checkKind(
  schema: Schema,
  action: string,
  name: string | undefined,
  needed: readonly LogicalType[],
): void {
  const type = schema.find((column) => column.name === name)?.type;
  if (type === undefined || needed.includes(type)) return;
  throw new FettleError(
    "invalid-input",
    "INIT_COLUMN_KIND",
    `Cannot ${action} "${name}": it holds ${type} values, ${needed.join(" or ")} values are needed`,
  );
}

/** What a user should know about how the files were read. */
export function readingNotes({ notes, nRejected, rejected }: SourceReading): string[] {
  const first = rejected[0];
  if (first === undefined) return [...notes];
  return [
    ...notes,
    `${nRejected} rows could not be read, the first at ${first.file} line ${first.line}: ${first.reason}`,
  ];
}

const targetNotes = (nMissing: number) =>
  nMissing === 0 ? [] : [`${nMissing} rows have no target and will be left out`];

/** Makes a folder a project: writes those of its own files that are not there. */
export function startProject(project: Project): void {
  for (const [path, text] of projectFiles(project)) writeWhole(path, text);
}

// The project's own files: written once, never replaced.
function projectFiles({ root }: Project): [string, string][] {
  const config = [
    "import { defineConfig } from 'fettle';",
    "",
    "export default defineConfig({",
    "  models: 'models', // definitions",
    "  store: '.fettle', // ledger, objects, reports; keep it out of version control",
    "});",
    "",
  ].join("\n");
  const files: [string, string][] = [[join(root, "fettle.config.ts"), config]];
  if (!isAbove(root, "package.json"))
    files.push([join(root, "package.json"), `${JSON.stringify({ private: true, type: "module" }, null, 2)}\n`]);
  if (!isAbove(root, "tsconfig.json")) {
    const compilerOptions = {
      target: "es2024",
      module: "nodenext",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
    };
    files.push([join(root, "tsconfig.json"), `${JSON.stringify({ compilerOptions }, null, 2)}\n`]);
  }
  if (!existsSync(join(root, ".gitignore"))) files.push([join(root, ".gitignore"), ".fettle/\nnode_modules/\n"]);
  return files.filter(([path]) => !existsSync(path));
}

function isAbove(folder: string, name: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return true;
    if (dirname(at) === at) return false;
  }
}

// No reader ever sees a half-written definition.
function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
