import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";

/**
 * Who may call a route. `open`: anyone who reaches the port (an exact list, see {@link openRoutes}); `token`: who sends the
 * bearer token.
 */
export type RoutePolicy = "open" | "token";

/** A route as data. A route without a policy does not compile; one that is open without being listed does not boot. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Fastify's path pattern. */
  readonly path: string;
  readonly policy: RoutePolicy;
  /** One line for the OpenAPI document. */
  readonly summary: string;
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** JSON Schema of path parameters, query, body and answers, for the OpenAPI document. The body itself is read by the handler. */
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** The only routes that answer without a token. */
export const openRoutes: readonly string[] = ["GET /health/live", "GET /health/ready"];
