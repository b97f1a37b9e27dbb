import { FettleError, nearestName } from "../../lib/index.ts";
import type { Reweighting } from "../../ml/learners/index.ts";
import type { ModelDefinition } from "./definition.ts";

/** How a definition wants classes counted in training; null: all rows alike. Throws CLASS_WEIGHTS where a class has no weight, or a name is no class. */
export function reweightingOf(
  { classWeights, sampling }: ModelDefinition,
  classes: readonly string[],
): Reweighting | null {
  if (classWeights === undefined && sampling === undefined) return null;
  const negativeRate = sampling?.negativeRate ?? 1;
  if (classWeights === undefined || classWeights === "balanced")
    return { classWeights: classWeights ?? null, negativeRate };
  const unknown = Object.keys(classWeights).find((name) => !classes.includes(name));
  const without = classes.filter((name) => classWeights[name] === undefined);
  if (unknown === undefined && without.length === 0)
    return { classWeights: classes.map((name) => classWeights[name]!), negativeRate };
  const near = unknown === undefined ? undefined : nearestName(unknown, classes);
  throw new FettleError(
    "invalid-input",
    "CLASS_WEIGHTS",
    unknown === undefined
      ? `Cannot weigh classes: classWeights lacks ${without.length} of them, a weight for each is needed`
      : `Cannot weigh classes: classWeights names "${unknown}", which is no class of the target`,
    {
      hint: near === undefined ? `The classes are: ${classes.slice(0, 20).join(", ")}` : `Did you mean "${near}"?`,
      facts: { classes: classes.slice(0, 20) },
    },
  );
}
