// The campaign store: the truth of a campaign as named blobs, in one folder or below one s3:// prefix (design.md 3).

/** Paths are relative, `/`-separated, e.g. `plan/plan.json`. Every method throws StoreError with the path in its message when the medium fails. */
export interface CampaignStore {
  /** For people: the folder or s3:// URL. */
  readonly location: string;
  /** Whole blob; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Bytes [start, end) of a blob. Throws where it is missing or shorter. */
  readRange(path: string, start: number, end: number): Promise<Uint8Array>;
  /** Length in bytes; undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** Whole or not at all, replacing what was there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Whole or not at all; false, and nothing changed, where the path exists: the first complete write wins. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Every path below `prefix` (which ends in `/`), in code-unit order. */
  list(prefix: string): AsyncIterable<string>;
  remove(path: string): Promise<void>;
  /** Removes what killed writers left unfinished below `prefix` (which ends in `/`); for whoever has that part of the store alone: writes under way there fail. */
  sweep(prefix: string): Promise<void>;
}

export class StoreError extends Error {
  override readonly name = "StoreError";
  /** Trying again later may help without anybody changing anything: the network, a server in trouble, a disk that is full for the moment. */
  readonly passing: boolean;

  constructor(message: string, options: ErrorOptions & { readonly passing?: boolean } = {}) {
    super(message, options);
    this.passing = options.passing === true;
  }
}

const text = new TextDecoder("utf-8", { fatal: true });

/** JSON blob; undefined where there is none. Throws StoreError naming the path where it is not JSON. */
export async function readJson<T>(store: CampaignStore, path: string): Promise<T | undefined> {
  const bytes = await store.read(path);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(text.decode(bytes)) as T;
  } catch (cause) {
    throw new StoreError(
      `${store.location}: ${path} is not valid JSON. It was not written by quitclaim, or was edited: put back what was there, or remove it and give the command again that writes it.`,
      { cause },
    );
  }
}

export const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
