// Where a campaign's own Redis lives: its data beside the campaign, its socket there too unless the path is too long for one.
import { createHash } from "node:crypto";
import { lstat, mkdir } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { RedisProblem } from "../connection.ts";

/** sun_path holds 108 bytes on Linux and 104 on macOS, its final zero included. */
const SOCKET_PATH_BYTES_MAX = 100;

export interface EmbeddedPlace {
  /** Data, log, pid file and start lock; mode 0700. */
  readonly folder: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly logFile: string;
}

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12);

/** The same place for every process of this user that opens the campaign. Creates nothing. */
export function embeddedPlace(store: string, campaign: string, env: NodeJS.ProcessEnv = process.env): EmbeddedPlace {
  const state =
    env.XDG_STATE_HOME !== undefined && isAbsolute(env.XDG_STATE_HOME) ? env.XDG_STATE_HOME : join(homedir(), ".local", "state");
  const folder = store.startsWith("s3://") ? join(state, "quitclaim", `${campaign}-${short(store)}`) : join(store, "redis");
  const beside = join(folder, "redis.sock");
  const socket = Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX ? beside : join(temporaryFolder(), short(folder), "redis.sock");
  return { folder, socket, pidFile: join(folder, "redis.pid"), logFile: join(folder, "redis.log") };
}

function temporaryFolder(): string {
  const named = join(tmpdir(), `quitclaim-${userInfo().uid}`);
  // <folder>/<12>/redis.sock
  return Buffer.byteLength(named) + 24 <= SOCKET_PATH_BYTES_MAX ? named : `/tmp/quitclaim-${userInfo().uid}`;
}

/** Makes the folders private. Throws RedisProblem where somebody else prepared one: whoever owns the folder owns the server. */
export async function preparePlace(place: EmbeddedPlace): Promise<void> {
  const beside = dirname(place.socket) === place.folder;
  for (const folder of beside ? [place.folder] : [place.folder, dirname(dirname(place.socket)), dirname(place.socket)]) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
      throw new RedisProblem(
        `the folder of the embedded Redis, ${folder}, cannot be made (${reason}). Make its parent writable for this user, or name another \`store\` or a \`redis:\` URL in the campaign file.`,
        { cause },
      );
    }
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== userInfo().uid || (found.mode & 0o077) !== 0)
      throw new RedisProblem(
        `${folder} must be a folder of yours that nobody else may enter (mode 0700): the embedded Redis has no password. Run \`chmod 700 ${folder}\`, or remove it if it is not yours.`,
      );
  }
}
