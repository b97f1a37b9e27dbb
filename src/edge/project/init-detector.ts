import { resolve } from "node:path";
import { defineDetector, detectorToSource, readLabel } from "../../platform/anomaly/index.ts";
import { contractToSource, detectPersonalData, inferContract, type SourceReader } from "../../platform/data/index.ts";
import {
  cannotInitialise,
  checkColumn,
  checkKind,
  dataOf,
  type InitialisedModel,
  type NewTableModel,
  readingNotes,
  readOptions,
  writeModel,
} from "./init-model.ts";
import type { Project } from "./project.ts";

/**
 * Reads a table and writes `models/<model>.ts`, a model that tells anomalies, with its contract beside it. A label is optional; `--target` is taken for one.
 * @param from folder that the paths in `asked` are relative to
 */
export async function initDetector(
  project: Project,
  model: string,
  asked: NewTableModel,
  from: string,
  reader: SourceReader,
): Promise<InitialisedModel> {
  const column = asked.label ?? (asked.target === "" ? undefined : asked.target);
  checkAsked(asked, column);
  const options = readOptions(asked);
  const reading = await reader.read(
    asked.data.map((path) => resolve(from, path)),
    { ...options, ...(column === undefined ? {} : { literalColumns: [column] }) },
  );
  const { table, schema } = reading;
  const split = asked.time ?? asked.group;
  for (const name of [column, split, ...(asked.ignore ?? [])]) if (name !== undefined) checkColumn(name, table.names);
  checkKind(schema, "split by time along", asked.time, ["instant", "integer", "number"]);
  const label =
    column === undefined
      ? undefined
      : { column, ...(asked.positive === undefined ? {} : { positive: asked.positive }) };
  const built = label && readLabel(table, schema, label);
  const personalData = detectPersonalData(table, schema);
  const definition = defineDetector({
    name: model,
    task: "anomaly",
    data: dataOf(project, asked, from, options),
    ...(label === undefined ? {} : { label }),
    ...(split === undefined ? {} : { split: { kind: asked.time === undefined ? "group" : "time", column: split } }),
    ...(asked.ignore === undefined ? {} : { ignore: asked.ignore }),
    ...(asked.share === undefined ? {} : { share: asked.share }),
    ...(asked.cost === undefined ? {} : { cost: asked.cost }),
  });
  const files = writeModel(project, model, asked.force === true, {
    [`${model}.contract.ts`]: contractToSource(inferContract(table, schema, personalData)),
    [`${model}.ts`]: detectorToSource(definition, `./${model}.contract.ts`),
  });
  return {
    model,
    files,
    nRows: table.nRows,
    nColumns: table.nColumns,
    task: "anomaly",
    target:
      built === undefined
        ? "find anomalies; no row is known to be one, so quality cannot be measured"
        : `find anomalies; ${column} says which rows are ${built.classes[1]}`,
    personalData: [...personalData.keys()],
    notes: [
      ...readingNotes(reading),
      ...(built !== undefined && built.nUnlabelled > 0
        ? [`${built.nUnlabelled} rows have no label: detectors learn from them, nothing is measured on them`]
        : []),
      ...(built?.notes ?? []),
    ],
  };
}

function checkAsked(asked: NewTableModel, label: string | undefined): void {
  const { time, group, positive, share, cost } = asked;
  if (time !== undefined && group !== undefined)
    throw cannotInitialise(
      "INIT_SPLIT",
      "a time and a group split are asked for, one is needed",
      "Leave out --time or --group",
    );
  if (positive !== undefined && label === undefined)
    throw cannotInitialise(
      "INIT_LABEL",
      "--positive says what a label means, and no label is named",
      "Add --label COLUMN",
    );
  if (cost !== undefined && label === undefined)
    throw cannotInitialise(
      "INIT_LABEL",
      "costs need rows that are known to be anomalous, and no label is named",
      "Add --label COLUMN",
    );
  if (cost !== undefined && share !== undefined)
    throw cannotInitialise(
      "INIT_SHARE",
      "the threshold comes from a share or from costs, not from both",
      "Leave out --share or --cost",
    );
}
