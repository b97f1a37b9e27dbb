import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test, { type TestContext } from "node:test";
import type { Predictor, RowExplainer } from "../../platform/capsule/index.ts";
import { createModelService, type PredictionLog, type PredictionRecord } from "../../platform/serving/index.ts";
import { createServer, type FettleServer, openRoutes, type ServerOptions } from "./index.ts";

// A model whose probability is a tenth of its one input.
const predictor: Predictor = {
  signature: {
    inputs: [
      { name: "x", type: "number", min: 0, max: 10 },
      { name: "kind", type: "category", levels: ["a", "b"] },
    ],
    task: "binary",
    classes: ["no", "yes"],
    outputs: [],
    threshold: 0.5,
  },
  nOutputs: 1,
  predictRow(row, out) {
    out[0] = Number(row[0] ?? 0) / 10;
    return [];
  },
  predict: (table) => table.numbers("x").values.map((x) => x / 10),
};

// Each contribution is its own column's share of a score of 1; the base is the rest.
const explainer: RowExplainer = {
  signature: predictor.signature,
  scale: "log-odds",
  nOutputs: 1,
  expected: Float64Array.of(-1),
  explainRow: (_, out) => out.set([0.5, -1.5, -1]),
  explain: (table) => new Float64Array(3 * table.nRows),
  terms: () => [],
  hasInteractions: false,
  interactRow: () => {},
};

interface Started {
  readonly server: FettleServer;
  readonly records: PredictionRecord[];
}

async function start(context: TestContext, options: Partial<ServerOptions> = {}, slowMs = 0): Promise<Started> {
  const records: PredictionRecord[] = [];
  const log: PredictionLog = {
    ackLevel: slowMs > 0 ? "sync" : "buffered",
    append(batch) {
      records.push(...batch);
      return slowMs > 0 ? new Promise((resolve) => setTimeout(resolve, slowMs)) : undefined;
    },
    close: async () => {},
  };
  let id = 0;
  const service = createModelService({
    model: "churn",
    version: 3,
    predictor,
    explainer: () => explainer,
    exampleRow: [4, "a"],
    log,
    now: () => 1_700_000_000_000,
    ticks: () => 0,
    newId: () => `id-${id++}`,
    maxRows: 5,
  });
  const server = await createServer({
    services: [service],
    token: "secret",
    version: "0.1.0",
    ackLevel: "buffered",
    now: () => 1_700_000_000_000,
    randomBytes,
    ...options,
  });
  context.after(() => server.drain().catch(() => {}));
  return { server, records };
}

const auth = { authorization: "Bearer secret", host: "localhost" };
const predict = { method: "POST", url: "/v1/models/churn/predict" } as const;

test("POST predict answers each row with an id, version and probabilities, and records it", async (context) => {
  const { server, records } = await start(context);
  const rows = [
    { x: 9, kind: "a" },
    { x: 1, kind: null },
  ];
  const answer = await server.http.inject({ ...predict, headers: auth, payload: { rows } });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), {
    model: "churn",
    version: 3,
    predictions: [
      { id: "id-0", label: "yes", probability: 0.9, probabilities: { no: 1 - 0.9, yes: 0.9 } },
      { id: "id-1", label: "no", probability: 0.1, probabilities: { no: 0.9, yes: 0.1 } },
    ],
  });
  assert.equal(answer.headers["x-fettle-log"], "buffered; loss<=200ms");
  assert.deepEqual(
    records.map(({ id, inputs, outputs }) => [id, inputs, outputs]),
    [
      ["id-0", [9, "a"], [0.9]],
      ["id-1", [1, null], [0.1]],
    ],
  );
});

const asks: readonly {
  readonly name: string;
  readonly query: string;
  readonly body: object;
  readonly rest?: number;
}[] = [
  { name: "in the body", query: "", body: { explain: true } },
  { name: "in the query", query: "?explain=true", body: {} },
  { name: "for the greatest in the body", query: "", body: { explain: { top: 1 } }, rest: 0.5 },
  { name: "for the greatest in the query", query: "?explain=true&top=1", body: {}, rest: 0.5 },
];

for (const { name, query, body, rest } of asks)
  test(`POST predict explains when asked ${name}`, async (context) => {
    const { server } = await start(context);
    const payload = { rows: [{ x: 9, kind: "a" }], ...body };
    const answer = await server.http.inject({ ...predict, url: `${predict.url}${query}`, headers: auth, payload });
    const contributions = [
      { feature: "kind", value: "a", contribution: -1.5 },
      { feature: "x", value: 9, contribution: 0.5 },
    ];
    assert.deepEqual(answer.json().predictions[0].explanation, {
      ...{ of: "yes", scale: "log-odds", base: -1, score: -2 },
      contributions: contributions.slice(0, rest === undefined ? 2 : 1),
      ...(rest === undefined ? {} : { rest }),
    });
  });

test("POST predict refuses an explanation that it does not know", async (context) => {
  const { server } = await start(context);
  const payload = { rows: [{ x: 9, kind: "a" }] };
  const answer = await server.http.inject({ ...predict, url: `${predict.url}?explain=1`, headers: auth, payload });
  assert.deepEqual([answer.statusCode, answer.json().error.code], [400, "EXPLAIN_OPTION"]);
});

const refusals: readonly {
  readonly name: string;
  readonly payload: unknown;
  readonly status: number;
  readonly code: string;
  readonly says?: RegExp;
}[] = [
  { name: "no rows", payload: {}, status: 400, code: "ROWS_INVALID" },
  { name: "an empty list", payload: { rows: [] }, status: 400, code: "ROWS_INVALID" },
  {
    name: "a row that is no object",
    payload: { rows: [3] },
    status: 400,
    code: "ROWS_INVALID",
    says: /row 0 is number/,
  },
  {
    name: "an absent field",
    payload: { rows: [{ x: 1 }] },
    status: 400,
    code: "ROWS_INVALID",
    says: /"kind" is absent/,
  },
  {
    name: "a wrong type",
    payload: { rows: [{ x: "hidden", kind: "a" }] },
    status: 400,
    code: "ROWS_INVALID",
    says: /"x" is string, a number is needed/,
  },
  { name: "too many rows", payload: { rows: Array(6).fill({ x: 1, kind: "a" }) }, status: 413, code: "ROWS_TOO_MANY" },
  { name: "no JSON", payload: "{", status: 400, code: "BODY_JSON" },
  {
    name: "a huge body",
    payload: `{"rows":"${"x".repeat(5_000_000)}"}`,
    status: 413,
    code: "BODY_TOO_LARGE",
    says: /4 MiB/,
  },
];

for (const { name, payload, status, code, says } of refusals)
  test(`POST predict refuses ${name}`, async (context) => {
    const { server, records } = await start(context);
    const body = typeof payload === "string" ? payload : JSON.stringify(payload);
    const answer = await server.http.inject({
      ...predict,
      headers: { ...auth, "content-type": "application/json" },
      payload: body,
    });
    assert.equal(answer.statusCode, status);
    const { error } = answer.json<{ error: { code: string; message: string; requestId: string } }>();
    assert.equal(error.code, code);
    if (says) assert.match(error.message, says);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    assert.doesNotMatch(answer.body, /hidden|at Object|node_modules/);
    assert.equal(records.length, 0);
  });

test("every route but health and documentation asks for the token", async (context) => {
  const { server } = await start(context);
  for (const { method, path, policy } of server.routes) {
    const answer = await server.http.inject({
      method,
      url: path.replace(":name", "churn"),
      headers: { host: "localhost" },
    });
    assert.equal(answer.statusCode === 401, policy === "token", `${method} ${path}`);
    assert.equal(policy === "open", openRoutes.includes(`${method} ${path}`));
  }
  for (const wrong of ["Bearer wrong", "Basic secret", "Bearer", "Bearer secret secret"]) {
    const answer = await server.http.inject({
      url: "/v1/models",
      headers: { host: "localhost", authorization: wrong },
    });
    assert.equal(answer.statusCode, 401, wrong);
  }
});

test("a Host header that names another server is refused", async (context) => {
  const { server } = await start(context);
  const answer = await server.http.inject({ url: "/health/live", headers: { host: "evil.example" } });
  assert.equal(answer.statusCode, 403);
  assert.equal(
    (await server.http.inject({ url: "/health/live", headers: { host: "127.0.0.1:4321" } })).statusCode,
    200,
  );
});

test("an unknown model names the nearest one", async (context) => {
  const { server } = await start(context);
  const answer = await server.http.inject({ url: "/v1/models/chrun", headers: auth });
  assert.equal(answer.statusCode, 404);
  assert.match(answer.body, /Did you mean \\"churn\\"/);
});

test("requests over the limit are refused with Retry-After, not absorbed", async (context) => {
  const { server } = await start(context, { maxInFlight: 1 }, 50);
  const call = () => server.http.inject({ ...predict, headers: auth, payload: { rows: [{ x: 1, kind: "a" }] } });
  const answers = await Promise.all([call(), call(), call()]);
  assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 429, 429]);
  assert.equal(answers.find(({ statusCode }) => statusCode === 429)?.headers["retry-after"], "1");
  assert.equal((await call()).statusCode, 200);
});

test("drain() lets the requests under way finish", async (context) => {
  const { server, records } = await start(context, {}, 100);
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const call = () =>
    fetch(`${url}/v1/models/churn/predict`, {
      method: "POST",
      headers: { authorization: "Bearer secret", "content-type": "application/json" },
      body: JSON.stringify({ rows: [{ x: 1, kind: "a" }] }),
    });
  const under = Promise.all(Array.from({ length: 10 }, call));
  while (records.length < 10) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.drain();
  for (const answer of await under) assert.equal(answer.status, 200);
  await assert.rejects(call());
});

test("/openapi.json describes every route as OpenAPI 3.1", async (context) => {
  const { server } = await start(context);
  const document = (await server.http.inject({ url: "/openapi.json", headers: { host: "localhost" } })).json<{
    openapi: string;
    paths: Record<string, Record<string, { security?: unknown; responses: object }>>;
  }>();
  assert.equal(document.openapi, "3.1.0");
  for (const { method, path, policy } of server.routes) {
    const operation = document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
    assert.ok(operation, `${method} ${path}`);
    assert.equal(operation.security !== undefined, policy === "token");
  }
});
