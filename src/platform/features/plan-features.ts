import { FettleError, nearestName } from "../../lib/index.ts";
import { type Column, countMissing, type Table } from "../../ml/table/index.ts";
import { type LogicalType, type Schema, storageOf } from "../data/index.ts";
import type { ColumnFeature, FeatureOptions } from "./feature-options.ts";

/** Which family the features are for: linear models need standardised numbers, trees take them as they are. */
export type FeatureFamily = "linear" | "gbdt";

/** What will be fitted for one column. */
export interface PlannedColumn {
  readonly name: string;
  readonly type: LogicalType;
  readonly feature: Exclude<ColumnFeature, { kind: "drop" }>;
}

/** Columns that become features, and those that do not, with the reason. */
export interface FeaturePlan {
  readonly family: FeatureFamily;
  readonly columns: readonly PlannedColumn[];
  readonly dropped: readonly { readonly name: string; readonly why: string }[];
}

/** Most levels that are told apart; a column with more is encoded by its target mean too. */
export const mostLevels = 254;

/**
 * Decides how each column becomes features. Identifiers, constants and columns without values are dropped, and so are categories whose
 * levels hardly ever repeat. Throws FEATURE_COLUMN_UNKNOWN, FEATURE_KIND and FEATURES_NONE.
 */
export function planFeatures(
  table: Table,
  schema: Schema,
  options: {
    readonly family: FeatureFamily;
    readonly exclude?: readonly string[];
    readonly options?: FeatureOptions;
  },
): FeaturePlan {
  const { family, exclude = [], options: asked = {} } = options;
  checkNames(asked, schema);
  const excluded = new Set(exclude);
  const columns: PlannedColumn[] = [];
  const dropped: { name: string; why: string }[] = [];
  for (const { name, type } of schema) {
    const wanted = Object.hasOwn(asked, name) ? asked[name] : undefined;
    const column = table.column(name);
    const why = excluded.has(name)
      ? "excluded"
      : wanted?.kind === "drop"
        ? "left out by the definition"
        : useless(column);
    if (why !== null) {
      dropped.push({ name, why });
      continue;
    }
    const chosen = wanted === undefined ? defaultFeature(column, type) : checkKind(name, type, wanted);
    if (chosen.kind === "drop") dropped.push({ name, why: type === "id" ? "identifier" : "levels hardly repeat" });
    else columns.push({ name, type, feature: chosen });
  }
  if (columns.length === 0)
    throw new FettleError("invalid-input", "FEATURES_NONE", "Cannot train: no column is left to learn from", {
      hint:
        dropped.length === 0
          ? "Beside the target the table has no column that may be used; bring one"
          : `Left out: ${dropped
              .slice(0, 10)
              .map(({ name, why }) => `${name} (${why})`)
              .join(", ")}`,
    });
  return { family, columns, dropped };
}

function checkNames(asked: FeatureOptions, schema: Schema): void {
  const names = schema.map(({ name }) => name);
  const unknown = Object.keys(asked).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, names);
  throw new FettleError(
    "invalid-input",
    "FEATURE_COLUMN_UNKNOWN",
    `Cannot make features of "${unknown}": the table has no such column`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

function useless(column: Column): string | null {
  const n = column.kind === "category" ? column.codes.length : column.values.length;
  const nMissing = countMissing(column);
  if (nMissing === n) return "no value";
  const values = column.kind === "category" ? column.codes : column.values;
  const first = values[0];
  return nMissing === 0 && values.every((value) => value === first) ? "constant" : null;
}

function defaultFeature(column: Column, type: LogicalType): ColumnFeature {
  switch (type) {
    case "number":
    case "integer":
      return { kind: "number" };
    case "instant":
      return { kind: "date" };
    case "text":
      return { kind: "text" };
    case "id":
      return { kind: "drop" };
    case "category": {
      if (column.kind !== "category") return { kind: "drop" };
      const { codes } = column;
      const nLevels = new Set(codes).size;
      return nLevels > 1000 && nLevels > 0.5 * codes.length ? { kind: "drop" } : { kind: "levels" };
    }
  }
}

const kindsOf: Readonly<Record<"number" | "instant" | "category", readonly ColumnFeature["kind"][]>> = {
  number: ["number"],
  instant: ["date"],
  category: ["levels", "ordinal", "target-mean", "text"],
};

function checkKind(name: string, type: LogicalType, wanted: ColumnFeature): ColumnFeature {
  const possible = kindsOf[storageOf[type]];
  if (possible.includes(wanted.kind)) return wanted;
  throw new FettleError(
    "invalid-input",
    "FEATURE_KIND",
    `Cannot make a ${wanted.kind} feature of "${name}": it holds ${type} values, one of drop, ${possible.join(", ")} is possible`,
  );
}
