import { createRng } from "../../lib/index.ts";
import type { JsonObject } from "../capsule/index.ts";

/** Requests that a capsule keeps with their answers. */
const nGolden = 120;

/** Requests of every form, drawn by the seed: known and unknown users, histories, candidates, exclusions, ids that nobody has. */
export function goldenRequests(userIds: readonly string[], itemIds: readonly string[], seed: number): JsonObject[] {
  const rng = createRng(seed).fork("golden");
  const user = () => userIds[rng.below(userIds.length)]!;
  const items = (n: number) => Array.from({ length: n }, () => itemIds[rng.below(itemIds.length)]!);
  const stranger = "nobody has this id";
  const forms: readonly (() => JsonObject)[] = [
    () => ({ user: user() }),
    () => ({ user: user(), k: 1 + rng.below(50) }),
    () => ({ user: user(), includeSeen: true }),
    () => ({ user: user(), exclude: items(3) }),
    () => ({ user: user(), items: items(8) }),
    () => ({ history: items(3) }),
    () => ({ user: user(), history: items(2), k: 5 }),
  ];
  const rare: JsonObject[] = [
    {},
    { user: null, k: 3 },
    { user: stranger },
    { user: stranger, history: [stranger] },
    { history: items(2), items: [...items(3), stranger], exclude: [stranger] },
  ];
  return [...rare, ...Array.from({ length: nGolden - rare.length }, (_, k) => forms[k % forms.length]!())];
}
