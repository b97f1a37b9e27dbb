// AssemblyScript. The specification is `addShapValues` of tree-shap.ts, which has the mathematics; the encoding of nodes, trees and forms is that
// of tree-shap-memory.ts. Two quadrature points are a v128: lanes are summed apart, even and odd, as the specification does.

const nodeBytes: usize = 80;
const treeBytes: usize = 20;
const formBytes: usize = 48;

/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;

/** Adds one row's SHAP values of all trees to `out`. Arguments are addresses, or counts. */
export function addShapValues(
  trees: usize,
  nTrees: u32,
  row: usize,
  out: usize,
  carried: usize,
  gathered: usize,
  forms: usize,
  kept: usize,
  spare: usize,
): void {
  for (let tree = trees, end = trees + <usize>nTrees * treeBytes; tree < end; tree += treeBytes) {
    const nodes = <usize>load<u32>(tree);
    const size = <usize>load<u32>(tree, 4);
    const vector = <usize>load<u32>(tree, 8) << 3; // bytes of a vector of points
    const rule = <usize>load<u32>(tree, 12);
    const values = out + load<u32>(tree, 16);
    for (let at: usize = 0; at < vector; at += 16) v128.store(carried + at, v128.load(rule + vector + at));
    let node = nodes;
    let form = forms;
    let own = carried;
    for (let i: usize = 0; i < size; i++) {
      decide(node, row, form, kept, i);
      down(node, form, vector, rule, carried, own, spare);
      node += nodeBytes;
      form += formBytes;
      own += vector;
    }
    let slot = (size - 1) * vector;
    for (let i = size; i > 0; i--) {
      node -= nodeBytes;
      form -= formBytes;
      const at = values + (<usize>load<u32>(node, 40) << 3);
      store<f64>(at, load<f64>(at) + up(node, form, vector, rule, carried + slot, gathered, slot));
      slot -= vector;
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function goesLeft(node: usize, row: usize): u32 {
  const x = load<f32>(row + (<usize>load<u32>(node, 40) << 2));
  const codes = <usize>load<u32>(node, 52);
  const missingLeft = load<u32>(node, 48);
  if (codes == 0) return select<u32>(<u32>(x <= load<f32>(node, 44)), missingLeft, x == x);
  if (!(x >= 0)) return missingLeft;
  return x < <f32>load<i32>(node, 56) ? <u32>load<u8>(codes + <usize>x) : 0;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function decide(node: usize, row: usize, form: usize, kept: usize, i: usize): void {
  const above = load<i32>(node, 68);
  const isInside: u32 = above < 0 ? 1 : <u32>load<u8>(kept + above);
  const isLeft = goesLeft(node, row);
  store<u8>(kept + (i << 1), isInside & isLeft);
  store<u8>(kept + (i << 1), isInside & ~isLeft, 1);
  const startLeft = select(load<f64>(node), load<f64>(node, 16), isInside);
  const startRight = select(load<f64>(node, 8), load<f64>(node, 24), isInside);
  store<f64>(form, startLeft);
  store<f64>(form, select(<f64>isLeft - startLeft, 0, isInside), 8);
  store<f64>(form, startRight, 16);
  store<f64>(form, select(<f64>(1 - isLeft) - startRight, 0, isInside), 24);
  store<f64>(form, select(load<f64>(node, 32), 0, isInside), 32);
  store<u32>(form, select(load<u32>(node, 72), load<u32>(node, 76), isInside), 40);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function down(node: usize, form: usize, vector: usize, rule: usize, carried: usize, own: usize, spare: usize): void {
  const startLeft = v128.load_splat<f64>(form);
  const slopeLeft = v128.load_splat<f64>(form, 8);
  const startRight = v128.load_splat<f64>(form, 16);
  const slopeRight = v128.load_splat<f64>(form, 24);
  const inverse = <usize>load<u32>(form, 40);
  const left = carried + min(<usize>load<u32>(node, 60), spare);
  const right = carried + min(<usize>load<u32>(node, 64), spare);
  for (let at: usize = 0; at < vector; at += 16) {
    const t = v128.load(rule + at);
    const c = f64x2.mul(v128.load(own + at), v128.load(inverse + at));
    v128.store(own + at, c);
    v128.store(left + at, f64x2.mul(c, f64x2.add(startLeft, f64x2.mul(slopeLeft, t))));
    v128.store(right + at, f64x2.mul(c, f64x2.add(startRight, f64x2.mul(slopeRight, t))));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function up(node: usize, form: usize, vector: usize, rule: usize, own: usize, gathered: usize, slot: usize): f64 {
  const startLeft = v128.load_splat<f64>(form);
  const slopeLeft = v128.load_splat<f64>(form, 8);
  const startRight = v128.load_splat<f64>(form, 16);
  const slopeRight = v128.load_splat<f64>(form, 24);
  const excess = v128.load_splat<f64>(form, 32);
  const inverse = <usize>load<u32>(form, 40);
  const left = gathered + load<u32>(node, 60);
  const right = gathered + load<u32>(node, 64);
  const target = gathered + slot;
  let given = f64x2.splat(0);
  for (let at: usize = 0; at < vector; at += 16) {
    const t = v128.load(rule + at);
    const l = v128.load(left + at);
    const r = v128.load(right + at);
    const both = f64x2.add(
      f64x2.mul(f64x2.add(startLeft, f64x2.mul(slopeLeft, t)), l),
      f64x2.mul(f64x2.add(startRight, f64x2.mul(slopeRight, t)), r),
    );
    const sum = f64x2.mul(both, v128.load(inverse + at));
    v128.store(target + at, sum);
    const parted = f64x2.add(f64x2.mul(slopeLeft, l), f64x2.mul(slopeRight, r));
    given = f64x2.add(given, f64x2.mul(v128.load(own + at), f64x2.sub(parted, f64x2.mul(excess, sum))));
  }
  return f64x2.extract_lane(given, 0) + f64x2.extract_lane(given, 1);
}
