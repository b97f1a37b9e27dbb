import { z } from "zod";
import { FettleError } from "../../lib/index.ts";

/** Settings of a project folder, the default export of `fettle.config.ts`. Everything is optional. */
export interface ProjectConfig {
  /** Folder of the model definitions. Default `models`. */
  readonly models?: string;
  /** Folder of the ledger and the objects. Default `.fettle`. */
  readonly store?: string;
}

const schema = z.strictObject({ models: z.string().min(1).optional(), store: z.string().min(1).optional() });

/** Checks a project's settings. Throws CONFIG_INVALID with every problem. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  const result = schema.safeParse(config);
  if (result.success) return Object.freeze({ ...config });
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "the config"}: ${issue.message}`);
  throw new FettleError("invalid-input", "CONFIG_INVALID", `Cannot use fettle.config.ts: ${problems.join("; ")}`);
}
