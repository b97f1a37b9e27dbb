/** Form of an exponential smoothing: how error, trend and season enter. */
export interface EtsForm {
  readonly error: "additive" | "multiplicative";
  readonly trend: "none" | "additive" | "damped";
  readonly season: "none" | "additive" | "multiplicative";
}

const letters = { none: "N", additive: "A", damped: "Ad", multiplicative: "M" } as const;

/** The form in the notation of Hyndman et al. (2008): `A,Ad,M`. */
export function formName({ error, trend, season }: EtsForm): string {
  return `${letters[error]},${letters[trend]},${letters[season]}`;
}

/** Whether a form divides by values or levels: it needs values above 0. */
export function isMultiplicative({ error, season }: EtsForm): boolean {
  return error === "multiplicative" || season === "multiplicative";
}

/** Smoothing parameters and initial states that a fit of the form chooses, for seasons of `period` steps; one seasonal state follows from the others. */
export function countParameters({ trend, season }: EtsForm, period: number): number {
  const ofTrend = { none: 0, additive: 2, damped: 3 }[trend];
  return 2 + ofTrend + (season === "none" ? 0 : period);
}

/**
 * The forms that an automatic choice compares: multiplicative seasons with additive errors are left out (unstable: Hyndman and Khandakar 2008), and
 * so is every multiplicative part where a value is not above 0.
 */
export function candidateForms(hasSeason: boolean, isPositive: boolean): EtsForm[] {
  const forms: EtsForm[] = [];
  for (const error of ["additive", "multiplicative"] as const)
    for (const trend of ["none", "additive", "damped"] as const)
      for (const season of ["none", "additive", "multiplicative"] as const) {
        const form = { error, trend, season };
        if (season !== "none" && !hasSeason) continue;
        if (isMultiplicative(form) && !isPositive) continue;
        if (error === "additive" && season === "multiplicative") continue;
        forms.push(form);
      }
  return forms;
}
