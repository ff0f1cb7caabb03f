// Rows in bytes, as they travel from the scanning threads to the merge. A record is a multiple of 8 bytes long:
//   0 length  u32 | 4 shape u32 | 8 size f64 | 16 last modified f64 (NaN: none) | 24 key bytes u16 | 26 version bytes u16 | 28 ETag bytes u16 | 30 latest u8 | 32 key, version, ETag
// 0xffff as a length: no value.
import { CHUNK_BYTES } from "../limits.ts";
import { ByteCopier } from "./copy-bytes.ts";
import type { Row } from "./row.ts";
import type { Shape } from "./shape.ts";

export const HEADER_BYTES = 32;
export const NO_VALUE = 0xffff;

export interface Chunk {
  /** One after the other. */
  readonly records: Uint8Array;
  readonly rows: number;
  /** By the number that records carry. */
  readonly shapes: readonly Shape[];
  /** What these take, about: where each object has an ACL of its own, more than the records. */
  readonly shapeBytes: number;
}

/** What a shape takes beside its long texts. */
const SHAPE_BYTES = 512;

/** A shape and the number it has in the chunk being filled. */
export interface NumberedShape {
  readonly shape: Shape;
  chunk: number;
  number: number;
}

/** The shapes of the chunk being filled, whoever fills it. */
export class ChunkShapes {
  #shapes: Shape[] = [];
  #bytes = 0;
  #chunk = 0;

  /** They take as much as a chunk may: it should be taken away. */
  get full(): boolean {
    return this.#bytes >= CHUNK_BYTES;
  }

  /** The shape's number in the chunk. */
  numberOf(shape: NumberedShape): number {
    if (shape.chunk !== this.#chunk) {
      shape.chunk = this.#chunk;
      shape.number = this.#shapes.push(shape.shape) - 1;
      this.#bytes += SHAPE_BYTES + (shape.shape.grants?.length ?? 0) + (shape.shape.formerAcl?.length ?? 0);
    }
    return shape.number;
  }

  /** The chunk's; the next one begins with none. */
  take(): Pick<Chunk, "shapes" | "shapeBytes"> {
    const taken = { shapes: this.#shapes, shapeBytes: this.#bytes };
    this.#shapes = [];
    this.#bytes = 0;
    this.#chunk++;
    return taken;
  }
}

/** The memory of one chunk, as records are written to it. */
class Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, length } = bytes;
    this.bytes = bytes;
    this.view = new DataView(buffer, byteOffset, length);
    this.u16 = new Uint16Array(buffer, byteOffset, length / 2);
    this.u32 = new Uint32Array(buffer, byteOffset, length / 4);
    this.f64 = new Float64Array(buffer, byteOffset, length / 8);
  }
}

export class Packer {
  readonly #shapes: ChunkShapes;
  readonly #room: () => Uint8Array;
  /** None before the first record. */
  #page: Page | undefined;
  #length = 0;
  #rows = 0;
  readonly #keys = new ByteCopier();
  readonly #versions = new ByteCopier();
  readonly #etags = new ByteCopier();

  /** `room` gives memory for a chunk: CHUNK_BYTES, aligned to eight. */
  constructor(shapes: ChunkShapes, room: () => Uint8Array) {
    this.#shapes = shapes;
    this.#room = room;
  }

  /** False where the record, or its shape, does not fit any more: take the chunk and add the row again. */
  add(row: Row, shape: NumberedShape): boolean {
    const { keyBytes, version, etag } = row;
    const keyLength = keyBytes.end - keyBytes.start;
    const versionLength = version.start < 0 ? 0 : version.end - version.start;
    const etagLength = etag.start < 0 ? 0 : etag.end - etag.start;
    const length = (HEADER_BYTES + keyLength + versionLength + etagLength + 7) & ~7;
    const at = this.#length;
    if (at + length > CHUNK_BYTES || this.#shapes.full) return false;
    this.#page ??= new Page(this.#room());
    const { bytes, view, u16, u32, f64 } = this.#page;
    u32[at >> 2] = length;
    u32[(at >> 2) + 1] = this.#shapes.numberOf(shape);
    f64[(at >> 3) + 1] = row.size;
    f64[(at >> 3) + 2] = row.lastModified ?? Number.NaN;
    u16[(at >> 1) + 12] = keyLength;
    u16[(at >> 1) + 13] = version.start < 0 ? NO_VALUE : versionLength;
    u16[(at >> 1) + 14] = etag.start < 0 ? NO_VALUE : etagLength;
    bytes[at + 30] = row.isLatest ? 1 : 0;
    this.#keys.copy(keyBytes.bytes, keyBytes.start, view, at + HEADER_BYTES, keyLength);
    if (versionLength > 0) this.#versions.copy(version.bytes, version.start, view, at + HEADER_BYTES + keyLength, versionLength);
    if (etagLength > 0) this.#etags.copy(etag.bytes, etag.start, view, at + HEADER_BYTES + keyLength + versionLength, etagLength);
    this.#length = at + length;
    this.#rows++;
    return true;
  }

  get rows(): number {
    return this.#rows;
  }

  /** The filled chunk, which has a row at least; the packer goes on with an empty one. */
  take(): Chunk {
    const { bytes } = this.#page as Page;
    const chunk: Chunk = { records: bytes.subarray(0, this.#length), rows: this.#rows, ...this.#shapes.take() };
    this.#page = undefined;
    this.#length = 0;
    this.#rows = 0;
    return chunk;
  }
}
