import { FettleError, nearestName } from "../../lib/index.ts";
import type { ModelReference } from "./model-reference.ts";
import type { Ledger, ModelVersion } from "./records.ts";

/**
 * The version that a reference names: the stated one, or else the newest that passed its gates.
 * Throws MODEL_NOT_FOUND (with the nearest name), VERSION_NOT_FOUND or VERSION_NONE_READY.
 */
export async function findVersion(ledger: Ledger, reference: ModelReference): Promise<ModelVersion> {
  const versions = await ledger.versions(reference.model);
  const newest = versions.at(-1);
  if (newest === undefined) throw await noSuchModel(ledger, reference.model);
  const { version } = reference;
  if (version !== undefined) {
    const found = versions.find((candidate) => candidate.version === version);
    if (found) return found;
    throw new FettleError(
      "not-found",
      "VERSION_NOT_FOUND",
      `Cannot find ${reference.model}@${version}: its versions are 1 to ${newest.version}`,
    );
  }
  const ready = versions.findLast((candidate) => candidate.gatesPassed);
  if (ready) return ready;
  throw new FettleError(
    "not-ready",
    "VERSION_NONE_READY",
    `Cannot choose a version of "${reference.model}": none of ${versions.length} passed its gates`,
    {
      hint: `Name one to use it all the same, for example "${reference.model}@${newest.version}"`,
    },
  );
}

async function noSuchModel(ledger: Ledger, model: string): Promise<FettleError> {
  const names = [...new Set((await ledger.versions()).map((version) => version.model))];
  const near = nearestName(model, names);
  const hint =
    near !== undefined
      ? `Did you mean "${near}"?`
      : names.length > 0
        ? `There are: ${names.slice(0, 20).join(", ")}`
        : `Run "fettle train ${model}" first`;
  return new FettleError(
    "not-found",
    "MODEL_NOT_FOUND",
    `Cannot find model "${model}": the registry has no version of it`,
    { hint },
  );
}

/** The newest version of a model that passed its gates: what a challenger is compared with. Null where there is none. */
export async function championOf(ledger: Ledger, model: string): Promise<ModelVersion | null> {
  return (await ledger.versions(model)).findLast((version) => version.gatesPassed) ?? null;
}
