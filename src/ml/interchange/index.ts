export type { ImportedFeature, ImportedModel } from "./imported-model.ts";
export { importLightgbm } from "./lightgbm-import.ts";
export { exportOnnx } from "./onnx-export.ts";
export { exportXgboost } from "./xgboost-export.ts";
export { importXgboost } from "./xgboost-import.ts";
