import { timingSafeEqual } from "node:crypto";
import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { FettleError, sha256, transportOf, uuidv7 } from "../../lib/index.ts";
import { bufferedLossMs, type ModelService, RowsInvalid } from "../../platform/serving/index.ts";
import { modelRoutes } from "./model-routes.ts";
import { openRoutes, type Route } from "./route.ts";
import { errorBody, healthAnswer } from "./wire.ts";

/** Options of {@link createServer}. */
export interface ServerOptions {
  readonly services: readonly ModelService[];
  /** The bearer token that callers must send; null lets everybody in (loopback only, the caller warns). */
  readonly token: string | null;
  /** Version of the product, for the OpenAPI document. */
  readonly version: string;
  readonly ackLevel: "buffered" | "sync";
  /** Names in the Host header that are answered, without ports. Default: loopback names. */
  readonly hosts?: readonly string[];
  readonly now: () => number;
  readonly randomBytes: (n: number) => Uint8Array;
  /** Requests under way at once; more are refused with 503. Default 512. */
  readonly maxInFlight?: number;
}

/** A server that listens nowhere yet. `drain` stops readiness, finishes what is under way, then closes. */
export interface FettleServer {
  readonly http: FastifyInstance;
  readonly routes: readonly Route[];
  listen(options: { host: string; port: number }): Promise<string>;
  drain(): Promise<void>;
}

const loopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

/** Builds the REST server: every route comes from the route table and passes one gate for host, load and token. */
export async function createServer(options: ServerOptions): Promise<FettleServer> {
  let draining = false;
  const http = Fastify({
    logger: false,
    bodyLimit: 4 * 1024 * 1024,
    requestTimeout: 30_000,
    genReqId: () => uuidv7(options.now(), options.randomBytes(10)),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    // `inputs` are validated by the signature and zod; Fastify's schemas only document.
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
  });
  // While draining, requests on open connections are still answered, and each answer ends its connection.
  http.addHook("onSend", async (_request, reply) => {
    if (draining) reply.header("connection", "close");
  });
  http.setValidatorCompiler(() => () => true);
  http.setSerializerCompiler(() => (body) => JSON.stringify(body));

  const routes: Route[] = [
    {
      method: "GET",
      path: "/health/live",
      policy: "open",
      summary: "Whether the process runs",
      maxBytes: 0,
      answers: { 200: healthAnswer },
      handle: () => ({ status: "live" }),
    },
    {
      method: "GET",
      path: "/health/ready",
      policy: "open",
      summary: "Whether models answer: golden rows replayed, not shutting down",
      maxBytes: 0,
      answers: { 200: healthAnswer, 503: healthAnswer },
      handle: (_request, reply) => {
        if (!draining) return { status: "ready" };
        reply.code(503);
        return { status: "not-ready" };
      },
    },
    ...modelRoutes(options.services),
  ];

  guardRequests(http, options, routes);
  http.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  http.setNotFoundHandler((request, reply) =>
    sendError(
      new FettleError("not-found", "ROUTE_NOT_FOUND", "Cannot answer: there is no such route", {
        hint: "GET /openapi.json lists the routes",
      }),
      request,
      reply,
    ),
  );
  await http.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Fettle", version: options.version, description: "Predictions from registered model versions" },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
  });
  http.after(() => {
    for (const route of routes) addRoute(http, route, options.ackLevel);
    http.get("/openapi.json", { schema: { hide: true } }, () => http.swagger());
  });
  await http.register(fastifySwaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    theme: {
      title: "Fettle",
      css: [{ filename: "plain.css", content: ".swagger-ui .topbar { display: none }" }],
    },
  });

  return {
    http,
    routes,
    listen: (address) => http.listen(address),
    async drain() {
      draining = true;
      await http.close();
    },
  };
}

function addRoute(http: FastifyInstance, route: Route, ackLevel: string): void {
  if (route.policy === "open" && !openRoutes.includes(`${route.method} ${route.path}`))
    throw new FettleError(
      "not-allowed",
      "ROUTE_OPEN",
      `Cannot boot: ${route.method} ${route.path} is open, but not on the list of open routes`,
    );
  const responses = Object.entries({ ...route.answers, ...(route.policy === "token" ? { 401: errorBody } : {}) });
  http.route({
    method: route.method,
    url: route.path,
    bodyLimit: Math.max(1, route.maxBytes),
    schema: {
      summary: route.summary,
      tags: [route.path.startsWith("/health") ? "health" : "models"],
      ...(route.policy === "token" ? { security: [{ token: [] }] } : {}),
      ...(route.params ? { params: jsonSchema(route.params) } : {}),
      ...(route.query ? { querystring: jsonSchema(route.query) } : {}),
      ...(route.body ? { body: jsonSchema(route.body) } : {}),
      response: Object.fromEntries(responses.map(([status, answer]) => [status, jsonSchema(answer)])),
    },
    handler: async (request, reply) => {
      reply.header("x-fettle-log", ackLevel === "sync" ? "sync" : `buffered; loss<=${bufferedLossMs}ms`);
      return route.handle(request, reply);
    },
  });
}

// zod's ids would make $defs references that this document does not carry, so they are inlined.
function jsonSchema(type: z.ZodType): Record<string, unknown> {
  const {
    $schema: _,
    id: __,
    ...schema
  } = z.toJSONSchema(type, { target: "draft-2020-12", io: "input", reused: "inline" }) as Record<string, unknown>;
  return schema;
}

function guardRequests(http: FastifyInstance, options: ServerOptions, routes: readonly Route[]): void {
  const hosts = new Set(options.hosts ?? loopbackHosts);
  const policies = new Map(routes.map((route) => [`${route.method} ${route.path}`, route.policy]));
  const maxInFlight = options.maxInFlight ?? 512;
  const expected = options.token === null ? null : digest(options.token);
  let inFlight = 0;

  http.addHook("onRequest", async (request) => {
    inFlight += 1;
    if (!hosts.has(hostName(request.headers.host)))
      throw new FettleError("not-allowed", "HOST_UNKNOWN", "Cannot answer: the Host header names another server", {
        hint: "Add the name with --allow-host",
      });
    if (inFlight > maxInFlight)
      throw new FettleError("overloaded", "SERVER_BUSY", `Cannot answer now: ${maxInFlight} requests are under way`, {
        hint: "Try again after a second",
      });
    const path = request.routeOptions.url ?? "";
    if (expected === null || isDocumentation(path) || policies.get(`${request.method} ${path}`) === "open") return;
    const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(request.headers.authorization ?? "")?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected)) throw new Unauthenticated();
  });
  http.addHook("onResponse", async () => {
    inFlight -= 1;
  });
}

class Unauthenticated extends FettleError {
  constructor() {
    super("not-allowed", "TOKEN_NEEDED", "Cannot answer: no valid token was sent", {
      hint: 'Send "Authorization: Bearer TOKEN"; serve prints the token once',
    });
  }
}

// The documentation tells shapes, no model and no data, and a browser has no token to send for it.
const isDocumentation = (path: string): boolean =>
  path === "/openapi.json" || path === "/docs" || path.startsWith("/docs/");

const digest = (text: string): Buffer => Buffer.from(sha256(text), "hex");

function hostName(header: string | undefined): string {
  return (header ?? "").toLowerCase().replace(/:\d+$/, "");
}

// Fastify's own refusals, told in our words: [kind, code, message].
const refusals: Readonly<Record<string, readonly [FettleError["kind"], string, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    "invalid-input",
    "BODY_TYPE",
    "Cannot read the body: its content type is not application/json",
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["invalid-input", "BODY_JSON", "Cannot read the body: it is empty, JSON is needed"],
  FST_ERR_CTP_INVALID_JSON_BODY: ["invalid-input", "BODY_JSON", "Cannot read the body: it is no valid JSON"],
};

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = error instanceof FettleError ? error : fromFastify(error, request.routeOptions.bodyLimit);
  const status = known instanceof Unauthenticated ? 401 : transportOf[known.kind].http;
  if (status === 401) reply.header("www-authenticate", "Bearer");
  if (known.kind === "overloaded" || known.kind === "not-ready") reply.header("retry-after", "1");
  reply.code(status).send({
    error: {
      code: known.code,
      message: known.message,
      ...(known.hint === undefined ? {} : { hint: known.hint }),
      requestId: request.id,
      ...(known instanceof RowsInvalid ? { problems: known.problems } : {}),
    },
  });
}

// No stack, path or foreign message leaves the server.
function fromFastify(error: unknown, maxBytes: number): FettleError {
  const code = (error as { code?: string }).code ?? "";
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new FettleError(
      "too-large",
      "BODY_TOO_LARGE",
      `Cannot read the body: it is larger than ${Math.floor(maxBytes / 2 ** 20)} MiB, the most that this route takes`,
      { hint: "Send fewer rows at a time, or score a file: fettle score", cause: error },
    );
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const refusal =
    refusals[code] ??
    (status === 400 && error instanceof SyntaxError ? refusals.FST_ERR_CTP_INVALID_JSON_BODY : undefined);
  if (refusal) return new FettleError(refusal[0], refusal[1], refusal[2], { cause: error });
  if (status >= 400 && status < 500)
    return new FettleError("invalid-input", "REQUEST_INVALID", "Cannot read the request", { cause: error });
  return new FettleError("unavailable", "INTERNAL", "Cannot answer: an internal error happened", {
    hint: "Give the request id to who runs the server",
    cause: error,
  });
}
