/** The class decided for each row: binary 1 where the probability is at least `threshold`, multiclass the most probable (first of equals). */
export function decideClasses(
  task: "binary" | "multiclass",
  yProba: Float64Array,
  nSamples: number,
  threshold: number,
): Float64Array {
  if (task === "binary") return yProba.map((probability) => (probability >= threshold ? 1 : 0));
  const nClasses = yProba.length / nSamples;
  return Float64Array.from({ length: nSamples }, (_, i) => {
    let best = 0;
    for (let c = 1; c < nClasses; c++) if (yProba[i * nClasses + c]! > yProba[i * nClasses + best]!) best = c;
    return best;
  });
}

/** One value per row of a regression: the output itself, or of several quantiles the one nearest to the median. */
export function pointPrediction(
  prediction: Float64Array,
  nSamples: number,
  quantiles: readonly number[] = [0.5],
): Float64Array {
  const nOutputs = prediction.length / nSamples;
  if (nOutputs === 1) return prediction;
  let middle = 0;
  for (let q = 1; q < nOutputs; q++) if (Math.abs(quantiles[q]! - 0.5) < Math.abs(quantiles[middle]! - 0.5)) middle = q;
  return Float64Array.from({ length: nSamples }, (_, i) => prediction[i * nOutputs + middle]!);
}
