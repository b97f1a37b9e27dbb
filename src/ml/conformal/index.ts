export {
  type ConformalDesign,
  type ConformalGroups,
  type ConformalInterval,
  type ConformalRule,
  type ConformalScore,
  calibrateConformal,
  classScore,
  conformalInterval,
  conformingClasses,
  groupOfLevel,
  groupsOfRows,
  numberScore,
} from "./conformal.ts";
