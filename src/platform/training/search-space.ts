import { type Point, pointAt, type SearchSpace, startPlace } from "../tuning/index.ts";
import type { AnyConfiguration } from "./definition.ts";

/** What a search knows of one family. */
export interface SearchFamily<Name extends string = string> {
  readonly name: Name;
  /** Among trials of equal quality the smaller one wins; the greater, the more of the first places it has. */
  readonly complexity: number;
  /** Empty: there is nothing to set, and the family is tried once. */
  readonly space: SearchSpace;
  /** What is tried first. Default: the family's defaults. */
  readonly first?: AnyConfiguration["params"];
}

/** Name of the parameter that chooses the family. */
const familyName = "family";

/** What a search may set: the family, and `family.parameter` for every parameter of each. */
export function spaceOf(families: readonly SearchFamily[]): SearchSpace {
  return [
    { name: familyName, kind: "choice", values: families.map(({ name }) => name) },
    ...families.flatMap(({ name: family, space }) =>
      space.map((dimension) => ({
        ...dimension,
        name: `${family}.${dimension.name}`,
        when: dimension.when
          ? { name: `${family}.${dimension.when.name}`, is: dimension.when.is }
          : { name: familyName, is: family },
      })),
    ),
  ];
}

/** The configuration at a point of {@link spaceOf}. */
export function configurationAt(point: Point): AnyConfiguration {
  const family = String(point[familyName]);
  const params = Object.entries(point).flatMap(([name, value]) =>
    name === familyName ? [] : [[name.slice(family.length + 1), value] as const],
  );
  return { family, params: Object.fromEntries(params) };
}

/** The point of a configuration; parameters that it leaves to their defaults are absent. */
export function pointOf(families: readonly SearchFamily[], { family, params }: AnyConfiguration): Point {
  const { space } = searchFamily(families, family);
  const known = space.flatMap(({ name }) => {
    const value = params[name];
    return value === undefined || typeof value === "object" ? [] : [[`${family}.${name}`, value] as const];
  });
  return { [familyName]: family, ...Object.fromEntries(known) };
}

/** A family of a search by its name. */
export function searchFamily(families: readonly SearchFamily[], name: string): SearchFamily {
  return families.find((family) => family.name === name)!;
}

/**
 * The configurations to try, in order: the first of each family, then places that fill the space evenly, families taking
 * turns (a more complex family has more of them). A longer list starts with the shorter one.
 * @param nTrials how many
 */
export function proposeConfigurations<Name extends string>(
  families: readonly SearchFamily<Name>[],
  nTrials: number,
  seed: number,
): { readonly family: Name; readonly params: AnyConfiguration["params"] }[] {
  const more = (family: SearchFamily<Name>) => Array(Math.ceil(family.complexity) - 1).fill(family);
  const turns: readonly SearchFamily<Name>[] = [...families, ...families.flatMap(more)];
  const seen = new Set<string>();
  const proposals: { family: Name; params: AnyConfiguration["params"] }[] = [];
  for (let turn = 0; proposals.length < nTrials && turn < 50 * nTrials; turn++) {
    const { name: family, space, first = {} } = turns[turn % turns.length]!;
    const n = proposals.filter((proposal) => proposal.family === family).length;
    const params = n === 0 ? first : pointAt(space, startPlace(turn, space.length, seed));
    const key = JSON.stringify([family, params]);
    if (seen.has(key)) continue;
    seen.add(key);
    proposals.push({ family, params });
  }
  return proposals;
}
