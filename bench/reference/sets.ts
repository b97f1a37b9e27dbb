import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One reference set: where it lies, what is predicted, and which recorded figures it is held against. */
export interface ReferenceSet {
  readonly name: string;
  readonly file: string;
  /** The official test file; absent: the common split. */
  readonly testFile?: string;
  readonly separator: "," | "\t";
  readonly hasHeader: boolean;
  readonly target: string;
  readonly task: "binary" | "multiclass" | "regression";
  readonly positive?: string;
  /** Entry of MANIFEST.json, and what its text says before `; n=`. */
  readonly entry: string;
  readonly label: string;
  /** A class whose rows are left out on both sides. */
  readonly leaveOut?: string;
  /** Largest loss of ROC AUC, or largest rise of RMSE as a share, that passes; absent: figures are shown without a verdict. */
  readonly bar?: number;
}

const common = { separator: ",", hasHeader: true } as const;

/** The sets in the order of the table. */
export const referenceSets: readonly ReferenceSet[] = [
  {
    ...common,
    name: "adult",
    file: "adult/adult-train.csv",
    testFile: "adult/adult-test.csv",
    hasHeader: false,
    target: "column15",
    task: "binary",
    positive: ">50K",
    entry: "adult",
    label: "adult (official split)",
    bar: 0.005,
  },
  {
    ...common,
    name: "telco-churn",
    file: "telco-churn/Telco-Customer-Churn.csv",
    target: "Churn",
    task: "binary",
    positive: "Yes",
    entry: "telco-churn",
    label: "telco-churn",
    bar: 0.005,
  },
  {
    ...common,
    name: "german-credit",
    file: "german-credit/german.csv",
    hasHeader: false,
    target: "column21",
    task: "binary",
    positive: "2",
    entry: "german-credit",
    label: "german-credit (2=bad is positive)",
    bar: 0.03,
  },
  {
    ...common,
    name: "lightgbm-binary",
    file: "lightgbm-examples/binary.train",
    testFile: "lightgbm-examples/binary.test",
    separator: "\t",
    hasHeader: false,
    target: "column1",
    task: "binary",
    positive: "1",
    entry: "lightgbm-examples",
    label: "lightgbm-examples binary (official split)",
  },
  {
    ...common,
    name: "california-housing",
    file: "california-housing/housing.csv",
    target: "median_house_value",
    task: "regression",
    entry: "california-housing",
    label: "california-housing",
    bar: 0.02,
  },
  {
    ...common,
    name: "diamonds",
    file: "diamonds/diamonds.csv",
    target: "price",
    task: "regression",
    entry: "diamonds",
    label: "diamonds",
    bar: 0.02,
  },
  {
    ...common,
    name: "wine-white-regression",
    file: "wine-quality/winequality-white.csv",
    hasHeader: false,
    target: "column12",
    task: "regression",
    entry: "wine-quality",
    label: "wine-quality white as regression",
    bar: 0.02,
  },
  {
    ...common,
    name: "wine-white-multiclass",
    file: "wine-quality/winequality-white.csv",
    hasHeader: false,
    target: "column12",
    task: "multiclass",
    leaveOut: "9",
    entry: "wine-quality",
    label: "wine-quality white (7 classes)",
  },
  {
    ...common,
    name: "penguins",
    file: "penguins/penguins.csv",
    target: "species",
    task: "multiclass",
    entry: "penguins",
    label: "penguins",
  },
  {
    ...common,
    name: "lightgbm-multiclass",
    file: "lightgbm-examples/multiclass.train",
    testFile: "lightgbm-examples/multiclass.test",
    separator: "\t",
    hasHeader: false,
    target: "column1",
    task: "multiclass",
    entry: "lightgbm-examples",
    label: "lightgbm-examples multiclass (official split)",
  },
];

/** The split that sets without an official one share: whether row i of the file, from 0 and without the header, is a test row. */
export const isTestRow = (i: number): boolean => (Math.imul(i, 2654435761) >>> 0) / 4294967296 < 0.25;

/** Writes `train.csv` and `test.csv`, each with a header, into a folder. Returns the number of test rows. */
export function writeSplit(dataDir: string, set: ReferenceSet, folder: string): number {
  const rowsOf = (file: string) => readFileSync(join(dataDir, file), "utf8").split(/\r?\n/).filter(Boolean);
  const isKept = (row: string) => set.leaveOut === undefined || !row.endsWith(`${set.separator}${set.leaveOut}`);
  const lines = rowsOf(set.file);
  const header = set.hasHeader ? lines.shift()! : numberedHeader(lines[0]!.split(set.separator).length, set.separator);
  const [train, test] = set.testFile
    ? [lines, rowsOf(set.testFile)]
    : [lines.filter((_, i) => !isTestRow(i)), lines.filter((_, i) => isTestRow(i))];
  const write = (name: string, rows: readonly string[]) =>
    writeFileSync(join(folder, name), `${[header, ...rows.map((row) => tidied(set, row))].join("\n")}\n`);
  const kept = test.filter(isKept);
  write("train.csv", train.filter(isKept));
  write("test.csv", kept);
  return kept.length;
}

const numberedHeader = (n: number, separator: string) =>
  Array.from({ length: n }, (_, j) => `column${j + 1}`).join(separator);

// The test labels of adult end in a full stop, and its fields are parted by a comma and a blank.
const tidied = ({ name }: ReferenceSet, row: string) =>
  name === "adult" ? row.replaceAll(", ", ",").replace(/\.$/, "") : row;

/** The recorded figures of one set by scikit-learn 1.2.1, by their names there (`auc`, `logloss`, `acc`, `rmse` …). */
export interface RecordedFigures {
  readonly linear: Readonly<Record<string, number>>;
  readonly gbdt: Readonly<Record<string, number>>;
}

/** Reads the figures of a set out of MANIFEST.json. Throws where the text has none. */
export function recordedFigures(dataDir: string, { entry, label }: ReferenceSet): RecordedFigures {
  const manifest = JSON.parse(readFileSync(join(dataDir, "MANIFEST.json"), "utf8")) as {
    name: string;
    references: string;
  }[];
  const text = manifest.find(({ name }) => name === entry)?.references ?? "";
  const at = text.indexOf(`baseline here (${label}; n=`);
  const found = /: linear ([^;]+); GBDT ([a-z0-9_., -]+)/.exec(at < 0 ? "" : text.slice(at));
  if (!found) throw new Error(`MANIFEST.json has no figures for "${label}"`);
  return { linear: figures(found[1]!), gbdt: figures(found[2]!) };
}

const figures = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/([a-z]\w*) (-?[\d.]+(?:e-?\d+)?)/g)].map(([, name, value]) => [
      name!,
      Number(value!.replace(/\.$/, "")),
    ]),
  );
