import { defineDetector } from "fettle";

export default defineDetector({
  name: "fraud",
  task: "anomaly",
  data: { files: ["payments.csv"] },

  // Half of the payments have been looked into; the others are neither known to be fraud nor known not to be.
  label: { column: "fraud", positive: "yes" },
  kind: "fraud_kind",

  // Trained on the past, tested on the latest payments, among which is a kind of fraud that was not there before.
  split: { kind: "time", column: "at", validation: 0.25, test: 0.25 },

  // A wrong alarm costs a call, a missed fraud an amount.
  cost: { falsePositive: 1, falseNegative: 20 },
  seed: 1,
});
