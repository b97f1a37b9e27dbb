import { FettleError } from "../../lib/index.ts";
import type { RecommendKernels } from "./recommend-kernels.ts";

const pageBytes = 65_536;

/** Bytes that the kernels can address. */
export const mostBytes = 2 ** 32;

/** Places in the kernels' memory, one after another, each a multiple of 64. What lay there before is overwritten. */
export interface KernelArena {
  /** The first of so many bytes. Throws RECOMMENDER_TOO_LARGE. */
  take(bytes: number): number;
  /** The first byte of a copy. Throws RECOMMENDER_TOO_LARGE. */
  place(values: Int32Array | Float32Array | Float64Array): number;
}

/** An arena that begins where the memory belongs to no kernel and no team: one fit at a time has it. */
export function kernelArena({ memory, heapBase }: RecommendKernels): KernelArena {
  let end = heapBase;
  const take = (bytes: number): number => {
    const at = 64 * Math.ceil(end / 64);
    end = at + bytes;
    const missing = Math.ceil((end - memory.buffer.byteLength) / pageBytes);
    if (missing > 0 && !grew(memory, missing)) throw tooLarge(end);
    return at;
  };
  return {
    take,
    place(values) {
      const at = take(values.byteLength);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
      return at;
    },
  };
}

function grew(memory: RecommendKernels["memory"], pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

/** A fit whose memory cannot be had. */
export function tooLarge(bytes: number): FettleError {
  return new FettleError(
    "too-large",
    "RECOMMENDER_TOO_LARGE",
    `Cannot fit the recommender: it needs ${inGiB(bytes)} GiB, which this machine or the limit of ${inGiB(mostBytes)} GiB does not give`,
    { hint: "Train on fewer interactions, or take fewer factors", facts: { bytes } },
  );
}

const inGiB = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
