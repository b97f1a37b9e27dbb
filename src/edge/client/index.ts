/** A value of one field; null says that it is missing. */
export type FieldValue = string | number | boolean | null;

/** One row by field name. */
export type Row = Readonly<Record<string, FieldValue>>;

/** Why a row got its score: contributions of its fields, which with the base sum to the score. */
export interface Explanation {
  /** Whose score: the positive or the answered class, or the regression's output. */
  readonly of: string;
  /** What the score is measured in; it is the score before calibration. */
  readonly scale: "value" | "log-odds" | "class-score" | "log-value" | "share";
  readonly base: number;
  readonly score: number;
  /** Greatest first, whichever the sign. */
  readonly contributions: readonly {
    readonly feature: string;
    readonly value: string | number | null;
    readonly contribution: number;
  }[];
  /** Sum of the contributions that are left out, where only the greatest were asked for. */
  readonly rest?: number;
  /** Of a model that reads texts: what the terms of this row add, the greatest 20. */
  readonly terms?: readonly { readonly feature: string; readonly term: string; readonly contribution: number }[];
}

/** Options of {@link Client.predict}. */
export interface PredictOptions {
  /** Also explain each prediction, or name only its greatest contributions. Default false. */
  readonly explain?: boolean | { readonly top: number };
}

/** The answer to one row: a class with its probability, or a value. */
export type Prediction = {
  readonly explanation?: Explanation | null;
  /** Text columns in which the model knows no term. */
  readonly unread?: readonly string[];
} & PredictedAnswer;

type PredictedAnswer =
  | {
      readonly id: string;
      readonly label: string;
      readonly probability: number;
      readonly probabilities: Readonly<Record<string, number>>;
      /** Classes that cannot be ruled out at the model's conformal level. */
      readonly set?: readonly string[];
    }
  | {
      readonly id: string;
      readonly value: number;
      readonly quantiles?: Readonly<Record<string, number>>;
      /** Holds the true value with a chance of at least `level`; null: no bound. */
      readonly interval?: { readonly low: number | null; readonly high: number | null; readonly level: number };
    };

/** The answer to a predict request. */
export interface PredictAnswer {
  readonly model: string;
  readonly version: number;
  readonly predictions: readonly Prediction[];
  /** Why explanations that were asked for are null. */
  readonly unexplained?: string;
}

/** A list to be ordered: items, and the fields that all of them share. */
export interface RankRequest {
  readonly query?: Row;
  readonly items: readonly Row[];
  /** How many to list. Default all. */
  readonly k?: number;
}

/** The answer to a {@link RankRequest}: the best item first, equal scores in the order of the items. */
export interface RankAnswer {
  readonly model: string;
  readonly version: number;
  readonly ranked: readonly {
    /** 1 is the best. */
    readonly rank: number;
    /** Place in the request's `items`, from 0. */
    readonly index: number;
    readonly score: number;
    readonly id: string;
    readonly explanation?: Explanation | null;
  }[];
  /** Why explanations that were asked for are null. */
  readonly unexplained?: string;
}

/** What a served model takes and gives. */
export interface ModelDescription {
  readonly model: string;
  readonly version: number;
  readonly task: "binary" | "multiclass" | "regression" | "ranking";
  readonly classes: readonly string[];
  readonly threshold: number | null;
  readonly outputs: readonly string[];
  /** Ranking: the column that says which rows are ordered together. */
  readonly query?: string;
  /** Chance, at least, that an answer's interval or set holds the true value; absent where answers have none. */
  readonly conformalLevel?: number;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  /** A row that the model answers. */
  readonly example: Row;
}

/** What a served model of a task of its own takes and gives. */
export interface TaskDescription {
  readonly model: string;
  readonly version: number;
  readonly task: "recommendation" | "forecast" | "anomaly";
  /** JSON Schema of a request. */
  readonly request: Readonly<Record<string, unknown>>;
  /** JSON Schema of an answer. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** A request that the model answers. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** For example `http://127.0.0.1:4321`. */
  readonly url: string;
  /** The token that `fettle serve` printed. */
  readonly token?: string;
  /** Milliseconds until a request is given up. Default 10,000. */
  readonly timeoutMs?: number;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
}

/** Calls a Fettle server. */
export interface Client {
  /** Predictions for rows, in their order. */
  predict(model: string, rows: readonly Row[], options?: PredictOptions): Promise<PredictAnswer>;
  /**
   * Answers of a model whose task has requests of its own, such as a recommendation or a forecast, in their order. The types `Request` and `Answer`
   * come with the exported module of the model.
   */
  ask<Request extends object, Answer>(
    model: string,
    requests: readonly Request[],
  ): Promise<{
    readonly model: string;
    readonly version: number;
    readonly predictions: readonly ({ readonly id: string } & Answer)[];
  }>;
  /** Of a ranking: the best items of a list. */
  rank(model: string, request: RankRequest, options?: PredictOptions): Promise<RankAnswer>;
  /** The models that are served. */
  models(): Promise<readonly { readonly model: string; readonly version: number; readonly task: string }[]>;
  /** What a model takes and gives. */
  describe<Description extends ModelDescription | TaskDescription = ModelDescription>(
    model: string,
  ): Promise<Description>;
}

/** A refusal by the server, with its code, its hint and, for rows that do not fit, every problem. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly problems: readonly { readonly row: number; readonly field: string; readonly message: string }[];

  constructor(status: number, body: ErrorBody) {
    super(body.error?.message ?? `The server answered ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = body.error?.code ?? "UNKNOWN";
    this.hint = body.error?.hint;
    this.requestId = body.error?.requestId;
    this.problems = body.error?.problems ?? [];
  }
}

interface ErrorBody {
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly requestId?: string;
    readonly problems?: ApiError["problems"];
  };
}

/**
 * A client of a Fettle server; runs wherever `fetch` does.
 *
 * ```ts
 * const client = createClient({ url: 'http://127.0.0.1:4321', token });
 * const { predictions } = await client.predict('churn', [{ tenure: 3, Contract: 'Month-to-month' }]);
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/$/, "");
  const call = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await (options.fetch ?? fetch)(`${base}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => ({}));
    if (!response.ok) throw new ApiError(response.status, answer as ErrorBody);
    return answer as T;
  };
  return {
    predict: (model, rows, { explain } = {}) =>
      call(`/v1/models/${encodeURIComponent(model)}/predict`, { rows, ...(explain === undefined ? {} : { explain }) }),
    rank: (model, { query, items, k }, { explain } = {}) =>
      call(`/v1/models/${encodeURIComponent(model)}/predict`, {
        items,
        ...(query === undefined ? {} : { query }),
        ...(k === undefined ? {} : { k }),
        ...(explain === undefined ? {} : { explain }),
      }),
    ask: (model, requests) => call(`/v1/models/${encodeURIComponent(model)}/predict`, { rows: requests }),
    models: async () => (await call<{ models: Awaited<ReturnType<Client["models"]>> }>("/v1/models")).models,
    describe: (model) => call(`/v1/models/${encodeURIComponent(model)}`),
  };
}
