import { createRng } from "../../lib/index.ts";
import { exp, log1p } from "../../ml/stats/index.ts";

/**
 * Places that fill the unit cube evenly from the first one on: the additive recurrence of Roberts (2018) with steps 1/φ, 1/φ² … where
 * φ^(d+1) = φ + 1, shifted at random by the seed. A longer list starts with the shorter one.
 * @param index 0, 1, 2 …
 * @param nDimensions d; the place has that many numbers in [0, 1)
 */
export function startPlace(index: number, nDimensions: number, seed: number): Float64Array {
  const rng = createRng(seed).fork("start");
  let phi = 2;
  for (let i = 0; i < 60; i++) phi = exp(log1p(phi) / (nDimensions + 1));
  const place = new Float64Array(nDimensions);
  let step = 1;
  for (let j = 0; j < nDimensions; j++) {
    step /= phi;
    const at = rng.uniform() + (index + 1) * step;
    place[j] = at - Math.floor(at);
  }
  return place;
}
