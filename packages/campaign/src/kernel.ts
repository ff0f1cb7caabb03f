// Kernels in WebAssembly (packages/*/kernel, compiled by script/kernels.ts), from the text that their modules hold. They import nothing.

// As much as is used here; the language's library has it only for browsers.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Compiles `bytes` (base64) once; each call of the answer makes an instance, with a memory of its own. `Exports` is what the kernel's sources export. */
export function kernelOf<Exports>(bytes: string): () => Exports {
  const compiled = new WebAssembly.Module(Buffer.from(bytes, "base64"));
  return () => new WebAssembly.Instance(compiled).exports as Exports;
}
