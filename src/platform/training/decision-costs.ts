import { FettleError, nearestName } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { CostMatrix } from "../evaluation/index.ts";
import type { ModelDefinition } from "./definition.ts";

/** A definition's costs of decisions by class number; undefined where it has none. Throws COST_MATRIX for a name that is no class, a cost that lacks, costs that are all 0. */
export function costMatrixOf({ evaluation }: ModelDefinition, classes: readonly string[]): CostMatrix | undefined {
  const asked = evaluation?.costMatrix;
  if (asked === undefined) return undefined;
  const named = new Set([...Object.keys(asked), ...Object.values(asked).flatMap((row) => Object.keys(row))]);
  const unknown = [...named].find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    const near = nearestName(unknown, classes);
    throw invalid(
      `it names "${unknown}", which is no class of the target`,
      near === undefined ? `The classes are: ${classes.slice(0, 20).join(", ")}` : `Did you mean "${near}"?`,
    );
  }
  const lacks = classes.flatMap((t) =>
    classes.filter((k) => k !== t && asked[t]?.[k] === undefined).map((k) => [t, k]),
  );
  if (lacks.length > 0)
    throw invalid(
      `it lacks ${lacks.length} costs, one for each true class and each other answer is needed`,
      `The first one: costMatrix["${lacks[0]![0]}"]["${lacks[0]![1]}"]`,
    );
  const costs = classes.map((t) => classes.map((k) => asked[t]?.[k] ?? 0));
  if (costs.every((row) => row.every((cost) => cost === row[0])))
    throw invalid("every answer costs the same, answers that differ are needed", "Give mistakes a cost");
  return costs;
}

function invalid(why: string, hint: string): FettleError {
  return new FettleError("invalid-input", "COST_MATRIX", `Cannot decide by evaluation.costMatrix: ${why}`, { hint });
}

/** What a mistake on each row costs; null where all cost alike. Throws ROW_COSTS for values that are no numbers ≥ 0, or all 0. */
export function rowCostsOf({ evaluation }: ModelDefinition, rows: Table): Float64Array | null {
  const column = evaluation?.cost?.perRow;
  if (column === undefined) return null;
  const refused = (why: string, n: number) =>
    new FettleError("invalid-input", "ROW_COSTS", `Cannot weigh mistakes by "${column}": ${why}`, {
      facts: { column, rows: n },
    });
  const { values } = rows.numbers(column);
  const nBad = values.reduce((n, value) => (value >= 0 && Number.isFinite(value) ? n : n + 1), 0);
  if (nBad > 0) throw refused(`${nBad} values are missing or negative, numbers ≥ 0 are needed`, nBad);
  if (values.every((value) => value === 0)) throw refused("all values are 0, some cost is needed", values.length);
  return values;
}
