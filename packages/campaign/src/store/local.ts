// The campaign store in a folder, mode 0700. A blob appears under its name only when all its bytes are on the disk.
import { randomBytes } from "node:crypto";
import { link, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "./folder.ts";
import { type CampaignStore, StoreError } from "./store.ts";

const missing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
const exists = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";

/** Marks a blob that is still being written. Never listed; one whose writer was killed is litter that nobody takes for a blob, until it is swept. */
const UNFINISHED = ".unfinished-";

const ADVICE_TO_WRITE: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some space and run the same command again; nothing is lost.",
  EDQUOT: "The quota is used up: free some space and run the same command again; nothing is lost.",
  EACCES: "This user may not do that there: change the folder's rights, or name another folder.",
  EPERM: "This user may not do that there: change the folder's rights, or name another folder.",
  EROFS: "The file system is mounted read-only: name another folder.",
  ENOENT: "The folder is not there and cannot be made: its file system may be read-only. Name another one.",
  ENOTDIR: "A part of this path is a file: correct it.",
  EEXIST: "A file has the folder's name: name another one.",
};

/** Somebody frees space, a share comes back, other programs close their files: work that waits need not end. */
const PASSING: ReadonlySet<string> = new Set([
  "ENOSPC",
  "EDQUOT",
  "EIO",
  "EAGAIN",
  "EBUSY",
  "EMFILE",
  "ENFILE",
  "ESTALE",
  "ETIMEDOUT",
  "EHOSTDOWN",
  "ENOTCONN",
]);

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (missing(error)) return false;
    throw error;
  }
}

/** Looking makes no folder: it comes with the first blob. */
export async function openLocalStore(folder: string): Promise<CampaignStore> {
  const root = resolve(folder);
  const full = (path: string): string => join(root, path);
  const fail = (what: string, path: string, cause: unknown): never => {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const advice =
      what === "write"
        ? ADVICE_TO_WRITE[reason]
        : reason === "ENOENT"
          ? "The plan or the ledger has it, so it was there before: put the campaign folder back as it was."
          : undefined;
    throw new StoreError(`cannot ${what} ${path} in the folder ${root}: ${reason}.${advice === undefined ? "" : ` ${advice}`}`, {
      cause,
      passing: PASSING.has(reason),
    });
  };

  async function stage(path: string, bytes: Uint8Array): Promise<string> {
    const staged = `${full(path)}${UNFINISHED}${process.pid}-${randomBytes(4).toString("hex")}`;
    await makeFolder(dirname(staged));
    const file = await open(staged, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(staged, { force: true });
      throw error;
    }
    await file.close();
    return staged;
  }

  async function* walk(folderPath: string): AsyncIterable<string> {
    let entries: import("node:fs").Dirent[];
    try {
      entries = await readdir(full(folderPath), { withFileTypes: true });
    } catch (error) {
      if (missing(error)) return;
      fail("list", folderPath, error);
      return;
    }
    // Folders sort as if their name ended in "/", so that the order is that of whole paths.
    const named = entries.map((e) => ({ name: e.isDirectory() ? `${e.name}/` : e.name, folder: e.isDirectory() }));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of named) {
      if (entry.folder) yield* walk(folderPath + entry.name);
      else if (!entry.name.includes(UNFINISHED)) yield folderPath + entry.name;
    }
  }

  return {
    location: root,
    async read(path) {
      try {
        return await readFile(full(path));
      } catch (error) {
        if (missing(error)) return undefined;
        return fail("read", path, error);
      }
    },
    async readRange(path, start, end) {
      try {
        const file = await open(full(path), "r");
        try {
          const bytes = new Uint8Array(end - start);
          const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
          if (bytesRead !== bytes.length) throw new StoreError(`${path} ends before byte ${end}`);
          return bytes;
        } finally {
          await file.close();
        }
      } catch (error) {
        return fail("read", path, error);
      }
    },
    async size(path) {
      try {
        return (await stat(full(path))).size;
      } catch (error) {
        if (missing(error)) return undefined;
        return fail("look at", path, error);
      }
    },
    async write(path, bytes) {
      try {
        await rename(await stage(path, bytes), full(path));
      } catch (error) {
        fail("write", path, error);
      }
    },
    async create(path, bytes) {
      try {
        const staged = await stage(path, bytes);
        try {
          // link() refuses an existing name, rename() would replace it.
          await link(staged, full(path));
          return true;
        } finally {
          await unlink(staged);
        }
      } catch (error) {
        // EEXIST of mkdir is about a folder, and no blob of this name.
        if (exists(error) && (await isFile(full(path)))) return false;
        return fail("write", path, error);
      }
    },
    list: (prefix) => walk(prefix),
    async remove(path) {
      try {
        await rm(full(path), { recursive: true, force: true });
      } catch (error) {
        if (!missing(error)) fail("remove", path, error);
      }
    },
    async sweep(prefix) {
      try {
        for (const entry of await readdir(full(prefix), { recursive: true, withFileTypes: true }))
          if (entry.name.includes(UNFINISHED)) await rm(join(entry.parentPath, entry.name), { force: true });
      } catch (error) {
        if (!missing(error)) fail("sweep", prefix, error);
      }
    },
  };
}
