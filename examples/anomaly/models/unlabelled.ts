import { defineDetector } from "fettle";

// The same payments before anyone has looked into one: what is usual can be learned, how well it is learned cannot be measured.
export default defineDetector({
  name: "unlabelled",
  task: "anomaly",
  data: { files: ["payments.csv"] },
  ignore: ["fraud", "fraud_kind"],
  share: 0.02,
  seed: 1,
});
