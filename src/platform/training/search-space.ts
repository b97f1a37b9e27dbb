import { type Point, pointAt, type SearchSpace, startPlace } from "../tuning/index.ts";
import type { Configuration } from "./definition.ts";
import type { Family } from "./definition-names.ts";
import { familyTraits, type SearchSetting } from "./families.ts";

/** Name of the parameter that chooses the family. */
const familyName = "family";

/** What a search may set: the family, and `family.parameter` for every parameter of each; spaces differ by setting. */
export function spaceOf(families: readonly Family[], setting?: SearchSetting): SearchSpace {
  return [
    { name: familyName, kind: "choice", values: families },
    ...families.flatMap((family) =>
      spaceOfFamily(family, setting).map((dimension) => ({
        ...dimension,
        name: `${family}.${dimension.name}`,
        when: dimension.when
          ? { name: `${family}.${dimension.when.name}`, is: dimension.when.is }
          : { name: familyName, is: family },
      })),
    ),
  ];
}

function spaceOfFamily(family: Family, setting: SearchSetting | undefined): SearchSpace {
  const { space, on } = familyTraits[family];
  return (setting && on?.[setting]?.space) ?? space;
}

/** The configuration at a point of {@link spaceOf}. */
export function configurationAt(point: Point): Configuration {
  const family = point[familyName] as Family;
  const params = Object.entries(point).flatMap(([name, value]) =>
    name === familyName ? [] : [[name.slice(family.length + 1), value] as const],
  );
  return { family, params: Object.fromEntries(params) };
}

/** The point of a configuration; parameters that it leaves to their defaults are absent. */
export function pointOf({ family, params }: Configuration): Point {
  const { space, on = {} } = familyTraits[family];
  const names = new Set([space, ...Object.values(on).map((other) => other.space)].flat().map(({ name }) => name));
  const known = [...names].flatMap((name) => {
    const value = params[name];
    return value === undefined || typeof value === "object" ? [] : [[`${family}.${name}`, value] as const];
  });
  return { [familyName]: family, ...Object.fromEntries(known) };
}

/** What a family starts with: its defaults, or what replaces them in the setting. */
export function firstParams(family: Family, setting: SearchSetting | undefined): Configuration["params"] {
  return (setting && familyTraits[family].on?.[setting]?.first) ?? {};
}

/**
 * The configurations to try, in order: the defaults of each family first, then places that fill the space evenly, families taking
 * turns (a more complex family has more of them). A longer list starts with the shorter one.
 * @param nTrials how many
 */
export function proposeConfigurations(
  families: readonly Family[],
  nTrials: number,
  seed: number,
  setting?: SearchSetting,
): Configuration[] {
  const more = (family: Family) => Array<Family>(Math.ceil(familyTraits[family].complexity) - 1).fill(family);
  const turns = [...families, ...families.flatMap(more)];
  const seen = new Set<string>();
  const proposals: Configuration[] = [];
  for (let turn = 0; proposals.length < nTrials && turn < 50 * nTrials; turn++) {
    const family = turns[turn % turns.length]!;
    const n = proposals.filter((proposal) => proposal.family === family).length;
    const space = spaceOfFamily(family, setting);
    const params = n === 0 ? firstParams(family, setting) : pointAt(space, startPlace(turn, space.length, seed));
    const key = JSON.stringify([family, params]);
    if (seen.has(key)) continue;
    seen.add(key);
    proposals.push({ family, params });
  }
  return proposals;
}
