import { canonicalJson, FettleError, hashOf, type Sha256, sha256 } from "../../lib/index.ts";
import type { PredictKernels } from "../../ml/learners/index.ts";
import type { ObjectStore } from "../data/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import { type Golden, replayGolden } from "./golden.ts";
import { loadPredictor, type Predictor, type PredictorData } from "./predictor.ts";
import {
  openTaskModel,
  replayTaskGolden,
  type TaskGolden,
  type TaskKernels,
  type TaskModel,
  type TaskPredictorData,
} from "./task-model.ts";

interface CapsuleFacts {
  readonly name: string;
  /** Null where the model came from elsewhere and no target was given to measure it on. */
  readonly evaluation: Evaluation | null;
  readonly lineage: Lineage;
}

/** A capsule that answers rows of a table. */
export interface Capsule extends CapsuleFacts, PredictorData {
  readonly golden: Golden;
}

/** A capsule that answers the requests of a task of its own. */
export interface TaskCapsule extends CapsuleFacts, TaskPredictorData {
  readonly golden: TaskGolden;
}

/** A trained model as data only: no code inside, ever. */
export type AnyCapsule = Capsule | TaskCapsule;

/** Whether a capsule answers the requests of a task of its own. */
export function isTaskCapsule(capsule: AnyCapsule): capsule is TaskCapsule {
  return capsule.features === null;
}

/** The capsule, where it answers rows of a table. Throws CAPSULE_NOT_TABLE; `action` says what cannot be done. */
export function asTableCapsule(capsule: AnyCapsule, action: string): Capsule {
  if (!isTaskCapsule(capsule)) return capsule;
  throw new FettleError(
    "invalid-input",
    "CAPSULE_NOT_TABLE",
    `Cannot ${action}: "${capsule.name}" is a ${capsule.signature.task} model, one that answers rows of a table is needed`,
  );
}

/** Where a model came from; part of its identity, so it holds no times and no machine facts. */
export interface Lineage {
  /** The rows it was trained on; null where it was trained elsewhere. */
  readonly snapshot: Sha256 | null;
  readonly definition: Sha256;
  readonly seed: number;
  /** The file of a model that was trained elsewhere. */
  readonly imported?: ImportedFile;
}

/** A model file of another library. */
export interface ImportedFile {
  readonly library: "xgboost" | "lightgbm";
  readonly sha256: Sha256;
}

/** The parts of a capsule that are stored as objects of their own. */
export const capsuleParts = ["features", "model", "calibrator", "signature", "evaluation", "golden"] as const;

/** The list of a capsule's parts by hash. Its own hash is the capsule's id. */
export interface CapsuleManifest {
  readonly format: "fettle-capsule/1";
  readonly model: string;
  readonly parts: Readonly<Record<(typeof capsuleParts)[number], Sha256>>;
  readonly lineage: Lineage;
}

/** The manifest of a capsule: equal models have equal manifests. */
export function manifestOf(capsule: AnyCapsule): CapsuleManifest {
  const parts = Object.fromEntries(
    capsuleParts.map((part) => [part, hashOf(capsule[part])]),
  ) as CapsuleManifest["parts"];
  return { format: "fettle-capsule/1", model: capsule.name, parts, lineage: capsule.lineage };
}

/** Stores the parts, then the manifest, and returns the manifest's hash. */
export async function saveCapsule(store: ObjectStore, capsule: AnyCapsule): Promise<Sha256> {
  const encoder = new TextEncoder();
  for (const part of capsuleParts) await store.put(encoder.encode(canonicalJson(capsule[part])));
  return store.put(encoder.encode(canonicalJson(manifestOf(capsule))));
}

/** Reads a capsule; every byte is verified against its hash. */
export async function loadCapsule(store: ObjectStore, id: Sha256): Promise<AnyCapsule> {
  const manifest = parseJson(await store.get(id)) as CapsuleManifest | null;
  if (manifest?.format !== "fettle-capsule/1")
    throw new FettleError(
      "damaged",
      "CAPSULE_FORMAT",
      'Cannot read the capsule: its format is unknown, "fettle-capsule/1" is needed',
      {
        hint: "Use the version of fettle that made it",
      },
    );
  const parts = await Promise.all(
    capsuleParts.map(async (part) => [part, parseJson(await store.get(manifest.parts[part]))]),
  );
  return { ...Object.fromEntries(parts), name: manifest.model, lineage: manifest.lineage } as AnyCapsule;
}

/** A task's model whose golden requests have just been replayed. */
export function openTaskCapsule(capsule: TaskCapsule, kernels?: TaskKernels): TaskModel {
  const model = openTaskModel(capsule, kernels);
  replayTaskGolden(model, capsule.golden);
  return model;
}

/** A predictor whose golden rows have just been replayed: the only way in which a capsule may answer traffic. */
export function openCapsule(capsule: Capsule, kernels?: PredictKernels): Predictor {
  const predictor = loadPredictor(capsule, kernels);
  replayGolden(predictor, capsule.golden);
  return predictor;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new FettleError(
      "damaged",
      "CAPSULE_JSON",
      "Cannot read the capsule: a part is no JSON, canonical JSON is needed",
      {
        facts: { sha256: sha256(bytes) },
        cause,
      },
    );
  }
}
