import { FettleError } from "../../lib/index.ts";

/** A model, or one version of it: `churn`, `churn@3`. */
export interface ModelReference {
  readonly model: string;
  /** Absent: the newest version that passed its gates. */
  readonly version?: number;
}

const modelName = /^[a-z][a-z0-9-]{0,62}$/;

/** Checks a model's name: `[a-z][a-z0-9-]{0,62}`. Throws MODEL_NAME. */
export function checkModelName(name: string): string {
  if (modelName.test(name)) return name;
  throw new FettleError(
    "invalid-input",
    "MODEL_NAME",
    `Cannot use ${JSON.stringify(name.slice(0, 80))} as a model name: it is not of the form [a-z][a-z0-9-]{0,62}`,
    {
      hint: 'Use small letters, digits and hyphens, a letter first, for example "churn-eu"',
    },
  );
}

/** Reads `churn` or `churn@3`. Throws MODEL_NAME or MODEL_VERSION. */
export function parseModelReference(text: string): ModelReference {
  const [name = "", version, ...rest] = text.split("@");
  const model = checkModelName(name);
  if (version === undefined) return { model };
  if (rest.length === 0 && /^[1-9]\d{0,8}$/.test(version)) return { model, version: Number(version) };
  throw new FettleError(
    "invalid-input",
    "MODEL_VERSION",
    `Cannot read the version in ${JSON.stringify(text.slice(0, 100))}: a whole number from 1 on is needed`,
    {
      hint: `Write for example "${model}@1"; "fettle models" lists what there is`,
    },
  );
}
