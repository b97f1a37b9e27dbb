import { workerData } from "node:worker_threads";
import { gbdtJobs } from "../../ml/learners/index.ts";
import { recommendJobs } from "../../ml/recommenders/index.ts";
import { serveTeam } from "../../ml/team/index.ts";
import type { KernelThreadData } from "./kernel-team.ts";
import { instantiateKernels, isSharedOf } from "./load-kernels.ts";

// A further thread of a training: takes chunks of work until it is told to stop.
const { shared, thread } = workerData as KernelThreadData;
if (isSharedOf(shared, "recommend")) serveTeam(instantiateKernels(shared), recommendJobs, thread);
else if (isSharedOf(shared, "kernels")) serveTeam(instantiateKernels(shared), gbdtJobs, thread);
