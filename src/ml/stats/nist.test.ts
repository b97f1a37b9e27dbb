import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { momentsOf } from "./index.ts";

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the files of NIST are not part of the package" : false;

/** Digits in which two numbers agree (NIST's log relative error). */
const digits = (actual: number, certified: number): number =>
  actual === certified ? 16 : -Math.log10(Math.abs(actual - certified) / Math.abs(certified));

// The generated sets of NIST's univariate summary statistics: a first value, then two values in turn.
const generated = [
  { name: "NumAcc1", values: [10000001, 10000003, 10000002], mean: 10000002, deviation: 1, least: 16 },
  { name: "NumAcc2", first: 1.2, pair: [1.1, 1.3], mean: 1.2, deviation: 0.1, least: 14 },
  { name: "NumAcc3", first: 1000000.2, pair: [1000000.1, 1000000.3], mean: 1000000.2, deviation: 0.1, least: 9 },
  { name: "NumAcc4", first: 10000000.2, pair: [10000000.1, 10000000.3], mean: 10000000.2, deviation: 0.1, least: 8 },
];

for (const { name, values, first, pair, mean, deviation, least } of generated)
  test(`momentsOf() has ${least} digits of NIST's ${name}`, () => {
    const xs = Float64Array.from(
      values ?? Array.from({ length: 1001 }, (_, i) => (i === 0 ? first! : pair![(i - 1) % 2]!)),
    );
    const moments = momentsOf(xs);
    assert.ok(digits(moments.mean, mean) >= 15, `mean ${moments.mean}`);
    assert.ok(digits(moments.standardDeviation, deviation) >= least, `deviation ${moments.standardDeviation}`);
  });

interface Anova {
  readonly groups: readonly Float64Array[];
  readonly residualDeviation: number;
  readonly r2: number;
}

function readAnova(name: string): Anova {
  const text = readFileSync(`${folder}/nist-strd/nist_anova/${name}.dat`, "utf8");
  const numberAfter = (label: RegExp) => Number(label.exec(text)?.[1]);
  const rows = text
    .slice(text.lastIndexOf("Data:"))
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((row) => row.length === 2) as [number, number][];
  const levels = [...new Set(rows.map(([level]) => level))];
  return {
    groups: levels.map((level) => Float64Array.from(rows.filter(([own]) => own === level).map(([, y]) => y))),
    residualDeviation: numberAfter(/Residual\s+Standard Deviation\s+(\S+)/),
    r2: numberAfter(/R-Squared\s+(\S+)/),
  };
}

// Doubles nearest to the decimals of the file bound what any program can reach: that of 1000000000000.4 is off by 2e-5.
const anovas = [
  { name: "SiRstv", least: 13 },
  { name: "AtmWtAg", least: 10 },
  { name: "SmLs01", least: 15 },
  { name: "SmLs02", least: 13 },
  { name: "SmLs03", least: 13 },
  { name: "SmLs04", least: 10 },
  { name: "SmLs05", least: 10 },
  { name: "SmLs06", least: 10 },
  { name: "SmLs07", least: 4 },
  { name: "SmLs08", least: 4 },
  { name: "SmLs09", least: 4 },
];

for (const { name, least } of anovas)
  test(`momentsOf() has ${least} digits of NIST's analysis of variance ${name}`, { skip }, () => {
    const { groups, residualDeviation, r2 } = readAnova(name);
    const all = Float64Array.from(groups.flatMap((group) => [...group]));
    const within = groups.reduce((sum, group) => sum + (group.length - 1) * momentsOf(group).standardDeviation ** 2, 0);
    const total = (all.length - 1) * momentsOf(all).standardDeviation ** 2;
    const deviation = Math.sqrt(within / (all.length - groups.length));
    const reached = Math.min(digits(deviation, residualDeviation), digits(1 - within / total, r2));
    assert.ok(reached >= least, `${reached} digits`);
  });
