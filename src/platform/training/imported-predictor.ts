import { FettleError, nearestName } from "../../lib/index.ts";
import { type ImportedFeature, importLightgbm, importXgboost } from "../../ml/interchange/index.ts";
import type { GbdtData } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { PredictorData, SignatureInput } from "../capsule/index.ts";
import type { Step } from "../features/index.ts";
import type { LossName } from "./definition-names.ts";
import type { ImportDefinition } from "./import-definition.ts";

/** A model that was trained elsewhere, ready to answer here. */
export interface ImportedPredictor {
  readonly data: PredictorData;
  /** What it was trained for: decides its metric. */
  readonly loss: { readonly kind: LossName; readonly quantiles?: readonly number[] };
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}

const readers = { xgboost: importXgboost, lightgbm: importLightgbm } as const;

/**
 * A predictor from the bytes of a model file: each feature is a column of its name. Category columns are texts, or numbers where the levels are.
 * Throws IMPORT_FEATURES, IMPORT_LEVELS, IMPORT_CLASSES and the errors of the reader.
 */
export function importedPredictor(definition: ImportDefinition, bytes: Uint8Array): ImportedPredictor {
  const { data, features, outputs, nClasses, notes } = readers[definition.imported.library](bytes);
  const columns = namedColumns(features, definition);
  const featureNames = columns.map(({ name }) => name);
  return {
    data: {
      features: {
        inputs: columns.map(({ name, type }) => ({ name, type })),
        steps: columns.map(({ step }) => step),
      },
      model: { ...data, featureNames },
      calibrator: null,
      signature: {
        inputs: columns.map(({ name, type }) => ({ name, type })),
        task: data.task,
        classes: classNames(definition, nClasses),
        outputs,
        threshold: data.task === "binary" ? 0.5 : null,
      },
    },
    loss: lossOf(data, outputs),
    notes,
  };
}

interface Column {
  readonly name: string;
  readonly type: SignatureInput["type"];
  readonly step: Step;
}

function namedColumns(
  features: readonly ImportedFeature[],
  { features: asked, levels = {} }: ImportDefinition,
): Column[] {
  const names = asked ?? features.map(({ name }) => name);
  if (names.length !== features.length || new Set(names).size < names.length)
    throw new FettleError(
      "invalid-input",
      "IMPORT_FEATURES",
      `Cannot import the model: ${new Set(names).size} different columns are named for its features, ${features.length} are needed`,
      { hint: "Name one column for each feature, in the order in which the model was trained" },
    );
  const unknown = Object.keys(levels).find((name) => !names.includes(name));
  if (unknown !== undefined) throw levelsRefused(unknown, "the model has no such category", near(unknown, names));
  return features.map((feature, input) => columnOf(feature, names[input]!, input, levels));
}

function columnOf(
  feature: ImportedFeature,
  name: string,
  input: number,
  given: ImportDefinition["levels"] & {},
): Column {
  const mine = Object.hasOwn(given, name) ? given[name] : undefined;
  if (feature.kind === "number") {
    if (mine !== undefined) throw levelsRefused(name, "the model takes it as a number");
    const zero = feature.zeroIsMissing ? { zeroIsMissing: true as const } : {};
    return { name, type: "number", step: { op: "number", input, ...zero } };
  }
  const levels = mine?.map(String) ?? feature.levels;
  if (levels === null)
    throw levelsRefused(name, "the file does not hold its levels", `Give them in the order of their codes: --levels`);
  if (levels.length < feature.nCodes || new Set(levels).size < levels.length)
    throw levelsRefused(
      name,
      `${new Set(levels).size} different levels are given, at least ${feature.nCodes} are needed`,
    );
  const areNumbers = mine === undefined ? feature.levelsAreNumbers : mine.every((level) => typeof level === "number");
  return { name, type: areNumbers ? "number" : "category", step: { op: "levels", input, levels } };
}

function near(name: string, names: readonly string[]): string | undefined {
  const found = nearestName(name, names);
  return found === undefined ? undefined : `Did you mean "${found}"?`;
}

function levelsRefused(name: string, why: string, hint?: string): FettleError {
  return new FettleError(
    "invalid-input",
    "IMPORT_LEVELS",
    `Cannot import the model: levels of "${name}": ${why}`,
    hint === undefined ? {} : { hint },
  );
}

function classNames({ classes }: ImportDefinition, nClasses: number): readonly string[] {
  const names = classes ?? Array.from({ length: nClasses }, (_, k) => String(k));
  if (names.length === nClasses && new Set(names).size === nClasses) return names;
  throw new FettleError(
    "invalid-input",
    "IMPORT_CLASSES",
    `Cannot import the model: ${names.length} classes are named, ${nClasses} different ones are needed`,
    { hint: "Name them in the order of the model's classes; for two the positive one is the second" },
  );
}

// Objectives that have a counterpart here; the others are measured by squared error.
const losses = {
  absolute: ["reg:absoluteerror", "regression_l1", "mape"],
  poisson: ["count:poisson", "poisson"],
  gamma: ["reg:gamma", "gamma"],
} as const;

function lossOf({ task, loss: objective }: GbdtData, outputs: readonly string[]): ImportedPredictor["loss"] {
  if (task === "ranking") return { kind: "lambdarank" };
  if (outputs[0]?.startsWith("q")) return { kind: "quantile", quantiles: outputs.map((name) => Number(name.slice(1))) };
  const kinds = Object.keys(losses) as (keyof typeof losses)[];
  return { kind: kinds.find((kind) => losses[kind].some((name) => name === objective)) ?? "squared" };
}

/** Refuses rows that lack a column of the model: IMPORT_COLUMNS, with the nearest name. */
export function checkColumns({ data }: ImportedPredictor, table: Table): void {
  const absent = data.signature.inputs.filter(({ name }) => !table.has(name)).map(({ name }) => name);
  if (absent.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "IMPORT_COLUMNS",
    `Cannot import the model: the rows lack ${absent.length} of its ${data.signature.inputs.length} columns, all are needed`,
    {
      hint:
        near(absent[0]!, table.names) ?? `Absent: ${absent.slice(0, 5).join(", ")}; --features names columns by place`,
      facts: { absent: absent.slice(0, 20) },
    },
  );
}
