import { defineModel } from "fettle";

export default defineModel({
  name: "offers",
  data: { files: ["searches.csv"] },
  task: "ranking",
  target: { column: "grade" }, // 0 ignored, 1 looked at, 2 put into the basket, 3 bought
  query: "search", // the offers of one search are ordered together, and no search lies in two parts

  search: { trials: 4 },
  seed: 1,
});
