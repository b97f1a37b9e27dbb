// Our side of the benches of the learning engine: loads a table once, then answers requests, one JSON object a line each way.
import { createInterface } from "node:readline";
import { EngineUnavailable } from "./engine.ts";
import { learnerActions } from "./learning/engine-actions.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...request } = JSON.parse(line);
  console.log(JSON.stringify(await answer(name, request)));
}
process.exit(0);

async function answer(name: string, request: object): Promise<unknown> {
  try {
    return await learnerActions[name]!(request as never);
  } catch (error) {
    if (error instanceof EngineUnavailable) return { unavailable: error.message };
    return { error: error instanceof Error ? error.stack : String(error) };
  }
}
