export { fromBase64, toBase64 } from "./base64.ts";
export {
  type Calendar,
  dateOf,
  dayOf,
  daysIn,
  instantOf,
  localOf,
  monthOf,
  type StepUnit,
  stepOf,
  timeOf,
  type Zone,
  zoneNames,
  zoneOf,
} from "./calendar.ts";
export { canonicalJson, type Json } from "./canonical-json.ts";
export type { Clock } from "./clock.ts";
export {
  assertNever,
  type ErrorDetails,
  type ErrorKind,
  type Facts,
  FettleError,
  transportOf,
  unreachable,
} from "./errors.ts";
export { type Hasher, hasher, hashOf, isSha256, type Sha256, sha256 } from "./hash.ts";
export { uuidv7 } from "./ids.ts";
export { createRng, fnv1a, permutation, type Rng } from "./rng.ts";
export { editDistance, nearestName } from "./suggest.ts";
