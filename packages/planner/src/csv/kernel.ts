// The scanning kernel (kernel/ in this package, WebAssembly) and its memory: the text that is being read, and what was found in it.
import { kernelOf } from "@quitclaim/campaign/kernel";
import type { ReportColumns } from "../source/columns.ts";
import { KERNEL_BYTES } from "./kernel-bytes.ts";

type Global = { readonly value: number };

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly begin: () => void;
  readonly scan: (from: number, limit: number) => number;
  // deflate-stream.ts
  readonly beginText: () => number;
  readonly roomForInput: () => number;
  readonly inputCame: (bytes: number) => void;
  readonly inputIsWhole: () => void;
  readonly beginStream: () => void;
  readonly inflate: (limit: number) => number;
  readonly unused: () => number;
  readonly goOnAt: (at: number) => void;
  readonly remember: () => void;
  readonly moveRest: (rest: number) => number;
  readonly written: Global;
  readonly inputEnd: Global;
  readonly next: Global;
  readonly rows: Global;
  readonly ownRows: Global;
  readonly ownBytes: Global;
  readonly ownUntold: Global;
  readonly records: Global;
  readonly cellNumber: Global;
  readonly cellRole: Global;
  readonly cellStart: Global;
  readonly cellEnd: Global;
}

type Constant =
  | ("CELLS_MAX" | "CONFIG" | "FIELDS_MAX" | "FLAGS" | "RECORD_BYTES" | "RECORDS" | "TEXT" | "TEXT_BYTES")
  | ("DAMAGED" | "FILLED" | "INPUT" | "INPUT_BYTES" | "STARVED")
  | ("END" | "ODD" | "NEW_CELL" | "FULL" | "FORGOTTEN")
  | ("KNOWN_OWNER" | "BUCKET_OWNER" | "KNOWN_ACL" | "PRIVATE_ACL" | "UNTOLD_ACL" | "KNOWN_WORD")
  | ("FOREIGN" | "OWN" | "MARKER");

const instantiate = kernelOf<Exports & { readonly [name in Constant]: Global }>(KERNEL_BYTES);

/** In the order in which the kernel wants their numbers. */
const COLUMN_ORDER = [
  "owner",
  "acl",
  "key",
  "versionId",
  "isLatest",
  "isDeleteMarker",
  "size",
  "lastModified",
  "etag",
  "bucket",
  "storageClass",
  "encryption",
  "accessTier",
  "lockMode",
  "legalHold",
] as const;

export class Kernel {
  /** The whole memory; positions in it are the kernel's. */
  readonly memory: Buffer;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly exports: Exports;
  readonly constants: { readonly [name in Constant]: number };

  private constructor() {
    const instance = instantiate();
    instance.begin();
    this.exports = instance;
    this.memory = Buffer.from(instance.memory.buffer);
    this.i32 = new Int32Array(instance.memory.buffer);
    this.f64 = new Float64Array(instance.memory.buffer);
    const constant = (name: Constant): number => instance[name].value;
    this.constants = {
      CELLS_MAX: constant("CELLS_MAX"),
      CONFIG: constant("CONFIG"),
      FIELDS_MAX: constant("FIELDS_MAX"),
      FLAGS: constant("FLAGS"),
      RECORD_BYTES: constant("RECORD_BYTES"),
      RECORDS: constant("RECORDS"),
      TEXT: constant("TEXT"),
      TEXT_BYTES: constant("TEXT_BYTES"),
      DAMAGED: constant("DAMAGED"),
      FILLED: constant("FILLED"),
      INPUT: constant("INPUT"),
      INPUT_BYTES: constant("INPUT_BYTES"),
      STARVED: constant("STARVED"),
      END: constant("END"),
      ODD: constant("ODD"),
      NEW_CELL: constant("NEW_CELL"),
      FULL: constant("FULL"),
      FORGOTTEN: constant("FORGOTTEN"),
      KNOWN_OWNER: constant("KNOWN_OWNER"),
      BUCKET_OWNER: constant("BUCKET_OWNER"),
      KNOWN_ACL: constant("KNOWN_ACL"),
      PRIVATE_ACL: constant("PRIVATE_ACL"),
      UNTOLD_ACL: constant("UNTOLD_ACL"),
      KNOWN_WORD: constant("KNOWN_WORD"),
      FOREIGN: constant("FOREIGN"),
      OWN: constant("OWN"),
      MARKER: constant("MARKER"),
    };
  }

  /** One that nobody else uses until it is given back; memory that large is not made for every data file. */
  static take(): Kernel {
    return free.pop() ?? new Kernel();
  }

  giveBack(): void {
    free.push(this);
  }

  /** Forgets what it knows and takes the columns of a report. False where it cannot read such a report. */
  begin(columns: ReportColumns): boolean {
    this.exports.begin();
    const at = this.constants.CONFIG >> 2;
    for (const [i, name] of COLUMN_ORDER.entries()) this.i32[at + i] = columns.at[name] ?? -1;
    this.i32[at + COLUMN_ORDER.length] = columns.count;
    const { owner, key, size } = columns.at;
    return owner !== undefined && key !== undefined && size !== undefined && columns.count <= this.constants.FIELDS_MAX;
  }
}

const free: Kernel[] = [];
