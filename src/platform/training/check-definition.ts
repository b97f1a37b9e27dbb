import { z } from "zod";
import { FettleError, nearestName } from "../../lib/index.ts";

/** Holds a definition against its schema. Throws DEFINITION_INVALID with every problem: its path, the rule, and the nearest known key for an unknown one. */
export function checkDefinition(definition: unknown, schema: z.ZodType): void {
  const result = schema.safeParse(definition);
  if (!result.success) throw invalidDefinition(result.error.issues, schema);
}

function invalidDefinition(issues: readonly z.core.$ZodIssue[], schema: z.ZodType): FettleError {
  const problems = issues.slice(0, 20).map((issue) => {
    const path = issue.path.join(".") || "the definition";
    if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
    const known = knownKeys(schema, issue.path);
    return issue.keys
      .map((key) => {
        const near = nearestName(key, known);
        return `${path}: unknown key "${key}"${near === undefined ? "" : `, did you mean "${near}"?`}`;
      })
      .join("; ");
  });
  return new FettleError(
    "invalid-input",
    "DEFINITION_INVALID",
    `Cannot use the model definition: ${problems.join("; ")}`,
    {
      hint: "Mend the definition; its editor types say what each key takes",
      facts: { problems },
    },
  );
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: unknown = schema;
  for (const key of path) {
    while (node instanceof z.ZodOptional || node instanceof z.ZodReadonly) node = node.unwrap();
    node = node instanceof z.ZodObject ? (node.shape as Record<PropertyKey, unknown>)[key] : undefined;
  }
  while (node instanceof z.ZodOptional || node instanceof z.ZodReadonly) node = node.unwrap();
  return node instanceof z.ZodObject ? Object.keys(node.shape) : [];
}

/** A value that nobody can change any more. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freezeDeep(member);
  }
  return value;
}
