import type { FastifyRequest } from "fastify";
import { FettleError, nearestName } from "../../lib/index.ts";
import type { ModelService } from "../../platform/serving/index.ts";
import type { Route } from "./route.ts";
import { errorBody, modelAnswer, modelParams, modelsAnswer, predictAnswer, predictBody, predictQuery } from "./wire.ts";

const megabyte = 1024 * 1024;

/** The routes of served models: list, describe, predict. */
export function modelRoutes(services: readonly ModelService[]): Route[] {
  const byName = new Map(services.map((service) => [service.model, service]));
  const serviceOf = (request: FastifyRequest): ModelService => {
    const { name } = request.params as { name: string };
    const service = byName.get(name);
    if (service) return service;
    const near = nearestName(name.slice(0, 63), byName.keys());
    throw new FettleError("not-found", "MODEL_NOT_SERVED", "Cannot answer: no such model is served here", {
      hint: near === undefined ? "GET /v1/models lists the models" : `Did you mean "${near}"?`,
    });
  };
  return [
    {
      method: "GET",
      path: "/v1/models",
      policy: "token",
      summary: "The models that are served",
      maxBytes: 0,
      answers: { 200: modelsAnswer },
      handle: () => ({
        models: services.map(({ model, version, task }) => ({ model, version, task })),
      }),
    },
    {
      method: "GET",
      path: "/v1/models/:name",
      policy: "token",
      summary: "What a model takes and gives",
      maxBytes: 0,
      params: modelParams,
      answers: { 200: modelAnswer, 404: errorBody },
      handle: (request) => describe(serviceOf(request)),
    },
    {
      method: "POST",
      path: "/v1/models/:name/predict",
      policy: "token",
      summary: "Predictions for rows, or a ranked list of items; every answer is recorded under its id",
      maxBytes: 4 * megabyte,
      params: modelParams,
      query: predictQuery,
      body: predictBody,
      answers: { 200: predictAnswer, 400: errorBody, 404: errorBody, 413: errorBody },
      handle: (request) => {
        const body = request.body as { rows?: unknown; items?: unknown; explain?: unknown } | null;
        const explain = body?.explain ?? explainAsked(request.query);
        const service = serviceOf(request);
        if (body?.items === undefined) return service.predict(body?.rows, explain);
        if (body.rows === undefined) return service.rank(body, explain);
        throw new FettleError(
          "invalid-input",
          "RANK_REQUEST",
          'Cannot answer: the request has "rows" and "items", one of the two is needed',
          { hint: 'Send "items" for a ranked list, "rows" for scores' },
        );
      },
    },
  ];
}

// "?explain=true" and "?explain=true&top=5" say what the body's "explain" says.
function explainAsked(query: unknown): unknown {
  const { explain, top } = query as { explain?: string; top?: string };
  if (explain === undefined) return undefined;
  return explain !== "true" ? explain : top === undefined ? true : { top: Number(top) };
}

function describe({ model, version, task, describe, example }: ModelService): unknown {
  return { model, version, task, ...describe(), example };
}
