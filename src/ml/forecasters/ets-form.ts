/** Form of an exponential smoothing: how error, trend and season enter. */
export interface EtsForm {
  readonly error: "additive" | "multiplicative";
  readonly trend: "none" | "additive" | "damped";
  readonly season: "none" | "additive" | "multiplicative";
}

/** A form whose parts may be left to the choice. */
export type AskedForm = { readonly [Part in keyof EtsForm]: EtsForm[Part] | "auto" };

const letters = { none: "N", additive: "A", damped: "Ad", multiplicative: "M", auto: "Z" } as const;

/** A form in the notation of Hyndman et al. (2008): `A,Ad,M`; Z is what is chosen. */
export function formName({ error, trend, season }: AskedForm): string {
  return `${letters[error]},${letters[trend]},${letters[season]}`;
}

/** Whether a form divides by values or levels: it needs values above 0. */
export function isMultiplicative({ error, season }: AskedForm): boolean {
  return error === "multiplicative" || season === "multiplicative";
}

/** Smoothing parameters and initial states that a fit of the form chooses, for seasons of `period` steps; one seasonal state follows from the others. */
export function countParameters({ trend, season }: EtsForm, period: number): number {
  const ofTrend = { none: 0, additive: 2, damped: 3 }[trend];
  return 2 + ofTrend + (season === "none" ? 0 : period);
}

const errors = ["additive", "multiplicative"] as const;
const trends = ["none", "additive", "damped"] as const;
const seasons = ["none", "additive", "multiplicative"] as const;

/**
 * The forms that may stand for what is asked. A choice leaves out multiplicative parts where values are not above 0; multiplicative seasons with additive
 * errors (unstable: Hyndman and Khandakar 2008) unless both are asked for; and undamped trends with multiplicative errors unless one of them is asked for
 * (they win one-step likelihoods by steep local trends: docs/methods/forecasting.md has what that costs).
 */
export function formsFor(asked: AskedForm, isPositive: boolean): EtsForm[] {
  const may = <Part extends string>(part: Part, wanted: Part | "auto") => wanted === "auto" || wanted === part;
  const isChosen = asked.error === "auto";
  return errors
    .flatMap((error) => trends.flatMap((trend) => seasons.map((season) => ({ error, trend, season }))))
    .filter(
      (form) =>
        may(form.error, asked.error) &&
        may(form.trend, asked.trend) &&
        may(form.season, asked.season) &&
        (isPositive || !isMultiplicative(form)) &&
        (form.error === "multiplicative" ||
          form.season !== "multiplicative" ||
          (asked.error === "additive" && asked.season === "multiplicative")) &&
        !(isChosen && form.error === "multiplicative" && form.trend === "additive" && asked.trend === "auto"),
    );
}
