import { defineModel } from "fettle";

export default defineModel({
  name: "subjects",
  data: { files: ["messages.csv"], options: { types: { message: "text" } } },
  target: { column: "subject" },

  // Texts, a category and a number in one linear model.
  features: { message: { kind: "text" } },
  search: { families: ["linear"], trials: 3 },
  seed: 1,
});
