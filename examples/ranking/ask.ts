// Asks the server of "fettle serve offers" for the best three of four offers:
//
//   node ask.ts http://127.0.0.1:4321 TOKEN
import { createClient } from "fettle/client";

const [url = "http://127.0.0.1:4321", token = ""] = process.argv.slice(2);
const client = createClient({ url, token });
const names = ["kettle", "toaster", "mixer", "stove"];
const { ranked } = await client.rank("offers", {
  query: { words: 3, device: "phone" }, // what all offers of a search share
  items: [
    { match: 0.9, price: 39.9, rating: 4.1, sold: 12, brand: "Alm" },
    { match: 0.4, price: 12.5, rating: 4.8, sold: 150, brand: "Cirrus" },
    { match: 0.8, price: 89.0, rating: null, sold: 3, brand: "Berg" },
    { match: 0.1, price: 9.9, rating: 2.2, sold: 0, brand: "Echo" },
  ],
  k: 3,
});
for (const { rank, index, score } of ranked) process.stdout.write(`${rank}. ${names[index]} (${score.toFixed(2)})\n`);
