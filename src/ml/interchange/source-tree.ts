import type { TreeData } from "../learners/index.ts";
import { damagedModel, tooLarge } from "./import-errors.ts";
import { limits } from "./imported-model.ts";

/** A node as the file gives it; children by the file's own numbers. */
export type SourceNode =
  | { readonly kind: "leaf"; readonly value: number; readonly cover: number }
  | {
      readonly kind: "split";
      readonly feature: number;
      /** f32 number; 0 for a category node. */
      readonly threshold: number;
      readonly categories: readonly number[] | null;
      readonly missingLeft: boolean;
      readonly left: number;
      readonly right: number;
      readonly gain: number;
      readonly cover: number;
    };

/** What all trees of one file have used up so far. */
export interface Budget {
  nodes: number;
  categoryBits: number;
}

/**
 * A tree from the nodes of a file, walked from its root breadth first: a child's number is greater than its parent's. Throws IMPORT_DAMAGED where
 * a node is reached twice (a cycle, or two parents), a feature or number cannot be, and IMPORT_TOO_LARGE beyond {@link limits}.
 * @param nNodes nodes that the file holds; `read` is called with 0 … nNodes − 1, at most once each
 */
export function treeFromNodes(
  library: string,
  nNodes: number,
  nFeatures: number,
  root: number,
  read: (node: number) => SourceNode,
  budget: Budget,
): TreeData {
  budget.nodes += nNodes;
  if (budget.nodes > limits.nodes) throw tooLarge(library, "nodes", budget.nodes, limits.nodes);
  const tree = emptyTree();
  const seen = new Uint8Array(nNodes);
  // Nodes of one depth, each with the place of its number in its parent.
  let level: Reached[] = [{ node: root, store: () => {} }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth) throw tooLarge(library, "levels in one tree", depth, limits.depth);
    const next: Reached[] = [];
    for (const { node, store } of level) {
      if (!(Number.isInteger(node) && node >= 0 && node < nNodes))
        throw damagedModel(library, `a tree names node ${node}`, `one of 0 to ${nNodes - 1}`);
      if (seen[node] === 1)
        throw damagedModel(library, `a tree reaches node ${node} twice`, "one parent for each node");
      seen[node] = 1;
      const found = read(node);
      checkNode(library, found, nFeatures, budget);
      store(found.kind === "leaf" ? addLeaf(tree, found) : addSplit(tree, found, next));
    }
    level = next;
  }
  return tree;
}

interface Reached {
  readonly node: number;
  readonly store: (number: number) => void;
}

type Growing = { [Key in keyof TreeData]: TreeData[Key][number][] };

function emptyTree(): Growing {
  return {
    feature: [],
    threshold: [],
    categories: [],
    missingLeft: [],
    left: [],
    right: [],
    value: [],
    gain: [],
    cover: [],
    leafCover: [],
  };
}

function addLeaf(tree: Growing, { value, cover }: SourceNode & { kind: "leaf" }): number {
  tree.leafCover.push(cover);
  return ~(tree.value.push(value) - 1);
}

function addSplit(tree: Growing, node: SourceNode & { kind: "split" }, next: Reached[]): number {
  const k = tree.feature.push(node.feature) - 1;
  tree.threshold.push(node.threshold);
  tree.categories.push(node.categories);
  tree.missingLeft.push(node.missingLeft ? 1 : 0);
  tree.gain.push(node.gain);
  tree.cover.push(node.cover);
  for (const side of ["left", "right"] as const) {
    tree[side].push(0);
    next.push({
      node: node[side],
      store: (number) => {
        tree[side][k] = number;
      },
    });
  }
  return k;
}

function checkNode(library: string, node: SourceNode, nFeatures: number, budget: Budget): void {
  if (node.kind === "leaf") {
    if (!Number.isFinite(node.value)) throw damagedModel(library, "a leaf's value is no number", "a finite number");
    return;
  }
  const { feature, threshold, categories } = node;
  if (!(Number.isInteger(feature) && feature >= 0 && feature < nFeatures))
    throw damagedModel(library, `a node splits on feature ${feature}`, `one of 0 to ${nFeatures - 1}`);
  if (!Number.isFinite(threshold)) throw damagedModel(library, "a node's threshold is no number", "a finite number");
  if (categories === null) return;
  budget.categoryBits += (categories.at(-1) ?? 0) + 1;
  if (budget.categoryBits > limits.categoryBits)
    throw tooLarge(library, "category codes over all nodes", budget.categoryBits, limits.categoryBits);
}
