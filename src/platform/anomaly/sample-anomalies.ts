import { createRng, hashOf } from "../../lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { snapshotId } from "../data/index.ts";
import type { TaskInput } from "../training/index.ts";
import type { AnomalyDefinition } from "./definition.ts";

const hour = 3_600_000;

/** A seeded table with planted anomalies, 1 in 10, of three kinds; those of kind `late` are only in the last quarter. Columns `kind` and `strange` tell. */
export function anomalyTable(nRows: number, seed = 1): Table {
  const rng = createRng(seed).fork("anomalies");
  const rows = Array.from({ length: nRows }, (_, i) => {
    const isStrange = rng.below(10) === 0;
    const kinds = i < 0.75 * nRows ? ["large", "odd"] : ["large", "odd", "late"];
    const kind = isStrange ? kinds[rng.below(kinds.length)]! : "none";
    const common = rng.uniform() + rng.uniform() - 1;
    const part = () => rng.uniform() + rng.uniform() + rng.uniform() - 1.5;
    return {
      amount: 50 + 10 * (common + part()) * (kind === "large" ? 5 : 1),
      weight: 5 + common + 0.3 * part() + (kind === "odd" ? 4 : 0),
      place: kind === "odd" ? `far ${rng.below(3)}` : `near ${rng.below(4)}`,
      when: (24 * i + (kind === "late" ? 3 : 9 + rng.below(8))) * hour,
      kind,
      isStrange,
      gap: rng.below(30) === 0,
    };
  });
  return Table.of({
    amount: numberColumn(rows.map(({ amount, gap }) => (gap ? null : amount))),
    weight: numberColumn(rows.map(({ weight }) => weight)),
    place: categoryColumn(rows.map(({ place }) => place)),
    when: instantColumn(rows.map(({ when }) => when)),
    kind: categoryColumn(rows.map(({ kind }) => kind)),
    strange: categoryColumn(rows.map(({ isStrange }) => (isStrange ? "yes" : "no"))),
  });
}

/** A training on a table of anomalies, without labels unless the definition names one. */
export function anomalyInput(
  { label, ...rest }: Partial<AnomalyDefinition> = {},
  table = anomalyTable(800),
): TaskInput<AnomalyDefinition> {
  const schema = table.names.map((name) => ({ name, type: table.column(name).kind }));
  const known = ["kind", "strange"].filter((name) => name !== label?.column && name !== rest.kind && table.has(name));
  return {
    definition: {
      name: "sample",
      task: "anomaly",
      data: { files: ["sample.csv"] },
      ...(label === undefined ? {} : { label }),
      ...rest,
      ignore: [...known, ...(rest.ignore ?? [])],
      evaluation: { resamples: 200, ...rest.evaluation },
    },
    snapshot: {
      id: snapshotId(table, schema),
      schema,
      nRows: table.nRows,
      object: hashOf("object"),
      source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
    },
    table,
    testStart: null,
    champion: null,
  };
}
