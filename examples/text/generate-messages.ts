// Writes messages.csv: messages of customers to a shop, in English and German, with typing errors, and what each is about. Seeded: the same file
// every time.
//
//   node generate-messages.ts
import { writeFileSync } from "node:fs";

const nMessages = 1600;

// A small generator of random numbers (mulberry32): examples need nothing of the package.
let state = 20_260_401;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
}
const below = (n: number) => Math.floor(n * uniform());
const pick = (texts: readonly string[]) => texts[below(texts.length)]!;

const goods = [
  "the lamp",
  "my headphones",
  "two chairs",
  "the blue jacket",
  "a coffee machine",
  "die Lampe",
  "das Fahrrad",
];
const openings = ["", "", "Hello, ", "Hi there! ", "Good morning, ", "Guten Tag, ", "Hallo, "];
const closings = ["", "", ".", "!", " Thanks", " please help", " Danke", " 🙏"];

const asides = [
  "I ordered last week.",
  "This is the second time that I write.",
  "My order number is 4711.",
  "I have been a customer for years and was always happy with you.",
  "I need an answer today because I am travelling tomorrow.",
  "I paid by card, and the order was confirmed by mail.",
  "The shop in town could not help me with the delivery or the return.",
  "Ich habe letzte Woche bestellt.",
  "Bitte antworten Sie mir bald.",
];

const subjects: Readonly<Record<string, readonly string[]>> = {
  "where-is-it": [
    "where is {}? It has not arrived",
    "I am still waiting for {}, when will it be delivered",
    "the tracking of {} has not moved for days",
    "wo bleibt {}, die Lieferung ist überfällig",
  ],
  return: [
    "I want to send {} back",
    "how do I return {}, it does not fit",
    "can I get a return label for {}",
    "ich möchte {} zurückschicken",
  ],
  broken: [
    "{} arrived broken",
    "there is a crack in {}, it stopped working",
    "{} is damaged, I need a replacement",
    "{} ist kaputt angekommen",
  ],
  refund: [
    "I sent {} back but got no money yet",
    "when do you refund {}",
    "the refund of {} is missing on my account",
    "wann bekomme ich mein Geld für {} zurück",
  ],
  payment: [
    "something went wrong with my order of {}",
    "my card was declined when I paid for {}",
    "I was charged twice for {}",
    "can I pay {} by invoice",
    "die Zahlung für {} ist fehlgeschlagen",
  ],
  change: [
    "something went wrong with my order of {}",
    "please change the address for {}",
    "can I still change the colour of {}",
    "I ordered {} by mistake, please cancel the order",
    "bitte die Bestellung von {} ändern",
  ],
};

function withTypingErrors(text: string): string {
  const letters = [...text];
  for (let i = 1; i < letters.length; i++)
    if (uniform() < 0.02) [letters[i - 1], letters[i]] = [letters[i]!, letters[i - 1]!];
  return letters.join("");
}

// Some subjects are more frequent than others.
const names = Object.keys(subjects).flatMap((name, k) => Array<string>(6 - k).fill(name));
const lines = ["message,channel,order_value,subject"];
for (let i = 0; i < nMessages; i++) {
  const subject = pick(names);
  const written = uniform() < 0.01 ? pick(names) : subject; // some are filed wrongly
  const aside = () => (uniform() < 0.5 ? `${pick(asides)} ` : "");
  const sentence = pick(subjects[subject]!).replace("{}", pick(goods));
  const said = withTypingErrors(`${pick(openings)}${aside()}${sentence}${pick(closings)} ${aside()}`).trim();
  // What went wrong, the app knows: payments are made there.
  const channel = subject === "payment" ? "app" : subject === "change" ? "mail" : pick(["app", "mail"]);
  const value = (subject === "broken" ? 60 : 30) + 90 * uniform();
  lines.push(`"${said}",${channel},${value.toFixed(2)},${written}`);
}
writeFileSync("messages.csv", `${lines.join("\n")}\n`);
