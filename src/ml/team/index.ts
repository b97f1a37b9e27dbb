export {
  type Job,
  loseThread,
  mostChunks,
  serveTeam,
  stopTeam,
  type Team,
  type TeamKernels,
  type TeamMemory,
  teamBytes,
  teamMemory,
  teamOf,
} from "./team.ts";
