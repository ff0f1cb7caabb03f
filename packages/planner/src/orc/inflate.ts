// Raw deflate blocks by a kernel in WebAssembly (kernel/ in this package): it needs no memory for each block, and text that hardly repeats itself, as version IDs and
// ETags, costs it half of what it costs zlib. What the kernel refuses zlib is asked about, which has the words for what is wrong.
import { inflateRawSync } from "node:zlib";
import { kernelOf } from "@quitclaim/campaign/kernel";
import { KERNEL_BYTES } from "./inflate-bytes.ts";

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: { readonly value: number };
  readonly reserve: (inputBytes: number, outputBytes: number) => number;
  readonly inflate: (inputBytes: number, output: number, outputMax: number) => number;
}

const newKernel = kernelOf<Kernel>(KERNEL_BYTES);
let kernel: Kernel | undefined;
let memory = new Uint8Array(0);

/** What `input` becomes, good until the next call. Throws zlib's error where it is no deflate stream, or becomes more than `bytesMax`. */
export function inflateBlock(input: Uint8Array, bytesMax: number): Uint8Array {
  kernel ??= newKernel();
  const output = kernel.reserve(input.length, bytesMax) >>> 0;
  if (output > 0) {
    // Memory that grew is another buffer.
    if (memory.buffer !== kernel.memory.buffer) memory = new Uint8Array(kernel.memory.buffer);
    memory.set(input, kernel.INPUT.value);
    const length = kernel.inflate(input.length, output, bytesMax);
    if (length >= 0) return memory.subarray(output, output + length);
  }
  return inflateRawSync(input, { maxOutputLength: bytesMax });
}
