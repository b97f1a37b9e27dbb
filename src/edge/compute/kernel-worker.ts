import { workerData } from "node:worker_threads";
import { serveTeam } from "../../ml/learners/index.ts";
import type { KernelThreadData } from "./kernel-team.ts";
import { instantiateKernels } from "./load-kernels.ts";

// A further thread of a training: takes chunks of work until it is told to stop.
const { shared, thread } = workerData as KernelThreadData;
serveTeam(instantiateKernels(shared), thread);
