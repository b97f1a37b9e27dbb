// Writes searches.csv: offers of a shop that were shown to searches, graded 0 to 3 by what became of them. Seeded: the same file every time.
//
//   node generate-searches.ts [SEARCHES]
import { writeFileSync } from "node:fs";

const nSearches = Number(process.argv[2] ?? 400);

// A small generator of random numbers (mulberry32): examples need nothing of the package.
let state = 20_250_102;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
}
const below = (n: number) => Math.floor(n * uniform());

const brands = ["Alm", "Berg", "Cirrus", "Delta", "Echo"];
const lines = ["search,words,device,match,price,rating,sold,brand,grade"];
for (let search = 1; search <= nSearches; search++) {
  const words = 1 + below(5);
  const device = uniform() < 0.6 ? "phone" : "desktop";
  for (let offer = 5 + below(16); offer > 0; offer--) {
    const match = uniform();
    const price = 5 + 95 * uniform();
    const rating = uniform() < 0.1 ? null : 1 + 4 * Math.sqrt(uniform());
    const sold = Math.floor(200 * uniform() ** 3);
    const brand = below(brands.length);
    // Many words are meant as they are written; on a phone cheap offers are taken.
    const worth =
      (1 + 0.3 * words) * match +
      0.3 * ((rating ?? 3) - 3) +
      0.004 * sold -
      (device === "phone" ? 0.012 : 0.005) * price +
      (brand === 2 ? 0.4 : 0) +
      0.9 * (uniform() + uniform() - 1);
    const grade = worth > 2 ? 3 : worth > 1.4 ? 2 : worth > 0.9 ? 1 : 0;
    const cells = [match.toFixed(3), price.toFixed(2), rating?.toFixed(1) ?? "", sold, brands[brand], grade];
    lines.push([`s${search}`, words, device, ...cells].join(","));
  }
}
writeFileSync("searches.csv", `${lines.join("\n")}\n`);
