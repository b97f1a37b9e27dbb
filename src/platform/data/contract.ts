import type { LogicalType } from "./schema.ts";

/** Kinds of personal data that a column is suspected to hold. */
export type PersonalDataKind =
  | "email"
  | "phone"
  | "name"
  | "national-id"
  | "card-number"
  | "iban"
  | "ip-address"
  | "address";

/** `error` stops training and is refused at serving; `warning` is reported. */
export type Severity = "error" | "warning";

/** What one column must look like. Everything but the type is optional. */
export interface ColumnContract {
  readonly type: LogicalType;
  /** Least and greatest value: numbers, or ISO 8601 instants. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** The levels of a category, where they are few enough to list. */
  readonly levels?: readonly string[];
  /** Largest share of missing rows, 0 … 1. Default 1. */
  readonly maxMissingShare?: number;
  /** No value may occur twice. */
  readonly unique?: boolean;
  /** Name of a known format that every value follows: see `formats` in this room. */
  readonly format?: string;
  readonly personalData?: PersonalDataKind;
  /** Default `warning`, but `error` for a missing column and for a wrong type. */
  readonly severity?: Severity;
}

/** The contract of a dataset, keyed by column name. */
export interface Contract<Name extends string = string> {
  readonly columns: Readonly<Record<Name, ColumnContract>>;
  /** Fewest rows. */
  readonly minRows?: number;
}

/** One rule on one column (or on the whole table), as data: it checks, and it can say in words what it demands. */
export type Check =
  | { readonly kind: "column-present"; readonly column: string }
  | { readonly kind: "column-unexpected"; readonly column: string }
  | { readonly kind: "type"; readonly column: string; readonly type: LogicalType }
  | { readonly kind: "range"; readonly column: string; readonly min?: number; readonly max?: number }
  | { readonly kind: "levels"; readonly column: string; readonly levels: readonly string[] }
  | { readonly kind: "missing-share"; readonly column: string; readonly max: number }
  | { readonly kind: "unique"; readonly column: string }
  | { readonly kind: "format"; readonly column: string; readonly format: string }
  | { readonly kind: "finite"; readonly column: string }
  | { readonly kind: "has-values"; readonly column: string }
  | { readonly kind: "not-constant"; readonly column: string }
  | { readonly kind: "learnable-levels"; readonly column: string }
  | { readonly kind: "duplicate-rows" }
  | { readonly kind: "target-present"; readonly column: string }
  | { readonly kind: "rejected-rows" }
  | { readonly kind: "min-rows"; readonly min: number };

/** A breach of one check: how often, where, how bad. Row values are not in it. */
export interface Violation {
  readonly check: Check;
  readonly column: string | null;
  readonly severity: Severity;
  /** Rows that breach the check; for a check on a whole column, the rows of the table. */
  readonly count: number;
  readonly share: number;
  /** 0-based numbers of the first ten rows in breach. */
  readonly rows: readonly number[];
  /** What is wrong and what was done about it, in one sentence. */
  readonly message: string;
}

/** Result of checking a table: an expected negative, not an exception. */
export interface ContractReport {
  readonly ok: boolean;
  readonly nRows: number;
  readonly nChecks: number;
  readonly violations: readonly Violation[];
}

/** What one column holds: the numbers behind a profile card. Values that may be personal are left out. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: LogicalType;
  readonly nRows: number;
  readonly nMissing: number;
  readonly nDistinct: number;
  readonly personalData: PersonalDataKind | null;
  /** Number and instant (epoch ms) columns; null where there is no value. */
  readonly numeric: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly standardDeviation: number;
    /** 5, 25, 50, 75 and 95 %. */
    readonly quantiles: readonly [number, number, number, number, number];
    readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  } | null;
  /** Category columns that are not personal: the most frequent levels, at most 20. */
  readonly levels: readonly { readonly value: string; readonly count: number }[] | null;
}
