import { FettleError } from "../../lib/index.ts";
import type { Calibrator, GbdtData, LinearData, Link, ModelData, TreeData } from "../learners/index.ts";
import { float64, type OnnxGraph, onnxGraph } from "./onnx-graph.ts";

/**
 * A model as ONNX (opset 13 and ai.onnx.ml 3), calibrated: from encoded features (f32 [rows, features], a missing number NaN, a category
 * its code, missing −1) to outputs as the model gives them. Trees are a TreeEnsembleRegressor on f64, linear models a MatMul on f32; what follows is f32, so outputs differ from ours by about 1e-7
 * of their size. Throws EXPORT_ONNX for a model or calibrator that ONNX has no exact form of here.
 */
export function exportOnnx(model: ModelData, calibrator: Calibrator | null, name: string): Uint8Array {
  if (model.kind !== "gbdt" && model.kind !== "forest" && model.kind !== "linear")
    throw unsupported(`the model is of the kind "${model.kind}"`, "trees or a linear model");
  const graph = onnxGraph(name, model.featureNames.length);
  if (model.kind === "linear") {
    if (model.blocks !== undefined) throw unsupported("it reads terms of texts", "a model of numbers and categories");
    const link = ({ binary: "logistic", multiclass: "softmax", regression: "identity", ranking: "identity" } as const)[
      model.task
    ];
    return finish(graph, linearScores(graph, model), link, model.weights.length, calibrator, false);
  }
  const isSorted = model.loss === "quantile" && model.base.length > 1;
  return finish(graph, treeScores(graph, model), model.link, model.base.length, calibrator, isSorted);
}

function unsupported(what: string, needed: string): FettleError {
  return new FettleError("invalid-input", "EXPORT_ONNX", `Cannot export to ONNX: ${what}, ${needed} is needed`, {
    hint: 'Export "--to module" instead: it holds every model',
  });
}

function finish(
  graph: OnnxGraph,
  scores: string,
  link: Link,
  nOutputs: number,
  calibrator: Calibrator | null,
  isSorted: boolean,
): Uint8Array {
  const calibrated = calibrator === null ? scores : calibratedScores(graph, scores, link, calibrator);
  const outputs = linked(graph, calibrated, link, nOutputs);
  if (!isSorted) return graph.finish(outputs, nOutputs);
  const k = graph.wholes([nOutputs]);
  return graph.finish(graph.node("TopK", [outputs, k], { largest: { int: 0 } }, { nOutputs: 2 }), nOutputs);
}

// Calibrators correct log-odds, which are the scores themselves where the link is logistic or softmax.
function calibratedScores(graph: OnnxGraph, scores: string, link: Link, calibrator: Calibrator): string {
  const times = (value: string, factor: number) => graph.node("Mul", [value, graph.constant([factor], [1])]);
  const plus = (value: string, summand: number) => graph.node("Add", [value, graph.constant([summand], [1])]);
  if (link !== "logistic" && link !== "softmax") throw unsupported("it is calibrated", "a logistic or softmax model");
  if ("temperature" in calibrator) return times(scores, 1 / calibrator.temperature);
  const map = calibrator.maps[0]!;
  if (link === "softmax" || map.kind === "isotonic")
    throw unsupported(
      `the calibration is ${link === "softmax" ? "one map per class" : "isotonic"}`,
      '"evaluation.calibration" of none, temperature, platt or beta',
    );
  if (map.kind === "platt") return plus(times(scores, map.slope), map.intercept);
  const negativeLogs = graph.node("Softplus", [graph.node("Neg", [scores])]); // −log p
  const others = graph.node("Softplus", [scores]); // −log(1 − p)
  return plus(graph.node("Add", [times(negativeLogs, -map.a), times(others, map.b)]), map.c);
}

function linked(graph: OnnxGraph, scores: string, link: Link, nOutputs: number): string {
  switch (link) {
    case "identity":
      return scores;
    case "logistic":
      return graph.node("Sigmoid", [scores]);
    case "softmax":
      return graph.node("Softmax", [scores], { axis: { int: 1 } });
    case "exp":
      return graph.node("Exp", [scores]);
    case "focal":
      throw unsupported("its scores are those of a focal loss", "another loss");
    case "shares": {
      if (nOutputs === 1) return graph.node("Clip", [scores, graph.constant([0], []), graph.constant([1], [])]);
      const positive = graph.node("Relu", [scores]);
      return graph.node("Div", [positive, graph.node("ReduceSum", [positive, graph.wholes([1])])]);
    }
  }
}

interface NodeLists {
  readonly treeids: number[];
  readonly nodeids: number[];
  readonly featureids: number[];
  readonly values: number[];
  readonly modes: string[];
  readonly truenodeids: number[];
  readonly falsenodeids: number[];
  readonly missing: number[];
}

interface LeafLists {
  readonly treeids: number[];
  readonly nodeids: number[];
  readonly ids: number[];
  readonly weights: number[];
}

function treeScores(graph: OnnxGraph, { base, trees }: GbdtData): string {
  const nodes: NodeLists = {
    ...{ treeids: [], nodeids: [], featureids: [], values: [] },
    ...{ modes: [], truenodeids: [], falsenodeids: [], missing: [] },
  };
  const leaves: LeafLists = { treeids: [], nodeids: [], ids: [], weights: [] };
  trees.forEach((tree, t) => {
    writeTree(tree, t, t % base.length, nodes, leaves);
  });
  return graph.node(
    "TreeEnsembleRegressor",
    [graph.node("Cast", ["features"], { to: { int: float64 } })],
    {
      nodes_treeids: { ints: nodes.treeids },
      nodes_nodeids: { ints: nodes.nodeids },
      nodes_featureids: { ints: nodes.featureids },
      nodes_values_as_tensor: { doubles: nodes.values },
      nodes_modes: { texts: nodes.modes },
      nodes_truenodeids: { ints: nodes.truenodeids },
      nodes_falsenodeids: { ints: nodes.falsenodeids },
      nodes_missing_value_tracks_true: { ints: nodes.missing },
      target_treeids: { ints: leaves.treeids },
      target_nodeids: { ints: leaves.nodeids },
      target_ids: { ints: leaves.ids },
      target_weights_as_tensor: { doubles: leaves.weights },
      n_targets: { int: base.length },
      base_values_as_tensor: { doubles: base },
      post_transform: { text: "NONE" },
    },
    { domain: "ai.onnx.ml" },
  );
}

// A category's set becomes a chain of equalities whose true sides are one and the same child; a missing code is −1.
function writeTree(tree: TreeData, t: number, target: number, nodes: NodeLists, leaves: LeafLists): void {
  const nInner = tree.feature.length;
  let next = nInner + tree.value.length;
  const idOf = (child: number) => (child < 0 ? nInner + ~child : child);
  const push = (id: number, feature: number, value: number, mode: string, yes: number, no: number, missing: number) => {
    nodes.treeids.push(t);
    nodes.nodeids.push(id);
    nodes.featureids.push(feature);
    nodes.values.push(value);
    nodes.modes.push(mode);
    nodes.truenodeids.push(yes);
    nodes.falsenodeids.push(no);
    nodes.missing.push(missing);
  };
  for (let k = 0; k < nInner; k++) {
    const [feature, left, right] = [tree.feature[k]!, idOf(tree.left[k]!), idOf(tree.right[k]!)];
    const set = tree.categories[k]!;
    if (set === null) {
      push(k, feature, tree.threshold[k]!, "BRANCH_LEQ", left, right, tree.missingLeft[k]!);
      continue;
    }
    const codes = tree.missingLeft[k] === 1 ? [-1, ...set] : set;
    codes.forEach((code, place) => {
      const id = place === 0 ? k : next++;
      push(id, feature, code, "BRANCH_EQ", left, place + 1 < codes.length ? next : right, 0);
    });
    if (codes.length === 0) push(k, feature, -2, "BRANCH_EQ", left, right, 0);
  }
  tree.value.forEach((value, leaf) => {
    push(nInner + leaf, 0, 0, "LEAF", 0, 0, 0);
    leaves.treeids.push(t);
    leaves.nodeids.push(nInner + leaf);
    leaves.ids.push(target);
    leaves.weights.push(value);
  });
}

// Numbers by one product, NaN counting as nothing; of each category the weights of its code, of −1 none.
function linearScores(graph: OnnxGraph, { nLevels, weights, intercepts }: LinearData): string {
  const nOutputs = weights.length;
  const starts: number[] = [];
  let width = 0;
  for (const levels of nLevels) {
    starts.push(width);
    width += Math.max(1, levels);
  }
  const zeros = graph.constant([0], [1]);
  const columns = [...nLevels.keys()].filter((j) => nLevels[j] === 0);
  let scores = graph.constant(intercepts, [1, nOutputs]);
  if (columns.length > 0) {
    const numbers = graph.node("Gather", ["features", graph.wholes(columns)], { axis: { int: 1 } });
    const present = graph.node("Where", [graph.node("IsNaN", [numbers]), zeros, numbers]);
    const table = columns.flatMap((j) => weights.map((own) => own[starts[j]!]!));
    const product = graph.node("MatMul", [present, graph.constant(table, [columns.length, nOutputs])]);
    scores = graph.node("Add", [product, scores]);
  }
  nLevels.forEach((levels, j) => {
    if (levels === 0) return;
    const codes = graph.node("Gather", ["features", graph.wholes([j])], { axis: { int: 1 } });
    const places = graph.node("Cast", [graph.node("Add", [codes, graph.constant([1], [1])])], { to: { int: 7 } });
    const table = [
      ...new Array<number>(nOutputs).fill(0),
      ...Array.from({ length: levels }, (_, level) => weights.map((own) => own[starts[j]! + level]!)).flat(),
    ];
    const rows = graph.node("Gather", [
      graph.constant(table, [levels + 1, nOutputs]),
      graph.node("Squeeze", [places, graph.wholes([1])]),
    ]);
    scores = graph.node("Add", [scores, rows]);
  });
  return scores;
}
