import { cellsOf, type GamAxis, type GamTerm, type ModelData } from "../../ml/learners/index.ts";
import type { FittedFeatures } from "../features/index.ts";

/** How one axis of a term is drawn. Cells are those of its scores; the last one holds what is missing. */
export type ShapeAxis =
  | { readonly kind: "number"; readonly name: string; readonly edges: readonly number[] }
  | {
      readonly kind: "category";
      readonly name: string;
      /** Per cell but the last, the levels in it. */
      readonly levels: readonly (readonly string[])[];
    };

/** One term of an additive model, as a person looks at it. */
export interface TermShape {
  /** Names of the features, joined by `×`. */
  readonly name: string;
  /** Mean of what it adds, its sign left out. */
  readonly importance: number;
  /** Null where it is only named: it is not among the most important, or its levels may be personal. */
  readonly drawing: {
    readonly axes: readonly ShapeAxis[];
    /** Per output, row-major over the axes. */
    readonly scores: readonly (readonly number[])[];
    /** Of the scores; null where one bag was fitted. */
    readonly standardErrors: readonly (readonly number[])[] | null;
    /** Share of the rows in each cell. */
    readonly shares: readonly number[];
  } | null;
}

/** Terms of single features, and pairs, that are drawn: the rest is named. */
const mostDrawn = { 1: 12, 2: 3 } as const;
const mostNamed = 60;

/** The terms of an additive model, the most important first; null for another family. */
export function termShapes(
  model: ModelData,
  { outputs }: FittedFeatures,
  personalData: ReadonlySet<string>,
): TermShape[] | null {
  if (model.kind !== "gam") return null;
  const left: Record<1 | 2, number> = { ...mostDrawn };
  return model.terms.slice(0, mostNamed).map((term) => {
    const features = term.axes.map(({ feature }) => outputs[feature]!);
    const size = term.axes.length === 1 ? 1 : 2;
    const isPersonal = features.some(({ from, kind }) => kind === "category" && personalData.has(from));
    const drawing = isPersonal || left[size] === 0 ? null : drawingOf(term, features);
    if (drawing !== null) left[size] -= 1;
    return { name: features.map(({ name }) => name).join(" × "), importance: term.importance, drawing };
  });
}

function drawingOf(
  { axes, scores, standardErrors, weights }: GamTerm,
  features: readonly FittedFeatures["outputs"][number][],
): TermShape["drawing"] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    axes: axes.map((axis, a) => shapeAxis(axis, features[a]!)),
    scores,
    standardErrors: axes.length === 1 ? standardErrors : null,
    shares: weights.map((weight) => weight / total),
  };
}

function shapeAxis(axis: GamAxis, { name, levels }: FittedFeatures["outputs"][number]): ShapeAxis {
  if (axis.kind === "number") return { kind: "number", name, edges: axis.edges };
  const ofCells: string[][] = Array.from({ length: cellsOf(axis) - 1 }, () => []);
  axis.cellOfLevel.forEach((cell, code) => {
    ofCells[cell]?.push(levels?.[code] ?? String(code));
  });
  return { kind: "category", name, levels: ofCells };
}
