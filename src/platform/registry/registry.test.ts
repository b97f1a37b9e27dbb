import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError, hashOf } from "../../lib/index.ts";
import {
  championOf,
  checkModelName,
  findVersion,
  type Ledger,
  type ModelVersion,
  parseModelReference,
} from "./index.ts";

function version(model: string, number: number, gatesPassed: boolean): ModelVersion {
  const hash = hashOf([model, number]);
  return {
    model,
    version: number,
    createdAt: number,
    runId: `${model}-${number}`,
    snapshot: hash,
    definition: hash,
    definitionObject: hash,
    capsule: hash,
    report: hash,
    gatesPassed,
    task: "binary",
    primary: { metric: "rocAuc", value: 0.8, low: 0.7, high: 0.9 },
  };
}

/** The part of a ledger that finding a version reads. */
function ledgerOf(versions: readonly ModelVersion[]): Ledger {
  const ledger: Pick<Ledger, "versions"> = {
    versions: async (model) => versions.filter((candidate) => model === undefined || candidate.model === model),
  };
  return ledger as Ledger;
}

const ledger = ledgerOf([
  version("churn", 1, true),
  version("churn", 2, true),
  version("churn", 3, false),
  version("fraud", 1, false),
]);

test("findVersion() gives the stated version, or else the newest that passed its gates", async () => {
  assert.equal((await findVersion(ledger, { model: "churn" })).version, 2);
  assert.equal((await findVersion(ledger, { model: "churn", version: 3 })).version, 3);
  assert.equal((await championOf(ledger, "churn"))?.version, 2);
  assert.equal(await championOf(ledger, "fraud"), null);
  assert.equal(await championOf(ledger, "other"), null);
});

const missing: readonly {
  readonly code: string;
  readonly model: string;
  readonly version?: number;
  readonly hint?: RegExp;
}[] = [
  { code: "MODEL_NOT_FOUND", model: "chrun", hint: /Did you mean "churn"\?/ },
  { code: "MODEL_NOT_FOUND", model: "something-else", hint: /There are: churn, fraud/ },
  { code: "VERSION_NOT_FOUND", model: "churn", version: 4 },
  { code: "VERSION_NONE_READY", model: "fraud", hint: /"fraud@1"/ },
];

for (const { code, hint, ...reference } of missing)
  test(`findVersion() refuses ${reference.model}@${reference.version ?? ""} with ${code}`, async () => {
    await assert.rejects(
      findVersion(ledger, reference),
      (error) => error instanceof FettleError && error.code === code && (hint ?? /./).test(error.hint ?? "-"),
    );
  });

test("findVersion() says what to do where there is no model at all", async () => {
  await assert.rejects(findVersion(ledgerOf([]), { model: "churn" }), { hint: 'Run "fettle train churn" first' });
});

test("parseModelReference() reads a model with or without a version", () => {
  assert.deepEqual(parseModelReference("churn"), { model: "churn" });
  assert.deepEqual(parseModelReference("churn-eu2@12"), { model: "churn-eu2", version: 12 });
  for (const text of [
    "churn@",
    "churn@0",
    "churn@-1",
    "churn@1.5",
    "churn@01",
    "churn@1@2",
    "churn@latest",
    "churn@1234567890",
  ])
    assert.throws(() => parseModelReference(text), { code: "MODEL_VERSION" }, text);
  for (const text of ["", "@1", "Churn", "1churn", "../churn", "churn eu", "a".repeat(64)])
    assert.throws(() => parseModelReference(text), { code: "MODEL_NAME" }, text);
  assert.equal(checkModelName("a".repeat(63)), "a".repeat(63));
});
