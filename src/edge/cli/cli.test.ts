import assert from "node:assert/strict";
import test from "node:test";
import { FettleError } from "../../lib/index.ts";
import { allCommands, type CliHost, type ProjectApp, runCli } from "./index.ts";

async function run(argv: readonly string[], app: Partial<ProjectApp> = {}, aborted = false) {
  const out = { stdout: "", stderr: "" };
  const host: CliHost = {
    openApp: async () => ({ root: "/", close: async () => {}, ...app }) as ProjectApp,
    version: "1.2.3",
    cwd: "/",
    stdout: { write: (text) => (out.stdout += text) },
    stderr: { write: (text) => (out.stderr += text) },
    signal: aborted ? AbortSignal.abort() : new AbortController().signal,
  };
  return { exit: await runCli(argv, host), ...out };
}

test("every command has a summary, a help page and an example that names it", async () => {
  for (const { name, summary, example } of await allCommands()) {
    const { exit, stdout } = await run([name, "--help"]);
    assert.equal(exit, 0, name);
    assert.ok(stdout.includes(summary.slice(0, 40)), name);
    assert.ok(stdout.includes(`Example:\n  ${example}`), name);
    assert.ok(example.startsWith(`fettle ${name}`), example);
    assert.match(stdout, /--json/);
  }
});

test("--version and --help answer on standard output", async () => {
  assert.equal((await run(["--version"])).stdout, "1.2.3\n");
  const { exit, stdout } = await run(["--help"]);
  assert.equal(exit, 0);
  for (const { name } of await allCommands()) assert.match(stdout, new RegExp(`^  ${name}\\b`, "m"));
});

for (const argv of [
  ["nonsense"],
  ["train"],
  ["train", "churn", "--nonsense"],
  ["serve", "--port", "x"],
  ["init", "m", "--cost", "5"],
])
  test(`"${argv.join(" ")}" is invalid input: exit code 2`, async () => {
    const { exit, stderr } = await run(argv);
    assert.equal(exit, 2);
    assert.notEqual(stderr, "");
  });

test("a FettleError becomes message, hint and code, and its kind's exit code", async () => {
  const fail = async () => {
    throw new FettleError("damaged", "X_DAMAGED", "Cannot do it: broken, whole is needed", { hint: "Mend it" });
  };
  const plain = await run(["models"], { models: fail });
  assert.equal(plain.exit, 3);
  assert.equal(plain.stderr, "Cannot do it: broken, whole is needed\nhint: Mend it\n[X_DAMAGED]\n");
  assert.equal(plain.stdout, "");
  const json = await run(["models", "--json"], { models: fail });
  assert.equal(JSON.parse(json.stdout).error.code, "X_DAMAGED");
  assert.equal(json.stdout.trim().split("\n").length, 1);
});

test("export quantises nothing but a module: QUANTISE_FORM", async () => {
  const { exit, stderr } = await run(["export", "churn", "--to", "capsule", "--quantise", "int8"]);
  assert.equal(exit, 2);
  assert.match(stderr, /QUANTISE_FORM/);
});

test("a bug is said to be one, with its trace on standard error", async () => {
  const bug = async () => {
    throw new TypeError("undefined is not a function");
  };
  const { exit, stderr } = await run(["models"], { models: bug });
  assert.equal(exit, 3);
  assert.match(stderr, /A bug in fettle: TypeError/);
});

test("a cancelled command exits 130", async () => {
  const cancelled = async () => {
    throw new FettleError("cancelled", "CANCELLED", "Cannot finish: it was cancelled");
  };
  assert.equal((await run(["models"], { models: cancelled }, true)).exit, 130);
});

test("doctor's negative report exits 1", async () => {
  const doctor = async () => [{ name: "disk", status: "problem" as const, message: "full" }];
  assert.equal((await run(["doctor"], { doctor })).exit, 1);
});

test("tune reads its options into what the product is asked for", async () => {
  const asked: unknown[] = [];
  const tune: ProjectApp["tune"] = async (model, request) => {
    asked.push(model, request);
    throw new FettleError("not-found", "X", "Cannot go on");
  };
  const options =
    "--budget 90s --trials 40 --workers 2 --objective size --folds 4 --window sliding --embargo 2d --nested 3";
  await run(["tune", "churn", ...options.split(" "), "--fix", "family=gbdt", "gbdt.maxLeaves=31", "--resume"], {
    tune,
  });
  await run(["tune", "churn", "--embargo", "12"], { tune });
  const settings = {
    objectives: ["quality", "size"],
    folds: 4,
    window: "sliding",
    embargo: 172_800_000,
    outerFolds: 3,
  };
  const fixed = { family: "gbdt", "gbdt.maxLeaves": 31 };
  const few = { objectives: ["quality"], embargo: 12 };
  assert.deepEqual(asked, [
    "churn",
    { budgetSeconds: 90, nTrials: 40, nWorkers: 2, fixed, resume: true, settings },
    "churn",
    { budgetSeconds: 600, fixed: {}, resume: false, settings: few },
  ]);
});

for (const [option, value] of [
  ["--budget", "ten"],
  ["--budget", "10"],
  ["--trials", "0"],
  ["--objective", "speed"],
  ["--window", "round"],
  ["--embargo", "soon"],
  ["--fix", "maxLeaves"],
])
  test(`tune ${option} ${value} is invalid input`, async () => {
    const { exit, stderr } = await run(["tune", "churn", option!, value!]);
    assert.equal(exit, 2);
    assert.match(stderr, new RegExp(`Cannot read ${option}: .* is needed`));
  });
