/** The keys of the fill's SSE-C objects: one for each team, made from the seed, so that a rehearsal can read what only the uploader could. */
import { hash } from "node:crypto";

/** 32 bytes. `team` is the account's name. */
export const customerKeyOf = (seed: number, team: string): Buffer => hash("sha256", `quitclaim:${seed}:customer-key:${team}`, "buffer");

/** What S3 keeps of it: the base64 MD5. */
export const customerKeyMd5Of = (seed: number, team: string): string => hash("md5", customerKeyOf(seed, team), "base64");
