// Asks the server of "fettle serve songs" for songs:
//
//   node ask.ts http://127.0.0.1:4321 TOKEN
import { createClient } from "fettle/client";
// "fettle export songs" writes songs.mjs and its types.
import type { Answer, Request } from "./songs.mjs";

const [url = "http://127.0.0.1:4321", token = ""] = process.argv.slice(2);
const client = createClient({ url, token });
const { predictions } = await client.ask<Request, Answer>("songs", [
  { user: "listener-42", k: 5 },
  { history: ["song-1-0", "song-1-3"], exclude: ["song-1-1"] }, // somebody who is new
  {}, // somebody of whom nothing is known
]);
for (const { basis, items } of predictions)
  process.stdout.write(`by ${basis}: ${items.map(({ item }) => item).join(", ")}\n`);
