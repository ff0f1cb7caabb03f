// The temporary file for what waits and does not fit into memory: bytes are appended, one piece after another, and read by their place.
import { closeSync, read, write } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { PlanError } from "../error.ts";
import { openNameless } from "../source/nameless.ts";

const readAt = promisify(read);
const writeAt = promisify(write);

export class Overflow {
  readonly #folder = tmpdir();
  /** Opened with the first piece. Nothing is left of it once it is closed, however this process ends: it has no name. */
  #fd: number | undefined;
  #end = 0;
  /** The last piece under way. */
  #writing: Promise<void> = Promise.resolve();

  /** Bytes so far, with those on their way. */
  get length(): number {
    return this.#end;
  }

  /** Its place, and when it is there; rejects with PlanError where the disk does not take it. */
  append(bytes: Uint8Array): { readonly at: number; readonly written: Promise<void> } {
    const at = this.#end;
    this.#end += bytes.length;
    const written = this.#writing.then(() => this.#write(bytes, at));
    // Whoever appended awaits it, sooner or later; until then it must not end the process, nor hold up the next piece.
    this.#writing = written.catch(() => undefined);
    return { at, written };
  }

  /** Fills `into` with the bytes from `at` on, which were written. */
  async read(at: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await readAt(this.#fd as number, into, done, into.length - done, at + done);
      if (bytesRead === 0) throw new Error(`the planner's temporary file in ${this.#folder} was cut off`);
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** All of it: a disk that is nearly full takes a part, and says so only at the next write. */
  async #write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      this.#fd ??= openNameless("plan");
      for (let done = 0; done < bytes.length; ) done += (await writeAt(this.#fd, bytes, done, bytes.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw noSpace(this.#folder, error);
    }
  }
}

const noSpace = (folder: string, error: unknown): PlanError =>
  new PlanError(
    "temporary-space",
    `Rows that wait for their turn did not fit into memory, and cannot be kept in the temporary folder ${folder}: ${error instanceof Error ? error.message : String(error)}. There is no plan. ` +
      "Make room there, or set TMPDIR to a folder on a disk that has some, then run the same command again.",
    { cause: error },
  );
