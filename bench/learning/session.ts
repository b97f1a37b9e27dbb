// Our engine and the peers, each in a process that stays up, with one table loaded.
import type { BenchOptions } from "../support.ts";
import { startEngine, startPeers, Unavailable } from "./child.ts";
import type { DataFile } from "./data.ts";
import { type Round, takeTurns } from "./pairs.ts";
import { plainRow, type Row, type RowHead } from "./row.ts";

type Request = Readonly<Record<string, unknown>>;

/** Asks sides by name: `ours`, or a library of the peers. */
export interface Session {
  /** Asks all of them the same, one after another. */
  each<T>(names: readonly string[], request: Request): Promise<Record<string, T>>;
  /** Asks all of them the same in rounds, see `takeTurns`. */
  turns<T>(names: readonly string[], request: Request): Promise<Round<T>[]>;
}

/** Runs `work` with both processes and ends them. */
export async function withSession<T>(
  { runs, say }: BenchOptions,
  file: DataFile,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const peers = startPeers(say);
  const engine = startEngine();
  const ask = <A>(name: string, request: Request): Promise<A> =>
    name === "ours" ? engine.ask<A>(request) : peers.ask<A>({ ...request, engine: name });
  try {
    await Promise.all([engine.ask({ do: "load", ...file }), peers.ask({ do: "load", ...file })]);
    return await work({
      async each<A>(names: readonly string[], request: Request) {
        const answers: Record<string, A> = {};
        for (const name of names) answers[name] = await ask<A>(name, request);
        return answers;
      },
      turns<A>(names: readonly string[], request: Request) {
        const sides = names.map((name) => ({ name, run: () => ask<A>(name, request) }));
        return takeTurns(sides, [engine.pid, peers.pid], runs);
      },
    });
  } finally {
    await Promise.all([engine.close(), peers.close()]);
  }
}

/** The rows that `work` gives, or, where a side cannot do it, `heads` with the reason in place of figures. */
export async function rowsOrReason(
  heads: readonly RowHead[],
  work: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return heads.map((head) => plainRow({ ...head, note: error.message }, null));
  }
}

/** For a heading: `1 thread`, `2 threads`. */
export const threadsText = (threads: number): string => `${threads} thread${threads > 1 ? "s" : ""}`;
