import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { openApp } from "../../src/app.ts";
import { createClient } from "../../src/edge/client/index.ts";
import { customers, fettle, put, scratchFolder, train } from "../support.ts";

const told = {
  set: { column: "churn", told: ["set", "set_size"] },
  interval: { column: "charges", told: ["interval_low", "interval_high"] },
} as const;

for (const [what, { column, told: names }] of Object.entries(told))
  test(`every answer tells its ${what}, alike over REST, in a scored file and in the exported module`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "customers.csv", customers({ n: 1600 }));
    const init = ["init", "churn", "--data", "customers.csv", "--target", column, "--conformal", "0.9"];
    assert.equal((await fettle(folder, init)).exit, 0);
    const { conformal } = (await train(folder)) as unknown as {
      conformal: { level: number; overall: { value: { value: number } } };
    };
    assert.equal(conformal.level, 0.9);
    assert.ok(conformal.overall.value.value > 0.8);
    put(folder, "new.csv", customers({ n: 40, seed: 9 }));
    const app = await openApp(folder, { version: "0.1.0" });
    const asked = { models: ["churn@1"], host: "127.0.0.1", port: 0, auth: true, sync: true, allowHost: [] };
    const server = await app.serve(asked);
    context.after(async () => {
      await server.stop();
      await app.close();
    });
    const client = createClient({ url: server.url, token: server.token! });
    const scored = await fettle(folder, ["score", "churn@1", "--in", "new.csv", "--out", "scored.ndjson"]);
    assert.equal(scored.exit, 0, scored.stderr);
    const rows = readFileSync(join(folder, "scored.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string | number | null>);
    assert.equal((await fettle(folder, ["export", "churn@1", "--to", "module", "--out", "churn.mjs"])).exit, 0);
    assert.match(readFileSync(join(folder, "churn.d.mts"), "utf8"), new RegExp(`readonly ${what}:`));
    const module = (await import(pathToFileURL(join(folder, "churn.mjs")).href)) as { predict(row: object): object };
    const description = await client.describe("churn");
    assert.ok("inputs" in description);
    assert.equal(description.conformalLevel, 0.9);
    const requests = rows.map((row) =>
      Object.fromEntries(description.inputs.map(({ name }) => [name, row[name] ?? null])),
    );
    const { predictions } = await client.predict("churn", requests);
    for (const [i, { id: _, ...prediction }] of (
      predictions as readonly { id: string; set?: string[]; interval?: { low: number; high: number } }[]
    ).entries()) {
      assert.deepEqual(module.predict(requests[i]!), prediction);
      const own = prediction.set
        ? [JSON.stringify(prediction.set), prediction.set.length]
        : [prediction.interval!.low, prediction.interval!.high];
      assert.deepEqual(
        names.map((name) => rows[i]![name]),
        own,
      );
    }
  });

test("a small table is measured on many of its parts, verified, and its report says what it cannot tell", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "customers.csv", customers({ n: 200 }));
  const init = ["init", "churn", "--data", "customers.csv", "--target", "churn", "--cost", "1:5"];
  assert.equal((await fettle(folder, init)).exit, 0);
  const path = join(folder, "models/churn.ts");
  const written = readFileSync(path, "utf8");
  const changed = written.replace(
    /search: \{[^}]*\}/,
    "search: { families: ['linear'], trials: 2 }, classWeights: 'balanced'",
  );
  assert.notEqual(changed, written);
  put(folder, "models/churn.ts", changed);
  const trained = (await train(folder)) as unknown as {
    repeated: { nResamples: number; comparisons: { sentence: string }[] };
    reweighting: { sentence: string };
    report: string;
    gates: { message: string }[];
  };
  assert.equal(trained.repeated.nResamples, 50);
  assert.equal(trained.gates[0]!.message, trained.repeated.comparisons[0]!.sentence);
  const shown = (await fettle(folder, ["show", "churn@1"])).stdout;
  assert.match(shown, /churn@1/);
  const page = readFileSync(trained.report, "utf8");
  assert.match(page, /What the data cannot tell/);
  assert.ok(page.includes(trained.reweighting.sentence));
  const verified = await fettle(folder, ["verify", "churn@1", "--json"]);
  assert.equal((verified.json as { verdict: string }).verdict, "identical");
});
