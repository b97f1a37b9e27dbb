import type { CategoryColumn } from "../../ml/table/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import type { Sample } from "./sample.ts";
import { thresholds } from "./thresholds.ts";

type NamedLabel = Extract<LeakageEvidence, { kind: "label-in-text" }>;

const words = (text: string) =>
  ` ${(
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(" ")} `;
/** Names that are shorter, or numbers, are in texts by chance. In characters, with the two spaces around. */
const fewestCharacters = 5;
const mostCharacters = 100_000;

/**
 * Texts that say their label: the name of its own class is written in at least half of the rows, and where a class is named it is nearly always the
 * row's own. Null otherwise: texts on a subject name it too, but not so.
 */
export function namedLabels(
  { codes, dictionary }: CategoryColumn,
  { target, nTrain }: Sample,
  classes: readonly string[],
): NamedLabel | null {
  const names = classes
    .map(words)
    .map((name) => (name.length >= fewestCharacters && /\p{L}/u.test(name) ? name : null));
  let nNaming = 0;
  let nOwn = 0;
  const named = new Map<number, readonly number[]>();
  for (let i = 0; i < nTrain; i++) {
    const code = codes[i]!;
    if (code < 0) continue;
    if (!named.has(code)) {
      const text = words(dictionary[code]!.slice(0, mostCharacters));
      named.set(
        code,
        [...names.keys()].filter((k) => names[k] != null && text.includes(names[k])),
      );
    }
    const found = named.get(code)!;
    if (found.length === 0) continue;
    nNaming++;
    if (found.includes(target.values[i]!)) nOwn++;
  }
  const share = nOwn / Math.max(1, nTrain);
  const precision = nOwn / Math.max(1, nNaming);
  if (share < thresholds.labelShare || precision < thresholds.labelPrecision) return null;
  return { kind: "label-in-text", share, precision };
}
