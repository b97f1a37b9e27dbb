import { FettleError } from "../../../lib/index.ts";
import { type Command, withApp } from "../command.ts";
import { count, seconds } from "../format.ts";
import { choiceOption, textOption } from "../options.ts";

export const score: Command = {
  name: "score",
  summary: "predict for every row of files, in bounded memory",
  args: [{ name: "<model>", says: "churn, or churn@1 for one version" }],
  options: [
    {
      flags: "--in <files...>",
      says: "CSV, TSV, JSON, NDJSON, Parquet or svmlight; a forecast needs none: it goes on from what it knows",
    },
    { flags: "--out <file>", says: "Parquet, CSV or NDJSON, by its ending" },
    { flags: "--format <format>", says: "parquet, csv or ndjson, where the ending does not say it" },
    { flags: "--explain", says: "add what each column contributed to the score (SHAP values)" },
    {
      flags: "--background <file>",
      says: "explain against the first 100 rows of this file (interventional; trees only)",
    },
  ],
  example: "fettle score churn@1 --in new.csv --out scored.parquet",
  async run(io, [reference = ""], options) {
    const input = Array.isArray(options.in) ? options.in.map(String) : [];
    const out = textOption(options, "out");
    if (out === undefined)
      throw new FettleError("invalid-input", "OPTION_MISSING", "Cannot score: --out is absent, a file is needed", {
        hint: "For example: fettle score churn --in new.csv --out scored.parquet",
      });
    const format = choiceOption(options, "format", ["parquet", "csv", "ndjson"]);
    const background = textOption(options, "background");
    const explaining = { explain: options.explain === true, ...(background === undefined ? {} : { background }) };
    const onRows = (rows: number) => io.live(`${count(rows, "row")} scored`);
    const result = await withApp(io, (app) =>
      app.score(reference, { input, out, signal: io.signal, onRows, ...explaining, ...(format ? { format } : {}) }),
    );
    const rejected = result.nRejected > 0 ? `, ${count(result.nRejected, "unreadable row")} left out` : "";
    const unread = result.rejected.slice(0, 3).map((row) => `${row.file} line ${row.line}: ${row.reason}`);
    const notes = [...unread, ...result.notes].map((note) => `  · ${note}`);
    const { nRows, nWritten = nRows } = result;
    const what = nWritten === nRows ? count(nRows, "row") : `${count(nRows, "row")}, wrote ${count(nWritten, "row")}`;
    const text = [
      `${result.model}@${result.version} scored ${what}${rejected} into ${result.out} in ${seconds(result.seconds)}`,
      ...notes,
    ].join("\n");
    return { json: result, text };
  },
};
