import { assertNever } from "../../lib/index.ts";
import type { FittedForecaster } from "./forecaster.ts";
import type { ForecasterData } from "./forecaster-data.ts";
import { lastSeasonModel } from "./last-season.ts";
import { driftModel, meanModel } from "./mean-and-drift.ts";
import { smoothingModel } from "./smoothing-model.ts";
import { thetaModel } from "./theta-model.ts";

/** A fitted forecaster from its data: what {@link FittedForecaster.toJSON} gave. */
export function loadForecaster(data: ForecasterData): FittedForecaster {
  switch (data.kind) {
    case "naive":
    case "seasonal-naive":
      return lastSeasonModel(data);
    case "mean":
      return meanModel(data);
    case "drift":
      return driftModel(data);
    case "ets":
    case "holt-winters":
      return smoothingModel(data);
    case "theta":
      return thetaModel(data);
    default:
      return assertNever(data);
  }
}
