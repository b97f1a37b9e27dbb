// Writes rides.csv: rides per hour from five stations, for ten weeks. Seeded: the same file every time.
//
//   node generate-rides.ts
import { writeFileSync } from "node:fs";

const stations = ["harbour", "market", "park", "school", "station"];
const nHours = 70 * 24;
const hour = 3_600_000;
const start = Date.UTC(2026, 2, 2); // a Monday

// A small generator of random numbers (mulberry32): examples need nothing of the package.
let state = 20_260_302;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
}
const noise = () => uniform() + uniform() + uniform() - 1.5;

const lines = ["station,hour,rides"];
for (const [s, station] of stations.entries()) {
  const level = 12 + 9 * s;
  let mood = 0;
  for (let t = 0; t < nHours; t++) {
    const clock = t % 24;
    const day = 1 + 0.9 * Math.sin((2 * Math.PI * (clock - 9)) / 24) + (clock === 8 || clock === 17 ? 0.6 : 0);
    mood = 0.97 * mood + 0.03 * noise(); // weather that stays for a while
    const rides = Math.max(0, Math.round(level * (day + mood + 0.0003 * t + 0.5 * noise())));
    if (rides > 0) lines.push(`${station},${new Date(start + t * hour).toISOString().slice(0, 16)},${rides}`);
  }
}
writeFileSync("rides.csv", `${lines.join("\n")}\n`);
