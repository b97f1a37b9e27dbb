import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { referencePages } from "../scripts/write-reference.ts";
import { allCommands } from "../src/edge/cli/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

test("the generated reference pages are fresh", async () => {
  for (const [name, text] of await referencePages())
    assert.equal(readFileSync(join(root, "docs/reference", name), "utf8"), text, `${name}: write-reference.ts`);
});

test("every link between pages leads somewhere", () => {
  for (const page of pages)
    for (const [, link] of readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g))
      assert.ok(existsSync(join(root, dirname(page), link!)), `${page} links to ${link}`);
});

test("every ts block of the docs compiles against the package", (context) => {
  const folder = mkdtempSync(join(root, ".docs-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const blocks = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
      (match) => [page, match[1]!] as const,
    ),
  );
  assert.ok(blocks.length >= 2);
  const files = blocks.map(([page, code], k) => {
    const path = join(folder, `${page.replaceAll(/\W/g, "-")}-${k}.ts`);
    writeFileSync(path, code);
    return path;
  });
  const config = {
    extends: "../tsconfig.json",
    compilerOptions: {
      paths: { fettle: ["../src/index.ts"], "fettle/client": ["../src/edge/client/index.ts"] },
    },
    include: [],
    files: files.map((path) => relative(folder, path)),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
});

test("every command of the README exists", async () => {
  const known = new Set((await allCommands()).map(({ name }) => name));
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const named = [...readme.matchAll(/npx fettle (\w+)/g)].map(([, name]) => name!);
  assert.ok(named.length >= 8);
  for (const name of named) assert.ok(known.has(name), name);
});

test("no page names a machine's path", () => {
  for (const page of pages)
    assert.doesNotMatch(readFileSync(join(root, page), "utf8"), /\/(home|root|work|tmp|Users)\//, page);
});
