// Writes events.csv: who listened to which song when, for one year. Seeded: the same file every time.
//
//   node generate-events.ts
import { writeFileSync } from "node:fs";

const nListeners = 300;
const nGenres = 5;
const songsPerGenre = 40;
const day = 86_400_000;
const start = Date.UTC(2025, 0, 1);

// A small generator of random numbers (mulberry32): examples need nothing of the package.
let state = 20_250_101;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
}
const below = (n: number) => Math.floor(n * uniform());

const events: { at: number; line: string }[] = [];
for (let listener = 0; listener < nListeners; listener++) {
  // Two genres that a listener likes; half of the listeners come in the course of the year.
  const liked = [below(nGenres), below(nGenres)];
  const from = listener % 2 === 0 ? 0 : below(330);
  for (let n = 15 + below(50); n > 0; n--) {
    const genre = uniform() < 0.85 ? liked[below(2)]! : below(nGenres);
    const song = Math.floor(songsPerGenre * uniform() ** 2); // the first songs of a genre are its hits
    const at = start + (from + (365 - from) * uniform()) * day;
    const minutes = 1 + below(4) + (liked.includes(genre) ? 2 : 0);
    const time = new Date(at).toISOString().slice(0, 19);
    events.push({ at, line: `listener-${listener},song-${genre}-${song},${time}Z,${minutes}` });
  }
}
events.sort((a, b) => a.at - b.at);
const lines = ["listener,song,at,minutes", ...events.map(({ line }) => line)];
writeFileSync("events.csv", `${lines.join("\n")}\n`);
