// Holds every import of src/ against the rooms table in ARCHITECTURE.md: floors go one way, rooms enter by their door.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");
const floors = ["lib", "ml", "platform", "edge"];

// Rows look like: | `ml/stats` | what lives there | `ml/table`, `ml/metrics` |
const rooms = new Map();
for (const line of readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("\n")) {
  const cells = line.split("|").map((cell) => cell.trim());
  const name = /^`((?:lib|ml|platform|edge)[a-z/-]*)`$/.exec(cells[1] ?? "")?.[1];
  if (name) rooms.set(name, new Set([...(cells[3] ?? "").matchAll(/`([a-z/-]+)`/g)].map((match) => match[1])));
}

const problems = [];
const roomOf = (file) => {
  const parts = relative(src, file).split("/");
  return parts.length === 1 ? "root" : parts[0] === "lib" ? "lib" : parts.slice(0, 2).join("/");
};
const floorOf = (room) => (room === "root" ? floors.length : floors.indexOf(room.split("/")[0]));
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => join(entry.parentPath, entry.name));

function checkImport(file, specifier) {
  const here = roomOf(file);
  const where = relative(root, file);
  const isTest = file.endsWith(".test.ts");
  if (!specifier.startsWith(".")) {
    if (isTest || (here !== "lib" && floorOf(here) > 2)) return;
    const allowed = !specifier.startsWith("node:") || (here === "lib" && specifier === "node:crypto");
    if (!allowed) problems.push(`${where}: ${here} may not import ${specifier}`);
    return;
  }
  const target = resolve(dirname(file), specifier);
  if (!target.startsWith(src)) {
    if (!isTest) problems.push(`${where}: imports ${specifier}, outside src/`);
    return;
  }
  const there = roomOf(target);
  if (there === here || here === "root") return;
  if (isTest) {
    if (!target.endsWith("/index.ts") && there !== "root")
      problems.push(`${where}: enters ${there} by ${specifier}, not by its index.ts`);
    return;
  }
  if (!target.endsWith("/index.ts")) problems.push(`${where}: enters ${there} by ${specifier}, not by its index.ts`);
  if (floorOf(there) > floorOf(here)) problems.push(`${where}: ${here} imports ${there}, a floor above`);
  else if (floorOf(there) === floorOf(here) && !rooms.get(here)?.has(there))
    problems.push(`${where}: ${here} imports ${there}, which its row in ARCHITECTURE.md does not name`);
}

// What would let a clock, chance or the process into the pure floors.
const impure =
  /\b(Date\.now|Math\.random|performance\.now|process\.(env|argv|exit|hrtime|memoryUsage))\b|\bnew Date\(\)/;

for (const file of files) {
  const room = roomOf(file);
  const text = readFileSync(file, "utf8");
  if (room !== "root" && !rooms.has(room))
    problems.push(`${relative(root, file)}: room ${room} has no row in ARCHITECTURE.md`);
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  for (const match of code.matchAll(
    /(?:^|[\s;}])(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^import\s*['"]([^'"]+)['"]/gm,
  ))
    checkImport(file, match[1] ?? match[2] ?? match[3]);
  if (floorOf(room) <= 2 && !file.endsWith(".test.ts")) {
    const found = impure.exec(code);
    if (found) problems.push(`${relative(root, file)}: uses ${found[0]}; ${room} takes it as an argument`);
  }
}
for (const room of rooms.keys())
  if (!files.some((file) => roomOf(file) === room)) problems.push(`ARCHITECTURE.md: room ${room} has no file`);

// Rooms of one floor must form no cycle.
const state = new Map();
function visit(room, path) {
  if (state.get(room) === "done") return;
  if (state.get(room) === "open") {
    problems.push(`ARCHITECTURE.md: rooms in a circle: ${[...path, room].join(" → ")}`);
    return;
  }
  state.set(room, "open");
  for (const next of rooms.get(room) ?? []) visit(next, [...path, room]);
  state.set(room, "done");
}
for (const room of rooms.keys()) visit(room, []);

for (const problem of problems) console.error(problem);
console.log(`rooms: ${rooms.size} rooms, ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
