import { z } from "zod";
import { FettleError } from "../../lib/index.ts";
import type { CustomLoss } from "../../ml/learners/index.ts";

const isFunction = z.custom<unknown>((value) => typeof value === "function", "must be a function");

const schema = z
  .strictObject({
    name: z.string().optional(),
    link: z.enum(["identity", "logistic", "exp"], 'must be "identity", "logistic" or "exp"').optional(),
    base: isFunction.optional(),
    loss: isFunction,
    gradient: isFunction.optional(),
    hessian: isFunction.optional(),
    derive: isFunction.optional(),
  })
  .refine(
    ({ gradient, hessian, derive }) =>
      derive === undefined ? gradient !== undefined && hessian !== undefined : (gradient ?? hessian) === undefined,
    "either gradient and hessian, or derive is needed",
  );

/**
 * Declares a loss of one's own, to be named by a definition as `loss: { module, export }`: see {@link CustomLoss}. Its functions must be
 * pure: the same numbers in, the same number out. Throws LOSS_INVALID with every problem.
 *
 * ```ts
 * export const steep = defineLoss({
 *   loss: (score, y) => (score < y ? 3 : 1) * (score - y) ** 2,
 *   gradient: (score, y) => (score < y ? 6 : 2) * (score - y),
 *   hessian: (score, y) => (score < y ? 6 : 2),
 * });
 * ```
 */
export function defineLoss(loss: CustomLoss): CustomLoss {
  const result = schema.safeParse(loss);
  if (result.success) return Object.freeze({ ...loss });
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "the loss"}: ${message}`);
  throw new FettleError("invalid-input", "LOSS_INVALID", `Cannot use the loss: ${problems.join("; ")}`, {
    hint: 'Write "export const NAME = defineLoss({ … })"',
    facts: { problems },
  });
}
