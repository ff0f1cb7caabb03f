// A local folder of server access logs or CloudTrail files, plain or gzipped, read file by file for requests that needed an ACL.
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, gunzipSync } from "node:zlib";
import { Counting, type OnProgress } from "../../progress.ts";
import { CutoverRefusal } from "../../refusal.ts";
import { parseCloudTrail } from "./cloudtrail.ts";
import { parseAccessLogLine } from "./server-access.ts";
import type { AclUse, AclUser, LoggedRequest } from "./use.ts";

/** The session name that a campaign's own roles carry (`…/quitclaim-<campaign>`). */
const OWN_SESSION = /\/quitclaim/;
const ACL_WRITES = new Set(["REST.PUT.ACL", "REST.PUT.OBJECT_ACL", "PutObjectAcl"]);

/** Throws CutoverRefusal where the folder cannot be read or holds no record of either kind. */
export async function scanAccessLogs(folder: string, bucket: string, onProgress?: OnProgress): Promise<AclUse> {
  let names: string[];
  try {
    names = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name));
  } catch (cause) {
    throw new CutoverRefusal(
      "preflight",
      `the folder of access logs ${folder} cannot be read. Give the folder that the logs were copied to.`,
      { cause },
    );
  }
  const tally = new Tally(bucket);
  const counting = new Counting("reading access logs", onProgress, names.length);
  for (const name of names.sort()) {
    await scanFile(name, tally);
    counting.add(1);
  }
  if (tally.records === 0)
    throw new CutoverRefusal(
      "preflight",
      `${folder}: none of its ${names.length} files is an S3 server access log or a CloudTrail file. Copy the logs there as S3 delivered them, gzipped or not.`,
    );
  return tally.use(names.length);
}

async function scanFile(name: string, tally: Tally): Promise<void> {
  const zipped = name.endsWith(".gz");
  if (/\.json(\.gz)?$/.test(name)) {
    const bytes = await readFile(name);
    for (const request of parseCloudTrail((zipped ? gunzipSync(bytes) : bytes).toString("utf8")) ?? []) tally.add(request);
    return;
  }
  const stream = createReadStream(name);
  for await (const line of createInterface({ input: zipped ? stream.pipe(createGunzip()) : stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = parseAccessLogLine(line);
    if (request !== undefined) tally.add(request);
  }
}

class Tally {
  records = 0;
  #requests = 0;
  #own = 0;
  #unsaid = 0;
  #from: string | undefined;
  #to: string | undefined;
  readonly #users = new Map<string, { requester: string; operation: string; requests: number; exampleKey: string }>();
  readonly #bucket: string;

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  add(request: LoggedRequest): void {
    this.records++;
    if (request.bucket !== this.#bucket) return;
    this.#requests++;
    if (this.#from === undefined || request.at < this.#from) this.#from = request.at;
    if (this.#to === undefined || request.at > this.#to) this.#to = request.at;
    if (request.aclRequired === undefined) this.#unsaid++;
    if (request.aclRequired !== true) return;
    if (ACL_WRITES.has(request.operation) && OWN_SESSION.test(request.requester)) {
      this.#own++;
      return;
    }
    const id = `${request.requester} ${request.operation}`;
    const user = this.#users.get(id);
    if (user === undefined)
      this.#users.set(id, { requester: request.requester, operation: request.operation, requests: 1, exampleKey: request.key });
    else user.requests++;
  }

  use(files: number): AclUse {
    const users: AclUser[] = [...this.#users.values()].sort((a, b) => b.requests - a.requests);
    return {
      files,
      requests: this.#requests,
      ownAclWrites: this.#own,
      unsaid: this.#unsaid,
      ...(this.#from === undefined || this.#to === undefined ? {} : { from: this.#from, to: this.#to }),
      users,
    };
  }
}
