import { workerData } from "node:worker_threads";
import { gbdtJobs } from "../../ml/learners/index.ts";
import { recommendJobs } from "../../ml/recommenders/index.ts";
import { serveTeam } from "../../ml/team/index.ts";
import type { KernelThreadData } from "./kernel-team.ts";
import { instantiateKernels, type SharedKernels } from "./load-kernels.ts";

// A further thread of a training: takes chunks of work until it is told to stop.
const { shared, thread } = workerData as KernelThreadData;
if (isOf(shared, "recommend")) serveTeam(instantiateKernels(shared), recommendJobs, thread);
else if (isOf(shared, "kernels")) serveTeam(instantiateKernels(shared), gbdtJobs, thread);

function isOf<Name extends SharedKernels["name"]>(kernels: SharedKernels, name: Name): kernels is SharedKernels<Name> {
  return kernels.name === name;
}
