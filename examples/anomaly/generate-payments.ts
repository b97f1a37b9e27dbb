// Writes payments.csv: card payments of four months, of which 1 in 30 is fraud. Half of them have been looked into and have a label. In the last month
// a kind of fraud appears that was not there before. Seeded: the same file every time.
//
//   node generate-payments.ts
import { writeFileSync } from "node:fs";

const nPayments = 5000;
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

// A small generator of random numbers (mulberry32): examples need nothing of the package.
let state = 20_260_101;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
}
const below = (n: number) => Math.floor(n * uniform());
const pick = (names: readonly string[]) => names[below(names.length)]!;
const bell = () => uniform() + uniform() + uniform() - 1.5;

const lines = ["at,amount,shop,country,minutes_since_last,fraud_kind,fraud"];
for (let i = 0; i < nPayments; i++) {
  const isLate = i > 0.75 * nPayments;
  const kind = uniform() < 1 / 30 ? pick(isLate ? ["stolen", "testing", "abroad"] : ["stolen", "testing"]) : "";
  const day = Math.floor((120 * i) / nPayments);
  const at = new Date(start + (24 * day + (kind === "stolen" ? 1 + below(5) : 7 + below(15))) * hour);
  const amount =
    kind === "stolen" ? 300 + 900 * uniform() : kind === "testing" ? 0.5 + uniform() : Math.exp(3.2 + bell());
  const shop =
    kind === "stolen" ? pick(["jewels", "phones"]) : pick(["food", "food", "food", "fuel", "clothes", "phones"]);
  const country = kind === "abroad" ? pick(["BR", "VN", "ZA"]) : pick(["DE", "DE", "DE", "DE", "FR", "AT"]);
  const minutes = kind === "testing" ? 1 + below(3) : Math.round(30 + 2000 * uniform());
  const found = uniform() < 0.5 ? [kind, kind === "" ? "no" : "yes"] : ["", ""];
  lines.push([at.toISOString(), amount.toFixed(2), shop, country, minutes, ...found].join(","));
}
writeFileSync("payments.csv", `${lines.join("\n")}\n`);
