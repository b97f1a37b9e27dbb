import pc from "picocolors";
import type { NewModel } from "../../project/index.ts";
import { type Command, withApp } from "../command.ts";
import { count } from "../format.ts";
import {
  choiceOption,
  costOption,
  listOption,
  numberOption,
  positiveOption,
  textOption,
  wholeOption,
} from "../options.ts";

export const init: Command = {
  name: "init",
  summary: "write a small typed project from a table",
  args: [{ name: "<model>", says: "name of the model: small letters, digits, hyphens" }],
  options: [
    { flags: "--data <files...>", says: "the table: CSV, TSV, JSON, NDJSON, Parquet or svmlight" },
    { flags: "--target <column>", says: "the column to predict" },
    { flags: "--test <file>", says: "an official test file with the same columns" },
    { flags: "--positive <rule>", says: "VALUE, !=VALUE or >=NUMBER: makes a yes/no target out of the column" },
    {
      flags: "--task <task>",
      says: "binary, multiclass or regression, inferred where absent; or text, ranking, recommendation, forecast, anomaly",
    },
    { flags: "--text <columns...>", says: "the columns of the task text; found where absent" },
    { flags: "--query <column>", says: "ranking: which rows are ordered together" },
    { flags: "--user <column>", says: "recommendation: who; guessed by its name where absent" },
    { flags: "--item <column>", says: "recommendation: what; guessed by its name where absent" },
    { flags: "--series <column>", says: "forecast: which series a row belongs to; guessed where absent" },
    { flags: "--horizon <n>", says: "forecast: steps to forecast" },
    { flags: "--season <n>", says: "forecast: steps of a season, 1 for none; by frequency where absent" },
    { flags: "--label <column>", says: "anomaly: says which rows are known to be anomalous; may be left out" },
    { flags: "--share <share>", says: "anomaly: share of the rows to call anomalous, above 0 up to 0.5" },
    { flags: "--time <column>", says: "split by time: train on the past, test on the latest rows; a forecast's time" },
    { flags: "--group <column>", says: "keep the rows of one group in one part" },
    { flags: "--ignore <columns...>", says: "columns that are no features" },
    { flags: "--weight <column>", says: "sample weights" },
    { flags: "--cost <FP:FN>", says: "cost of a wrong positive and of a wrong negative: sets the threshold" },
    { flags: "--conformal <level>", says: "answer with intervals or sets that hold the truth this often, such as 0.9" },
    { flags: "--no-header", says: "the files have no header row: columns are column1 … columnN" },
    { flags: "--separator <character>", says: "character between fields; detected where absent" },
    { flags: "--quote <character>", says: 'quote character; "none" reads quotes as text' },
    { flags: "--encoding <label>", says: "text encoding; detected where absent" },
    { flags: "--missing <marks...>", says: "texts that mean missing, for example ? NA" },
    { flags: "--force", says: "replace the files of a model that is already there" },
  ],
  example: "fettle init churn --data customers.csv --target Churn",
  async run(io, [model = ""], options) {
    const result = await withApp(io, (app) => app.init(model, initOptions(options)), { create: true });
    const lines = [
      `${pc.bold(result.model)}: ${result.task} on ${count(result.nRows, "row")} × ${count(result.nColumns, "column")}; ${result.target}`,
      ...result.notes.map((note) => pc.dim(`  · ${note}`)),
      ...(result.personalData.length > 0
        ? [pc.yellow(`  personal data suspected, kept out of the features: ${result.personalData.join(", ")}`)]
        : []),
      `wrote ${result.files.join(", ")}`,
      `next: ${pc.cyan(`fettle train ${result.model}`)}`,
    ];
    return { json: result, text: lines.join("\n") };
  },
};

function initOptions(options: Readonly<Record<string, unknown>>): NewModel {
  const quote = textOption(options, "quote");
  const entries = {
    test: textOption(options, "test"),
    positive: textOption(options, "positive"),
    task: choiceOption(options, "task", [
      "binary",
      "multiclass",
      "regression",
      "text",
      "ranking",
      "recommendation",
      "forecast",
      "anomaly",
    ]),
    text: listOption(options, "text"),
    query: textOption(options, "query"),
    label: textOption(options, "label"),
    share: numberOption(options, "share"),
    user: textOption(options, "user"),
    item: textOption(options, "item"),
    series: textOption(options, "series"),
    horizon: wholeOption(options, "horizon", 1, 10_000),
    season: wholeOption(options, "season", 1, 100_000),
    time: textOption(options, "time"),
    group: textOption(options, "group"),
    ignore: listOption(options, "ignore"),
    weight: textOption(options, "weight"),
    cost: costOption(options, "cost"),
    conformal: positiveOption(options, "conformal"),
    header: options.header === false ? false : undefined,
    separator: textOption(options, "separator")?.replace("\\t", "\t"),
    quote: quote === "none" ? "" : quote,
    encoding: textOption(options, "encoding"),
    missing: listOption(options, "missing"),
  };
  const given = Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
  const data = Array.isArray(options.data) ? options.data.map(String) : [];
  return { data, target: textOption(options, "target") ?? "", force: options.force === true, ...given };
}
