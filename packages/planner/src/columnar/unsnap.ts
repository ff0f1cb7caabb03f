// Snappy pages by a kernel in WebAssembly (kernel/ in this package), at several times the speed of the same in JavaScript.
import { kernelOf } from "@quitclaim/campaign/kernel";
import { KERNEL_BYTES } from "./unsnap-bytes.ts";

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: { readonly value: number };
  readonly reserve: (inputBytes: number, outputBytes: number) => number;
  readonly uncompress: (inputBytes: number, output: number, outputBytes: number) => number;
}

/** The `bytes` that `input` becomes, good until its next call; undefined where it is no Snappy block, or becomes another number of bytes. */
export type Unsnap = (input: Uint8Array, bytes: number) => Uint8Array | undefined;

const newKernel = kernelOf<Kernel>(KERNEL_BYTES);

/** With a memory of its own, in which what it decompressed stays: it is not copied out again. None is made before the first call. */
export function newUnsnap(): Unsnap {
  let kernel: Kernel | undefined;
  let memory = new Uint8Array(0);
  return (input, bytes) => {
    kernel ??= newKernel();
    const output = kernel.reserve(input.length, bytes) >>> 0;
    if (output === 0) return undefined;
    // Memory that grew is another buffer.
    if (memory.buffer !== kernel.memory.buffer) memory = new Uint8Array(kernel.memory.buffer);
    memory.set(input, kernel.INPUT.value);
    return kernel.uncompress(input.length, output, bytes) === 1 ? memory.subarray(output, output + bytes) : undefined;
  };
}
