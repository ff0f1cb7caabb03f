// A disk of its own for a campaign folder, small enough to be filled: only root can have one (tmpfs).
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BALLAST = "ballast";
const DISK_MB = 96;

export interface SmallDisk {
  /** Leaves no byte free. */
  fill(): void;
  /** Makes room again. */
  free(): void;
  /** Takes the disk away; `keepIn` gets a copy of what was on it. */
  remove(keepIn?: string): void;
}

/** undefined where this user may not mount anything. The folder must be empty. */
export function mountSmallDisk(folder: string): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m,mode=0700`, "none", folder], { stdio: "ignore" });
  if (mounted.status !== 0) return undefined;
  const ballast = join(folder, BALLAST);
  return {
    fill() {
      // Halves until nothing fits, so that the last page is taken too.
      for (let bytes = DISK_MB << 20; bytes >= 4_096; ) {
        try {
          writeFileSync(ballast, Buffer.alloc(bytes), { flag: "a" });
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
          bytes >>= 1;
        }
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove(keepIn) {
      rmSync(ballast, { force: true });
      if (keepIn !== undefined) cpSync(folder, keepIn, { recursive: true, filter: (source) => !source.endsWith(".sock") });
      // Lazily: a process that was killed a moment ago may still be on its way out of it.
      execFileSync("umount", ["-l", folder]);
    },
  };
}
