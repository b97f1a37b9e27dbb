import { hashOf, type Sha256 } from "../../lib/index.ts";
import type { ImportedFile } from "../capsule/index.ts";
import type { ReadOptions } from "../data/index.ts";
import type { AnyDefinition, ModelDefinition } from "./definition.ts";

/** What a user says about a model that was trained elsewhere: with the file itself, everything that decides how it answers here. */
export interface ImportDefinition {
  /** `[a-z][a-z0-9-]{0,62}`. */
  readonly name: string;
  readonly imported: ImportedFile & {
    /** The file's name, for people. */
    readonly file: string;
  };
  /** Columns in the order of the model's features. Default: the names in the file. */
  readonly features?: readonly string[];
  /** Levels of categories by column, in the order of their codes, where the file holds none. */
  readonly levels?: Readonly<Record<string, readonly (string | number)[]>>;
  /** Class names in the order of the model's classes. Default `0`, `1` …. */
  readonly classes?: readonly string[];
  /** Rows that show what the model takes: its golden rows, and with a target its evaluation. */
  readonly data: { readonly files: readonly string[]; readonly options?: ReadOptions };
  /** Absent: the model is not measured. */
  readonly target?: ModelDefinition["target"];
  /** Ranking with a target: the column that says which rows are ordered together. */
  readonly query?: string;
}

/** Whether a stored definition is that of an import. */
export function isImport(definition: AnyDefinition | ImportDefinition): definition is ImportDefinition {
  return "imported" in definition;
}

/** The hash of an import's definition. Where the files lie and how they are called does not matter. */
export function importHash({ imported, data, ...rest }: ImportDefinition): Sha256 {
  const { library, sha256 } = imported;
  return hashOf({ ...rest, imported: { library, sha256 }, reading: data.options ?? null });
}
