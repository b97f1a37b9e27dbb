import type { Rng } from "../../lib/index.ts";
import { exp, normalQuantile, normalUpperTail } from "../../ml/stats/index.ts";
import { type Dimension, isActive, type ParamValue, type Point, type SearchSpace, unitOf, valueAt } from "./space.ts";

/** A density over a search space. */
export interface Parzen {
  density(point: Point): number;
  draw(rng: Rng): Point;
}

/** The kernel of one observation along one dimension. */
interface Kernel {
  readonly density: (value: ParamValue) => number;
  readonly draw: (rng: Rng) => ParamValue;
}

/**
 * A Parzen estimator over a search space that keeps parameters together (the multivariate form of Falkner, Klein & Hutter 2018): an equal
 * mixture of one product of kernels per observation and one uniform density, so that no point has density 0. Numbers have normal
 * kernels cut at the ends of their range, as wide as the observation lies apart from its neighbours in that parameter (Bergstra et al. 2011); a
 * choice keeps its value with a probability that grows with n. Where an observation lacks a dimension (it was of another family), its kernel is
 * uniform.
 */
export function parzenOf(space: SearchSpace, observed: readonly Point[]): Parzen {
  const uniform = space.map(uniformKernel);
  const byDimension = space.map((dimension, j) => kernelsOf(dimension, observed, uniform[j]!));
  const components = [uniform, ...observed.map((_, i) => byDimension.map((kernels) => kernels[i]!))];
  return {
    density(point) {
      let sum = 0;
      for (const kernels of components) {
        let product = 1;
        for (let j = 0; j < space.length; j++) {
          const value = point[space[j]!.name];
          if (value !== undefined) product *= kernels[j]!.density(value);
        }
        sum += product;
      }
      return sum / components.length;
    },
    draw(rng) {
      const kernels = components[rng.below(components.length)]!;
      const point: Record<string, ParamValue> = {};
      space.forEach((dimension, j) => {
        if (isActive(dimension, point)) point[dimension.name] = kernels[j]!.draw(rng);
      });
      return point;
    },
  };
}

function uniformKernel(dimension: Dimension): Kernel {
  const density = dimension.kind === "choice" ? 1 / dimension.values.length : 1;
  return { density: () => density, draw: (rng) => valueAt(dimension, rng.uniform()) };
}

function kernelsOf(dimension: Dimension, observed: readonly Point[], absent: Kernel): Kernel[] {
  const values = observed.map((point) => point[dimension.name]);
  if (dimension.kind === "choice")
    return values.map((value) =>
      value === undefined ? absent : choiceKernel(dimension.values, value, observed.length),
    );
  const places = values.map((value) => (value === undefined ? null : clip(unitOf(dimension, value as number))));
  const sorted = places.filter((place) => place !== null).sort((a, b) => a - b);
  return places.map((place) => (place === null ? absent : numberKernel(dimension, place, widthAt(place, sorted))));
}

// The greater distance to the neighbours; the first and the last look inwards. At least 1/(n + 2), at least a hundredth.
function widthAt(place: number, sorted: readonly number[]): number {
  const i = sorted.indexOf(place);
  const toNext = (sorted[i + 1] ?? 1) - place;
  const toPrevious = place - (sorted[i - 1] ?? 0);
  const inwards =
    sorted.length < 2 ? 1 : i === 0 ? toNext : i === sorted.length - 1 ? toPrevious : Math.max(toNext, toPrevious);
  return Math.max(inwards, 1 / Math.min(100, sorted.length + 2));
}

function numberKernel(dimension: Exclude<Dimension, { kind: "choice" }>, mean: number, width: number): Kernel {
  const below = 1 - normalUpperTail(-mean / width);
  const within = 1 - normalUpperTail((1 - mean) / width) - below;
  const scale = 1 / (within * width * 2.5066282746310002);
  return {
    density(value) {
      const z = (unitOf(dimension, value as number) - mean) / width;
      return scale * exp(-0.5 * z * z);
    },
    draw: (rng) => valueAt(dimension, clip(mean + width * normalQuantile(below + within * rng.uniform()))),
  };
}

// The observation counts like n more, beside one for each value.
function choiceKernel(values: readonly ParamValue[], centre: ParamValue, n: number): Kernel {
  const spread = 1 / (values.length + n);
  const own = 1 - spread * (values.length - 1);
  return {
    density: (value) => (value === centre ? own : spread),
    draw(rng) {
      const others = values.filter((value) => value !== centre);
      return rng.uniform() < own || others.length === 0 ? centre : others[rng.below(others.length)]!;
    },
  };
}

function clip(u: number): number {
  return Math.min(1, Math.max(0, u));
}
