import type { MetricValue } from "../../ml/metrics/index.ts";
import { benjaminiHochberg, normalUpperTail, wilsonInterval, z95 } from "../../ml/stats/index.ts";
import type { AnomalyEvaluation } from "../evaluation/index.ts";
import { rowsMeeting, type Slice, slicesByColumn } from "../evaluation/index.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import { known } from "./read-label.ts";

interface Segment {
  readonly name: string;
  readonly conditions: Slice["conditions"];
  /** Places among the labelled rows. */
  readonly places: Int32Array;
}

/**
 * Recall of segments of the labelled test rows against that of the rest: kinds that training rows have and kinds that they do not, and the columns that the definition
 * names. Intervals of a difference are Wald's; a segment is weak where its recall is lower beyond chance, at a false-discovery rate of 5 %.
 */
export function slicesOf(run: PreparedAnomalies, rows: LabelledRows, alarms: Float64Array): Slice[] {
  const { definition, split } = run;
  const segments = [...kindSegments(run, rows)];
  const table = run.table.take(rows.places.map((place) => split.test[place]!));
  for (const conditions of slicesByColumn(definition.evaluation?.slices ?? [], table)) {
    const places = rowsMeeting(conditions, table);
    const said = conditions.map(({ binning, bin }) => ({ column: binning.column, says: binning.says[bin]! }));
    if (places.length > 0)
      segments.push({ name: said.map(({ says }) => says).join(" and "), conditions: said, places });
  }
  const measured = segments.map((segment) => ({ segment, ...recallOf(segment.places, rows, alarms) }));
  const tested = measured.flatMap(({ pValue }, k) => (pValue === null ? [] : [k]));
  const qValues = benjaminiHochberg(tested.map((k) => measured[k]!.pValue!));
  return measured.map(({ segment: { name, conditions, places }, value, difference }, k) => {
    const at = tested.indexOf(k);
    const qValue = at < 0 ? null : qValues[at]!;
    return {
      name,
      conditions,
      origin: "named",
      n: places.length,
      metric: "recall",
      value,
      difference,
      qValue,
      weak: qValue !== null && qValue <= 0.05 && difference.high !== null && difference.high < 0,
    };
  });
}

/** Places of the labelled test rows whose kind training rows had, and of those whose kind none had. */
function placesByKind(run: PreparedAnomalies, rows: LabelledRows) {
  const seen = seenKinds(run);
  const kindAt = (place: number) => run.kinds![run.split.test[rows.places[place]!]!] ?? null;
  const where = (isInside: (kind: string) => boolean) =>
    Int32Array.from(rows.yTrue.keys()).filter((place) => {
      const kind = kindAt(place);
      return kind !== null && isInside(kind);
    });
  return { seen: where((kind) => seen.has(kind)), unseen: where((kind) => !seen.has(kind)) };
}

function kindSegments(run: PreparedAnomalies, rows: LabelledRows): Segment[] {
  if (run.kinds === null) return [];
  const { seen, unseen } = placesByKind(run, rows);
  const column = run.definition.kind ?? run.definition.label!.column;
  return [
    { name: "kinds that training rows have", places: seen },
    { name: "kinds that no training row has", places: unseen },
  ].flatMap(({ name, places }) =>
    places.length === 0 ? [] : [{ name, conditions: [{ column, says: name }], places }],
  );
}

/** Recall of kinds that training rows had, and of kinds that none had; null where there are none. */
export function recallByKind(run: PreparedAnomalies, rows: LabelledRows, alarms: Float64Array) {
  if (run.kinds === null) return { recallSeen: null, recallUnseen: null };
  const { seen, unseen } = placesByKind(run, rows);
  const of = (places: Int32Array) => (places.length === 0 ? null : recallValue(countsOf(places, rows, alarms)));
  return { recallSeen: of(seen), recallUnseen: of(unseen) };
}

function seenKinds({ kinds, labels, split }: PreparedAnomalies): Set<string | null> {
  return new Set(Array.from(split.train, (row) => (labels![row] === known.anomalous ? kinds![row]! : null)));
}

interface Counts {
  readonly n: number;
  readonly caught: number;
}

function countsOf(places: Iterable<number>, { yTrue }: LabelledRows, alarms: Float64Array): Counts {
  let n = 0;
  let caught = 0;
  for (const place of places)
    if (yTrue[place] === 1) {
      n++;
      caught += alarms[place]!;
    }
  return { n, caught };
}

function recallOf(places: Int32Array, rows: LabelledRows, alarms: Float64Array) {
  const inside = countsOf(places, rows, alarms);
  const all = countsOf(rows.yTrue.keys(), rows, alarms);
  const rest = { n: all.n - inside.n, caught: all.caught - inside.caught };
  const undefinedFor = (reason: string): MetricValue => ({
    value: null,
    low: null,
    high: null,
    n: places.length,
    reason,
  });
  if (inside.n === 0 || rest.n === 0)
    return {
      value: inside.n === 0 ? undefinedFor("no known anomaly is in the slice") : recallValue(inside),
      difference: undefinedFor(`no known anomaly is ${inside.n === 0 ? "in" : "outside"} the slice`),
      pValue: null,
    };
  const [p, q] = [inside.caught / inside.n, rest.caught / rest.n];
  const error = Math.sqrt((p * (1 - p)) / inside.n + (q * (1 - q)) / rest.n);
  const pooled = all.caught / all.n;
  const nullError = Math.sqrt(pooled * (1 - pooled) * (1 / inside.n + 1 / rest.n));
  return {
    value: recallValue(inside),
    difference: { value: p - q, low: p - q - z95 * error, high: p - q + z95 * error, n: inside.n },
    pValue: inside.n < 10 || nullError === 0 ? null : normalUpperTail((q - p) / nullError),
  };
}

const recallValue = ({ n, caught }: Counts): MetricValue => ({ value: caught / n, ...wilsonInterval(caught, n), n });

/** Recall of each kind of anomaly among the labelled test rows, the kind of the most rows first. */
export function kindsOf(run: PreparedAnomalies, rows: LabelledRows, alarms: Float64Array): AnomalyEvaluation["kinds"] {
  if (run.kinds === null) return [];
  const seen = seenKinds(run);
  const placesOf = Map.groupBy(rows.yTrue.keys(), (place) => run.kinds![run.split.test[rows.places[place]!]!] ?? null);
  return [...placesOf]
    .flatMap(([kind, places]) => {
      if (kind === null) return [];
      const counts = countsOf(places, rows, alarms);
      return [{ kind, n: counts.n, seen: seen.has(kind), recall: recallValue(counts) }];
    })
    .sort((a, b) => b.n - a.n || (a.kind < b.kind ? -1 : 1));
}
