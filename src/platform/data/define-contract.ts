import { z } from "zod";
import { FettleError, nearestName } from "../../lib/index.ts";
import type { Contract } from "./contract.ts";
import { formats } from "./formats.ts";

const limit = z.union([z.number(), z.iso.datetime()]);
const columnSchema = z.strictObject({
  type: z.enum(["number", "integer", "instant", "category", "text", "id"]),
  min: limit.optional(),
  max: limit.optional(),
  levels: z.array(z.string()).optional(),
  maxMissingShare: z.number().min(0).max(1).optional(),
  unique: z.boolean().optional(),
  format: z.string().optional(),
  personalData: z
    .enum(["email", "phone", "name", "national-id", "card-number", "iban", "ip-address", "address"])
    .optional(),
  severity: z.enum(["error", "warning"]).optional(),
});
const schema = z.strictObject({
  columns: z.record(z.string(), columnSchema),
  minRows: z.int().min(0).optional(),
});

/**
 * Declares what data must look like: checks the contract and freezes it. Its column names complete in the editor wherever the contract is used.
 * Throws CONTRACT_INVALID with every problem.
 */
export function defineContract<const Name extends string>(contract: Contract<Name>): Contract<Name> {
  const result = schema.safeParse(contract);
  const problems = result.success
    ? unknownFormats(contract)
    : result.error.issues.slice(0, 20).map((issue) => `${issue.path.join(".") || "the contract"}: ${issue.message}`);
  if (problems.length === 0) return Object.freeze(structuredClone(contract));
  throw new FettleError("invalid-input", "CONTRACT_INVALID", `Cannot use the contract: ${problems.join("; ")}`, {
    hint: "Mend the contract; its editor types say what each key takes",
    facts: { problems },
  });
}

function unknownFormats(contract: Contract): string[] {
  return Object.entries(contract.columns).flatMap(([name, { format }]) => {
    if (format === undefined || Object.hasOwn(formats, format)) return [];
    const near = nearestName(format, Object.keys(formats));
    const known = near === undefined ? Object.keys(formats).join(", ") : `did you mean "${near}"?`;
    return [`columns.${name}.format: "${format}" is unknown, ${known}`];
  });
}
