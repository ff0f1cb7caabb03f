// A row of the plan on its way from a scanning thread to the merge.

/** As src/scan/pack.ts lays it out; key, version and ETag follow. */
// @ts-expect-error: a decorator of the compiler
@unmanaged
export class Record {
  length: u32;
  /** Of the chunk; in a lane, of the lane's batch. */
  shape: u32;
  size: f64;
  modified: f64;
  key: u16;
  version: u16;
  etag: u16;
  latest: u8;
}
export const HEADER_BYTES: usize = 32;
export const NO_VALUE: u32 = 0xffff;
