// Generated interactions whose popularity follows Zipf's law and whose users have tastes, so that a recommender has something to find.
import { createRng, type Rng } from "../src/lib/index.ts";
import { type Interactions, interactionsOf } from "../src/ml/recommenders/index.ts";

const nTastes = 200;
const tastesPerUser = 4;
/** Share of a user's items that come from their tastes; the others come from all items. */
const tasteShare = 0.8;

/** Interactions to fit, and items held out of them for the users that are measured. */
export interface Generated {
  readonly training: Interactions;
  readonly users: Int32Array;
  readonly heldOut: readonly Int32Array[];
}

/**
 * About so many interactions. Item i is drawn in proportion to 1/(i + 50)^0.9, a user's number of items in proportion to a power law between 10 and 1000;
 * duplicates are drawn again a few times. Of 5,000 users a fifth of the items is held out.
 */
export function generate(nUsers: number, nItems: number, nInteractions: number): Generated {
  const rng = createRng(2008);
  const popular = Float64Array.from({ length: nItems }, (_, i) => 1 / (i + 50) ** 0.9);
  const tasteOf = Int32Array.from({ length: nItems }, () => rng.below(nTastes));
  const everything = sampler(Int32Array.from(popular.keys()), popular);
  const tastes = Array.from({ length: nTastes }, (_, taste) =>
    sampler(
      Int32Array.from(popular.keys()).filter((item) => tasteOf[item] === taste),
      popular,
    ),
  );
  const activity = Float64Array.from({ length: nUsers }, () => 10 * (1 - 0.999 * rng.uniform()) ** (-1 / 1.5));
  const scale = nInteractions / activity.reduce((sum, x) => sum + Math.min(x, 1000), 0);
  const users: number[] = [];
  const items: number[] = [];
  const measured: number[] = [];
  const heldOut: Int32Array[] = [];
  const every = Math.max(1, Math.floor(nUsers / 5000));
  for (let user = 0; user < nUsers; user++) {
    const own = Array.from({ length: tastesPerUser }, () => tastes[rng.below(nTastes)]!);
    const wanted = Math.max(5, Math.round(Math.min(activity[user]!, 1000) * scale));
    const found = new Set<number>();
    for (let draw = 0; found.size < wanted && draw < 2 * wanted; draw++) {
      const from = rng.uniform() < tasteShare ? own[Math.floor(own.length * rng.uniform() ** 2)]! : everything;
      found.add(from(rng));
    }
    const all = [...found];
    const nHeld = user % every === 0 ? Math.ceil(all.length / 5) : 0;
    if (nHeld > 0) {
      measured.push(user);
      heldOut.push(Int32Array.from(all.slice(0, nHeld)));
    }
    for (const item of all.slice(nHeld)) {
      users.push(user);
      items.push(item);
    }
  }
  const training = interactionsOf(Int32Array.from(users), Int32Array.from(items), null, nUsers, nItems);
  return { training, users: Int32Array.from(measured), heldOut };
}

// Draws one of some items in proportion to their weight.
function sampler(items: Int32Array, weights: Float64Array): (rng: Rng) => number {
  const sums = new Float64Array(items.length);
  items.forEach((item, k) => {
    sums[k] = (sums[k - 1] ?? 0) + weights[item]!;
  });
  return (rng) => {
    const at = rng.uniform() * sums.at(-1)!;
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return items[low]!;
  };
}
