import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ColumnContract, type Contract, contractToSource, defineContract, literal, quoted } from "./index.ts";

/** Runs a written contract: its import is replaced by the function itself. */
async function evaluate(source: string): Promise<Contract> {
  const body = source.replace(/^import .*$/m, "const defineContract = (contract) => contract;");
  const module = (await import(`data:text/javascript,${encodeURIComponent(body)}`)) as { contract: Contract };
  return module.contract;
}

const nasty = [
  "it's",
  'say "hi"',
  "back\\slash",
  "\\'",
  "__proto__",
  "constructor",
  "line\nbreak\r\u2028\u2029",
  "$\u007btemplate} `tick`",
  "日本語 é 🙂 \ud800",
  "*/ // comment",
  "",
  "1st",
  "default",
];

test("contractToSource() writes a module that gives the same contract, whatever the columns are called", async () => {
  const columns = Object.fromEntries(
    nasty.map((name): [string, ColumnContract] => [
      name,
      { type: "category", levels: nasty, maxMissingShare: 0.01, severity: "error" },
    ]),
  );
  const contract = defineContract({ columns, minRows: 7 });
  assert.deepEqual(Object.keys(contract.columns).length, nasty.length);
  assert.deepEqual(await evaluate(contractToSource(contract)), contract);
});

test("contractToSource() keeps every number and rule", async () => {
  const contract: Contract = {
    columns: {
      tiny: { type: "number", min: -1.7976931348623157e308, max: 5e-324 },
      when: { type: "instant", min: "2020-01-01T00:00:00.000Z", max: "2021-01-01T00:00:00.000Z" },
      mail: { type: "id", unique: true, format: "email", personalData: "email" },
    },
  };
  assert.deepEqual(await evaluate(contractToSource(contract)), contract);
});

test("quoted() and literal() are read back as the same text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
      assert.equal(new Function(`return ${quoted(text)}`)(), text);
      assert.deepEqual(Object.entries(new Function(`return ${literal({ [text]: [text] })}`)()), [[text, [text]]]);
    }),
  );
});
