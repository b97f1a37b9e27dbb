import type { CategoryColumn } from "../../ml/table/index.ts";
import { mostCharacters } from "../features/index.ts";
import { textColumns } from "./families.ts";
import type { PreparedRun } from "./prepare-run.ts";

const tag = /<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/i;
/** Share of texts with markup from which it is worth a note. */
const manyTags = 0.05;

/** What a user should know of the texts of a run: markup, and texts that are too long to be read to their end. */
export function textNotes({ definition, schema, table }: PreparedRun): string[] {
  return textColumns(definition, schema).flatMap((name) => {
    const { codes, dictionary } = table.categories(name);
    const shareOf = (test: (text: string) => boolean) => shareOfRows(codes, dictionary.map(test));
    const tags = shareOf((text) => tag.test(text.slice(0, mostCharacters)));
    const long = shareOf((text) => text.length > mostCharacters);
    return [
      ...(tags >= manyTags
        ? [`column "${name}": ${Math.round(100 * tags)} % of the texts hold HTML tags, which are read as text`]
        : []),
      ...(long > 0
        ? [
            `column "${name}": of texts of over ${mostCharacters.toLocaleString("en-US")} characters the beginning is read`,
          ]
        : []),
    ];
  });
}

function shareOfRows(codes: CategoryColumn["codes"], has: readonly boolean[]): number {
  const n = codes.reduce((sum, code) => sum + (code >= 0 && has[code] ? 1 : 0), 0);
  return n / Math.max(1, codes.length);
}
