// Writes docs/reference from the code: commands.md from the commands themselves, errors.md from every FettleError in the sources, parameters.md
// from the comments on the learners' parameters and the defaults of each family.
// With --check it writes nothing and fails where a page is not fresh.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allCommands, type Command } from "../src/edge/cli/index.ts";
import { transportOf } from "../src/lib/index.ts";
import { familyTraits, learnerOf } from "../src/platform/training/families.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Pages by path below docs/reference. */
export async function referencePages(): Promise<Map<string, string>> {
  return new Map([
    ["commands.md", commandsPage(await allCommands())],
    ["errors.md", errorsPage()],
    ["parameters.md", parametersPage()],
  ]);
}

function commandsPage(commands: readonly Command[]): string {
  const sections = commands.map(({ name, args, summary, options, example }) =>
    [
      `## fettle ${[name, ...args.map((arg) => arg.name)].join(" ")}`,
      "",
      `${sentence(summary)}`,
      "",
      ...args.map((arg) => `- \`${arg.name}\`: ${arg.says}`),
      ...options.map(
        ({ flags, says, standard }) =>
          `- \`${flags}\`: ${says}${standard === undefined ? "" : ` (default \`${standard}\`)`}`,
      ),
      "- `--json`: one JSON object on standard output and nothing else there",
      "",
      `Example: \`${example}\``,
    ].join("\n"),
  );
  const exits = "Exit codes: 0 done, 1 a negative report, 2 invalid input, 3 another failure, 130 cancelled.";
  return `# Commands\n\n${exits}\n\n${sections.join("\n\n")}\n`;
}

const sentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

interface ErrorCode {
  readonly code: string;
  readonly kind: string;
  readonly room: string;
  readonly message: string;
}

function errorsPage(): string {
  const rows = errorCodes().map(
    ({ code, kind, room, message }) => `| \`${code}\` | ${kind} | \`${room}\` | ${message} |`,
  );
  const kinds = Object.entries(transportOf).map(([kind, { http, exit }]) => `| ${kind} | ${http} | ${exit} |`);
  return [
    "# Errors",
    "",
    "Every refusal has a code, a message that says what is and what is needed, and most have a hint with the next step.",
    "",
    "| code | kind | room | message |",
    "|---|---|---|---|",
    ...rows,
    "",
    "## Kinds",
    "",
    "| kind | HTTP status | exit code |",
    "|---|---|---|",
    ...kinds,
    "",
  ].join("\n");
}

/** Every code in the sources with its kind and its message, variable parts as `…`. */
function errorCodes(): ErrorCode[] {
  const found = new Map<string, ErrorCode>();
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).sort();
  for (const file of files) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
    const text = readFileSync(join(root, "src", file), "utf8");
    const direct =
      /"(invalid-input|not-found|conflict|not-allowed|not-ready|too-large|overloaded|unavailable|damaged|cancelled)",\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)",\s*(`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g;
    for (const [, kind, code, message] of text.matchAll(direct)) add(kind!, code!, message!, file);
    // Helpers that build an error of one kind take code and message alone.
    const helped =
      /\b(?:refused?|invalid|cannotInitialise|problem|damaged)\(\s*"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)",\s*(?:name,\s*)?(`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")/g;
    for (const [, code, message] of text.matchAll(helped)) add("invalid-input", code!, message!, file);
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1));

  function add(kind: string, code: string, message: string, file: string): void {
    if (found.has(code)) return;
    const plain = message
      .slice(1, -1)
      .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…")
      .replaceAll("\\", "")
      .replaceAll("|", "\\|");
    const room = file
      .split(/[\\/]/)
      .slice(0, file.startsWith("lib") ? 1 : 2)
      .join("/")
      .replace(/\.ts$/, "");
    found.set(code, { code, kind, room, message: plain.length > 200 ? `${plain.slice(0, 200)}…` : plain });
  }
}

/** Where each family's parameters are declared. */
const declarations: Readonly<Record<keyof typeof familyTraits, readonly [file: string, name: string]>> = {
  linear: ["linear", "LinearParams"],
  gam: ["gam", "GamParams"],
  gbdt: ["gbdt-params", "GbdtParams"],
  forest: ["forest", "ForestParams"],
  "extra-trees": ["forest", "ForestParams"],
};

/** What a definition says in other places: its loss and what the loss leaves open. */
const ofTheLoss = new Set(["loss", "quantiles", "delta", "variancePower", "truncation", "gains"]);

function parametersPage(): string {
  const sections = (Object.keys(declarations) as (keyof typeof declarations)[]).map((family) => {
    const { params } = learnerOf("regression", { kind: "squared" }, { family, params: {} });
    const rows = parametersOf(...declarations[family])
      .filter(({ name }) => !ofTheLoss.has(name))
      .map(({ name, says }) => `| \`${name}\` | \`${JSON.stringify(params[name])}\` | ${says} |`);
    const head = ["| parameter | default | what it is |", "|---|---|---|"];
    return [`## ${family}: ${familyTraits[family].title}`, "", ...head, ...rows].join("\n");
  });
  const lead =
    'What `params` may hold in `search.configurations: [{ family: "gbdt", params: { … } }]`. Defaults are those of a training; a search tries others.';
  return `# Parameters\n\n${lead}\n\n${sections.join("\n\n")}\n`;
}

/** The members of an interface with their comments, without what they say of defaults: the table has a column for these. */
function parametersOf(file: string, name: string): { readonly name: string; readonly says: string }[] {
  const text = readFileSync(join(root, "src/ml/learners", `${file}.ts`), "utf8");
  const body = new RegExp(`export interface ${name} \\{\n([\\s\\S]*?)\n\\}`).exec(text)![1]!;
  return [...body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)\?/g)].map(([, comment, member]) => {
    const words = comment!
      .replaceAll(/\n\s*\*/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim();
    return {
      name: member!,
      says: words
        .replace(/ Default `?[-\w.]+`?\.$/, "")
        .replace(" (default)", "")
        .replaceAll("|", "\\|"),
    };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale: string[] = [];
  for (const [name, text] of await referencePages()) {
    const path = join(root, "docs", "reference", name);
    if (!process.argv.includes("--check")) writeFileSync(path, text);
    else if (readFileSync(path, "utf8") !== text) stale.push(name);
  }
  if (stale.length > 0) {
    process.stderr.write(`docs/reference/${stale.join(", ")} not fresh: run "node scripts/write-reference.ts"\n`);
    process.exitCode = 1;
  }
}
