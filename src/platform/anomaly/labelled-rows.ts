import type { ResampleUnit } from "../../ml/metrics/index.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

/** The rows of one part that have a label. */
export interface LabelledRows {
  /** 1 for an anomaly, else 0. */
  readonly yTrue: Float64Array;
  /** Their places in the part. */
  readonly places: Int32Array;
  /** Values of the whole part at those places. */
  readonly take: (values: Float64Array) => Float64Array;
  readonly resample: ResampleUnit;
}

/** The labelled rows of a part; the run must have labels. */
export function labelledRows({ labels, split }: PreparedAnomalies, part: Int32Array): LabelledRows {
  const places = Int32Array.from(part.keys()).filter((place) => labels![part[place]!] !== known.unlabelled);
  const { resample } = split;
  return {
    yTrue: Float64Array.from(places, (place) => labels![part[place]!]!),
    places,
    take: (values) => Float64Array.from(places, (place) => values[place]!),
    resample:
      resample.unit === "group"
        ? { unit: "group", groups: places.map((place) => resample.groups[part[place]!]!) }
        : resample,
  };
}
