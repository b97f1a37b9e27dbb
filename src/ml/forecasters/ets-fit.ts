import { coordinatesOf } from "./ets-coordinates.ts";
import { criterionOf, type EtsCriterion, leastSquares, type SmoothingBounds, shapeOf } from "./ets-criterion.ts";
import type { EtsForm } from "./ets-form.ts";
import { sums } from "./ets-recursion.ts";
import { start } from "./ets-start.ts";
import { minimise, type SmoothFunction } from "./minimise.ts";
import { smoothingEngine } from "./smoothing-engine.ts";

/** Parameters and initial states that a fit chose. */
export interface FittedForm {
  readonly form: EtsForm;
  /** `places`. */
  readonly params: Float64Array;
  /** The criterion's value at them: n log Σ e², plus 2 Σ log μ for multiplicative errors. */
  readonly value: number;
}

/** How the best parameters are looked for. */
export interface SmoothingSearch {
  readonly criterion: EtsCriterion;
  readonly bounds: SmoothingBounds;
}

/** Fits the parameters and initial states of one form. undefined where no start gives a forecast at every step. */
export function fitForm(
  y: Float64Array,
  period: number,
  form: EtsForm,
  { criterion, bounds }: SmoothingSearch,
): FittedForm | undefined {
  const shape = shapeOf(form, period, criterion);
  const engine = smoothingEngine(y, shape);
  const { params, out } = engine;
  const floor = leastSquares(y, shape.isErrorMultiplicative);
  if (!start(engine, form, bounds, floor)) return undefined;
  const coordinates = coordinatesOf(engine, form, bounds);
  const value: SmoothFunction = (x, gradient) => {
    coordinates.place(x);
    if (!engine.smooth()) return Number.POSITIVE_INFINITY;
    const squares = out[sums.squares]!;
    engine.smoothBack(squares > floor ? out[sums.count]! / squares : 0, shape.isErrorMultiplicative ? 2 : 0);
    coordinates.slopes(x, gradient);
    return criterionOf(engine, floor);
  };
  const x = coordinates.of(params);
  const least = minimise(value, x, { tolerance: 1e-4 });
  if (!Number.isFinite(least)) return undefined;
  coordinates.place(x);
  return { form, params: params.slice(), value: least };
}
