import { coordinatesOf } from "./ets-coordinates.ts";
import { criterionOf, type EtsCriterion, leastSquares, type SmoothingBounds, shapeOf } from "./ets-criterion.ts";
import type { EtsForm } from "./ets-form.ts";
import { sums } from "./ets-recursion.ts";
import { startsOf } from "./ets-start.ts";
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
  /** Starts of which the best after a short search goes on: the criterion has local minima. */
  readonly nStarts: number;
}

/** Evaluations of a start before the best goes on. */
const shortSearch = 15;

/** Fits the parameters and initial states of one form. undefined where no start gives a forecast at every step. */
export function fitForm(
  y: Float64Array,
  period: number,
  form: EtsForm,
  { criterion, bounds, nStarts }: SmoothingSearch,
): FittedForm | undefined {
  const shape = shapeOf(form, period, criterion);
  const engine = smoothingEngine(y, shape);
  const { params, out } = engine;
  const floor = leastSquares(y, shape.isErrorMultiplicative);
  const starts = startsOf(engine, form, bounds, floor);
  const [first] = starts;
  if (first === undefined) return undefined;
  params.set(first);
  engine.smooth();
  const coordinates = coordinatesOf(engine, form, bounds);
  const value: SmoothFunction = (x, gradient) => {
    coordinates.place(x);
    if (!engine.smooth()) return Number.POSITIVE_INFINITY;
    const squares = out[sums.squares]!;
    engine.smoothBack(squares > floor ? out[sums.count]! / squares : 0, shape.isErrorMultiplicative ? 2 : 0);
    coordinates.slopes(x, gradient);
    return criterionOf(engine, floor);
  };
  const places = starts.slice(0, nStarts).map((from) => coordinates.of(from));
  let best = places[0]!;
  if (places.length > 1) {
    const values = places.map((x) => minimise(value, x, { maxEvaluations: shortSearch, tolerance: 1e-2 }));
    best = places[values.indexOf(Math.min(...values))]!;
  }
  const least = minimise(value, best, { tolerance: 1e-4 });
  if (!Number.isFinite(least)) return undefined;
  coordinates.place(best);
  return { form, params: params.slice(), value: least };
}
