import { FettleError, nearestName } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";

/**
 * Refuses a definition that names columns which the table lacks: in a list of columns a mistyped name would leave one in, in silence. Throws
 * DEFINITION_COLUMNS with the nearest names.
 * @param named columns by the key of the definition that names them
 */
export function refuseUnknownColumns(
  named: Readonly<Record<string, readonly (string | undefined)[]>>,
  table: Table,
): void {
  const problems = Object.entries(named).flatMap(([key, names]) =>
    names
      .filter((name) => name !== undefined && !table.has(name))
      .map((name) => {
        const near = nearestName(name!, table.names);
        return `${key} names "${name}"${near === undefined ? "" : `, did you mean "${near}"?`}`;
      }),
  );
  if (problems.length === 0) return;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_COLUMNS",
    `Cannot train: the table lacks columns of the model definition: ${problems.slice(0, 20).join("; ")}`,
    { hint: "Mend the names in the model definition", facts: { problems: problems.slice(0, 20) } },
  );
}
