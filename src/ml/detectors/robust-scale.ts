import { quantileSorted, sortedPresent } from "../stats/index.ts";
import type { RobustColumn } from "./detector-data.ts";

/** Makes the median absolute deviation of a normal distribution its standard deviation: 1 / Φ⁻¹(¾). */
const perMedianDeviation = 1.482602218505602;

/** The same for the mean absolute deviation: √(π/2). */
const perMeanDeviation = 1.2533141373155003;

/**
 * Median and scale of a column, missing values left out. The scale is the median absolute deviation × 1.4826; where that is 0, because more than half
 * of the values are equal, the mean absolute deviation × 1.2533 (Iglewicz & Hoaglin 1993); 0 for a column that is constant or always missing.
 */
export function robustColumn(values: Float64Array): RobustColumn & { readonly medianDeviation: number } {
  const sorted = sortedPresent(values);
  if (sorted.length === 0) return { centre: 0, scale: 0, medianDeviation: 0 };
  const centre = quantileSorted(sorted, 0.5) + 0;
  const deviations = sorted.map((x) => Math.abs(x - centre));
  let sum = 0;
  for (const deviation of deviations) sum += deviation;
  const medianDeviation = quantileSorted(deviations.sort(), 0.5);
  const scale =
    medianDeviation > 0 ? perMedianDeviation * medianDeviation : perMeanDeviation * (sum / deviations.length);
  return { centre, scale: Number.isFinite(scale) ? scale : 0, medianDeviation };
}
