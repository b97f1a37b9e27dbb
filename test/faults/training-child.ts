// Trains once in the folder given and ends itself, as hard as it can, at the durable step given. Prints how many steps there were.
import { openApp } from "../../src/app.ts";

const [folder = ".", killAt = "-1"] = process.argv.slice(2);
let steps = 0;
const app = await openApp(folder, {
  version: "0.1.0",
  onStep() {
    if (steps === Number(killAt)) process.kill(process.pid, "SIGKILL");
    steps += 1;
  },
});
await app.train("churn", { trials: 1 }, {});
await app.close();
process.stdout.write(String(steps));
