import { defineRecommender } from "fettle";

export default defineRecommender({
  name: "songs",
  data: { files: ["events.csv"] },
  user: "listener",
  item: "song",
  time: "at",
  weight: { column: "minutes" },

  // Trained on the past, tested on the latest events: what the songs have to be recommended for.
  split: { kind: "time", validation: 0.1, test: 0.1 },

  k: 10,
  search: { trials: 4, families: ["item-neighbours", "als"] },
  seed: 1,
});
