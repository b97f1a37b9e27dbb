/** How rows are parted into training, validation and test. Shares are of all rows. */
export type SplitRule =
  | { readonly kind: "random"; readonly validation: number; readonly test: number }
  | { readonly kind: "group"; readonly column: string; readonly validation: number; readonly test: number }
  | { readonly kind: "time"; readonly column: string; readonly validation: number; readonly test: number }
  | { readonly kind: "official"; readonly validation: number; readonly group?: string; readonly time?: string };

/** Row numbers of the three parts: disjoint, ascending for random and group splits, in time order for time splits. */
export interface Split {
  readonly rule: SplitRule;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** Rows that make conformal intervals or sets: part of no other, so that they neither made nor chose the model; absent where none are kept. */
  readonly conformal?: Int32Array;
  /** Which unit a bootstrap must resample: single rows, whole groups (a group code per row of the table), or blocks in time. */
  readonly resample:
    | { readonly unit: "row" }
    | { readonly unit: "group"; readonly groups: Int32Array }
    | { readonly unit: "block" };
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}
