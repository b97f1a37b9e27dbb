import { type ConformalRule, conformalInterval, conformingClasses, groupsOfRows } from "../../ml/conformal/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import {
  argsort,
  benjaminiHochberg,
  binomialLowerTail,
  clopperPearson,
  coverageBounds,
  momentsOf,
  z95,
} from "../../ml/stats/index.ts";
import { pointPrediction } from "./decided.ts";
import { designEffect } from "./design-effect.ts";
import type { ConformalCoverage, Coverage, CoverageSlice } from "./evaluation.ts";
import type { EvaluationInput } from "./evaluation-input.ts";
import { rowsMeeting } from "./segments.ts";
import { type Segments, segmentName, slicesByColumn } from "./slices.ts";

/** Of each test row: whether its interval or set holds the true value, and how large that is (infinite without a bound). */
interface Measured {
  readonly covered: Float64Array;
  readonly sizes: Float64Array;
  readonly groups: Int32Array;
}

interface Named {
  readonly name: string;
  readonly origin: CoverageSlice["origin"];
  readonly rows: Int32Array;
}

/**
 * Checks intervals or sets on the test rows: how many hold the true value and how large they are, overall and by segment. Each row counts once, whatever
 * its weight. Where rows come in groups or follow each other in time, counts are divided by the design effect of the coverage.
 */
export function conformalCoverage(input: EvaluationInput, rule: ConformalRule, segments: Segments): ConformalCoverage {
  const { test, task } = input;
  const n = test.yTrue.length;
  const measured = task === "regression" ? ofIntervals(input, rule) : ofSets(input, rule);
  const effect = designEffect(measured.covered, test.resample);
  const all = Int32Array.from({ length: n }, (_, i) => i);
  const overall = coverageOf(all, measured, effect);
  const named = namedSegments(input, rule, measured, segments).filter(({ rows }) => rows.length > 0);
  const slices = named.map(({ rows }) => coverageOf(rows, measured, effect));
  const qValues = benjaminiHochberg(
    slices.map(({ n: size, covered }) => binomialLowerTail(covered / effect, size / effect, rule.level)),
  );
  const [threshold] = rule.thresholds;
  const isOne = rule.thresholds.length === 1 && threshold !== null && rule.method === "split";
  const nCalibration = rule.nRows.reduce((sum, rows) => sum + rows, 0);
  return {
    level: rule.level,
    score: rule.score,
    method: rule.method,
    nCalibration,
    thresholds: groupNames(input, rule).map((group, k) => ({
      group,
      n: rule.nRows[k]!,
      threshold: rule.thresholds[k]!,
    })),
    overall: { ...overall, isBelow: overall.value.high !== null && overall.value.high < rule.level },
    expected: isOne ? coverageBounds(nCalibration, n, rule.level) : null,
    unit: test.resample.unit,
    widths: task === "regression" ? widthsOf(measured.sizes) : null,
    setSizes: task === "regression" ? null : setSizesOf(measured, input.classes.length),
    slices: named.map(({ name, origin }, k) => ({
      name,
      origin,
      ...slices[k]!,
      qValue: qValues[k]!,
      isBelow: qValues[k]! <= 0.05,
    })),
  };
}

function ofIntervals({ test: { yTrue, prediction, table } }: EvaluationInput, rule: ConformalRule): Measured {
  const nOutputs = prediction.length / yTrue.length;
  const groups = groupsOfRows(rule.groups, table, yTrue);
  const sizes = new Float64Array(yTrue.length);
  const covered = yTrue.map((y, i) => {
    const { low, high } = conformalInterval(rule, groups[i]!, prediction, i * nOutputs);
    sizes[i] = high === null || low === null ? Number.POSITIVE_INFINITY : high - low;
    return (low === null || y >= low) && (high === null || y <= high) ? 1 : 0;
  });
  return { covered, sizes, groups };
}

function ofSets({ test: { yTrue, prediction, table }, classes }: EvaluationInput, rule: ConformalRule): Measured {
  const nOutputs = prediction.length / yTrue.length;
  const groups = groupsOfRows(rule.groups, table, yTrue);
  const sizes = new Float64Array(yTrue.length);
  const conforms = new Uint8Array(classes.length);
  const covered = yTrue.map((y, i) => {
    conformingClasses(rule, groups[i]!, prediction, i * nOutputs, conforms);
    sizes[i] = conforms.reduce((sum, one) => sum + one, 0);
    return conforms[y]!;
  });
  return { covered, sizes, groups };
}

function coverageOf(rows: Int32Array, { covered, sizes }: Measured, effect: number): Coverage {
  const n = rows.length;
  const nCovered = rows.reduce((sum, row) => sum + covered[row]!, 0);
  return {
    n,
    covered: nCovered,
    value: { value: nCovered / n, ...clopperPearson(nCovered / effect, n / effect), n },
    size: meanSize(Float64Array.from(rows, (row) => sizes[row]!).filter(Number.isFinite)),
  };
}

// A normal interval: it says how sure the mean is, and no decision hangs on it.
function meanSize(sizes: Float64Array): MetricValue {
  const { n, mean, standardDeviation } = momentsOf(sizes);
  if (n === 0) return { value: null, low: null, high: null, n, reason: "no interval has two bounds" };
  if (n < 10) return { value: mean, low: null, high: null, n, reason: `only ${n} rows: too few for an interval` };
  const half = (z95 * standardDeviation) / Math.sqrt(n);
  return { value: mean, low: mean - half, high: mean + half, n };
}

function groupNames({ classes }: EvaluationInput, { groups }: ConformalRule): string[] {
  if (groups.kind === "all") return ["all rows"];
  if (groups.kind === "class") return [...classes];
  return [...groups.levels.map((level) => `${groups.column} = ${level}`), `${groups.column}: every other value`];
}

function namedSegments(input: EvaluationInput, rule: ConformalRule, measured: Measured, segments: Segments): Named[] {
  const { test, task, classes, slices = [], protectedColumns = [], personalData = [], validation } = input;
  const byConditions = (origin: Named["origin"], list: readonly Segments["named"][number][]) =>
    list.map((conditions) => ({ name: segmentName(conditions), origin, rows: rowsMeeting(conditions, test.table) }));
  const byCode = (origin: Named["origin"], names: readonly string[], codes: ArrayLike<number>) =>
    names.map((name, k) => ({ name, origin, rows: rowsWhere(test.yTrue.length, (i) => codes[i] === k) }));
  const shown = protectedColumns.filter((column) => !personalData.includes(column) && !slices.includes(column));
  return [
    ...(rule.groups.kind === "column" ? byCode("group", groupNames(input, rule), measured.groups) : []),
    ...(task === "regression"
      ? byPrediction(input)
      : byCode(
          "class",
          classes.map((name) => `class ${name}`),
          test.yTrue,
        )),
    ...byConditions("named", segments.named),
    ...byConditions("protected", slicesByColumn(shown, validation.table)),
    ...byConditions(
      "discovered",
      segments.discovered.map(({ conditions }) => conditions),
    ),
    ...byTime(input),
  ];
}

function rowsWhere(nRows: number, isIn: (row: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < nRows; i++) if (isIn(i)) rows.push(i);
  return Int32Array.from(rows);
}

/** Fewest test rows of which coverage is shown by fifths, or along time. */
const fewestRows = 50;

// Fifths of the test rows by their prediction: where residuals grow with it, one width cannot fit all.
function byPrediction({ test: { yTrue, prediction }, loss }: EvaluationInput): Named[] {
  if (yTrue.length < fewestRows) return [];
  const points = pointPrediction(prediction, yTrue.length, loss?.quantiles);
  const order = argsort(points);
  const names = ["lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth"];
  return names.map((name, k) => {
    const rows = order.slice(cut(order.length, k, 5), cut(order.length, k + 1, 5));
    const [least, most] = [points[rows[0]!]!, points[rows.at(-1)!]!];
    return { name: `${name} by prediction: ${grouped(least)} to ${grouped(most)}`, origin: "prediction", rows };
  });
}

// Test rows of a split in time are in its order.
function byTime({ test: { table, yTrue, resample }, timeColumn }: EvaluationInput): Named[] {
  if (resample.unit !== "block" || timeColumn === undefined || yTrue.length < fewestRows) return [];
  const column = table.column(timeColumn);
  if (column.kind === "category") return [];
  const say = (row: number) =>
    column.kind === "instant" ? new Date(column.values[row]!).toISOString().slice(0, 10) : short(column.values[row]!);
  const nBlocks = Math.min(10, Math.floor(yTrue.length / 25));
  return Array.from({ length: nBlocks }, (_, k) => {
    const [from, to] = [cut(yTrue.length, k, nBlocks), cut(yTrue.length, k + 1, nBlocks)];
    const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
    return { name: `${say(from)} to ${say(to - 1)}`, origin: "time", rows };
  });
}

function cut(n: number, k: number, parts: number): number {
  return Math.round((k * n) / parts);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function grouped(value: number): string {
  const text = short(value);
  return /^-?\d+$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, ",") : text;
}

const nBars = 30;

function widthsOf(sizes: Float64Array): ConformalCoverage["widths"] {
  const widths = sizes.filter(Number.isFinite).sort();
  const nUnbounded = sizes.length - widths.length;
  const [least, most] = [widths[0] ?? 0, widths.at(-1) ?? 0];
  if (most - least <= 1e-9 * Math.abs(most)) return { nUnbounded, histogram: null };
  const step = (most - least) / nBars;
  const counts = new Array<number>(nBars).fill(0);
  for (const width of widths) counts[Math.min(nBars - 1, Math.floor((width - least) / step))]! += 1;
  return { nUnbounded, histogram: { edges: Array.from({ length: nBars + 1 }, (_, k) => least + k * step), counts } };
}

function setSizesOf({ covered, sizes }: Measured, nClasses: number): NonNullable<ConformalCoverage["setSizes"]> {
  return Array.from({ length: nClasses }, (_, k) => {
    const rows = rowsWhere(sizes.length, (i) => sizes[i] === k + 1);
    return { size: k + 1, n: rows.length, covered: rows.reduce((sum, row) => sum + covered[row]!, 0) };
  }).filter(({ size, n }) => n > 0 || size <= 2);
}
