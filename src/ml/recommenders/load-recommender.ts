import { assertNever } from "../../lib/index.ts";
import { loadAls } from "./als-model.ts";
import type { ScanKernels } from "./item-scan.ts";
import { loadItemNeighbours } from "./neighbours-model.ts";
import { loadPopularity } from "./popularity.ts";
import type { FittedRecommender } from "./recommender.ts";
import type { RecommenderData } from "./recommender-data.ts";
import { damagedRecommender } from "./recommender-errors.ts";

const kinds: readonly string[] = ["popularity", "item-neighbours", "als"] satisfies RecommenderData["kind"][];

/** A recommender from its data: the inverse of `toJSON`, to the bit. With compiled kernels factors score faster. Throws RECOMMENDER_DATA for data that no recommender here wrote. */
export function loadRecommender(data: RecommenderData, kernels?: ScanKernels): FittedRecommender {
  if (!kinds.includes(data.kind)) throw damagedRecommender("its kind is unknown");
  switch (data.kind) {
    case "popularity":
      return loadPopularity(data);
    case "item-neighbours":
      return loadItemNeighbours(data);
    case "als":
      return loadAls(data, kernels);
    default:
      return assertNever(data);
  }
}
