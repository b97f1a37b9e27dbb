// Asks the server of "fettle serve rides" for forecasts:
//
//   node ask.ts http://127.0.0.1:4321 TOKEN
import { createClient } from "fettle/client";
// "fettle export rides" writes rides.mjs and its types.
import type { Answer, Request } from "./rides.mjs";

const [url = "http://127.0.0.1:4321", token = ""] = process.argv.slice(2);
const client = createClient({ url, token });
const { predictions } = await client.ask<Request, Answer>("rides", [
  { series: "harbour", horizon: 6 },
  { series: "park", horizon: 6, values: [31, 40, 52] }, // three hours that have passed since the training
]);
for (const { series, method, forecast } of predictions) {
  process.stdout.write(`${series}, by ${method}\n`);
  for (const { at, value, intervals } of forecast) {
    const [inner] = intervals;
    process.stdout.write(`  ${at}  ${value.toFixed(1)}  (${inner?.low?.toFixed(1)} to ${inner?.high?.toFixed(1)})\n`);
  }
}
