/** Objectives of one trial, each to be minimised. */
export type Objectives = readonly number[];

/** Whether `a` is nowhere worse than `b` and somewhere better. */
export function dominates(a: Objectives, b: Objectives): boolean {
  return a.every((value, k) => value <= b[k]!) && a.some((value, k) => value < b[k]!);
}

/** The rank of every trial: 0 for those that none dominates, 1 for those that only rank 0 dominates, and so on. */
export function paretoRanks(trials: readonly Objectives[]): number[] {
  const ranks = trials.map(() => -1);
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = trials.flatMap((_, i) => (ranks[i] === -1 ? [i] : []));
    for (const i of left) if (!left.some((j) => dominates(trials[j]!, trials[i]!))) ranks[i] = rank;
  }
  return ranks;
}

/**
 * The volume that trials dominate up to a reference point that is worse than each: exact, by slices along the last objective. Trials
 * beyond the reference count nothing.
 */
export function hypervolume(trials: readonly Objectives[], reference: Objectives): number {
  const within = trials.filter((trial) => trial.every((value, k) => value < reference[k]!));
  if (within.length === 0) return 0;
  if (reference.length === 1) return reference[0]! - Math.min(...within.map(([value]) => value!));
  const last = reference.length - 1;
  const sorted = within.toSorted((a, b) => a[last]! - b[last]!);
  return sorted.reduce((sum, trial, i) => {
    const height = (sorted[i + 1]?.[last] ?? reference[last]!) - trial[last]!;
    if (height === 0) return sum;
    const slice = sorted.slice(0, i + 1).map((one) => one.slice(0, last));
    return sum + height * hypervolume(slice, reference.slice(0, last));
  }, 0);
}

/**
 * Indexes of trials from best to worst: by their Pareto rank, and within a rank by the volume that each alone adds (Ozaki et al. 2020).
 * With one objective this is its order; equals keep theirs.
 */
export function orderTrials(trials: readonly Objectives[]): number[] {
  const order = trials.map((_, i) => i);
  if (trials.length === 0) return order;
  if (trials[0]!.length === 1) return order.sort((a, b) => trials[a]![0]! - trials[b]![0]!);
  const ranks = paretoRanks(trials);
  const added = addedVolumes(trials, ranks);
  return order.sort((a, b) => ranks[a]! - ranks[b]! || added[b]! - added[a]!);
}

function addedVolumes(trials: readonly Objectives[], ranks: readonly number[]): number[] {
  const reference = trials[0]!.map((_, k) => {
    const values = trials.map((trial) => trial[k]!);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return most + 0.1 * (most - least || 1);
  });
  return trials.map((_, i) => {
    const front = trials.filter((_, j) => ranks[j] === ranks[i]);
    const others = trials.filter((_, j) => ranks[j] === ranks[i] && j !== i);
    return hypervolume(front, reference) - hypervolume(others, reference);
  });
}
