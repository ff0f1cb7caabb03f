// Whose keys the objects under SSE-KMS are encrypted with: a HEAD of a sample, because no inventory tells (domain.md 1.3).
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { call } from "../call.ts";
import { mapInFlight } from "../in-flight.ts";
import { READS_IN_FLIGHT } from "../limits.ts";
import { CallRefused } from "../refusal.ts";
import { addressed, type Target } from "../target.ts";
import type { KmsSeen } from "./facts.ts";

export const underKms = (row: { readonly encryption: string }): boolean => row.encryption === "SSE-KMS" || row.encryption === "DSSE-KMS";

/** The account of a key's ARN; undefined for an alias or a bare ID, which S3 does not answer for a foreign key. */
export const keyAccount = (keyArn: string): string | undefined => /^arn:[^:]+:kms:[^:]*:([^:]+):/.exec(keyArn)?.[1];

export interface ObjectToLookAt {
  readonly key: string;
  readonly version: string | null;
  /** The inventory says that it is under KMS; otherwise only the HEAD tells. */
  readonly underKms: boolean;
}

/** Objects that turn out not to be under KMS, or gone, are not counted. */
export async function lookAtKeys(target: Target, objects: readonly ObjectToLookAt[]): Promise<KmsSeen> {
  const foreign = new Map<string, { keyAccount: string; key: string; objects: number; example: string }>();
  let looked = 0;
  let ownKey = 0;
  let hidden = 0;
  await mapInFlight(objects, READS_IN_FLIGHT, async (object) => {
    try {
      const head = await call("HeadObject", `${target.bucket}/${object.key}`, () =>
        target.client.send(
          new HeadObjectCommand({
            ...addressed(target),
            Key: object.key,
            ...(object.version === null ? {} : { VersionId: object.version }),
          }),
        ),
      );
      if (head.SSEKMSKeyId === undefined) return;
      looked++;
      const account = keyAccount(head.SSEKMSKeyId);
      if (account === undefined || account === target.ownerAccountId) {
        ownKey++;
        return;
      }
      const known = foreign.get(head.SSEKMSKeyId);
      if (known === undefined)
        foreign.set(head.SSEKMSKeyId, { keyAccount: account, key: head.SSEKMSKeyId, objects: 1, example: object.key });
      else known.objects++;
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      // Gone since the inventory: nobody has to decrypt it.
      if (error.status === 404 || error.status === 405 || !object.underKms) return;
      looked++;
      hidden++;
    }
  });
  return { looked, ownKey, hidden, foreign: [...foreign.values()].sort((a, b) => b.objects - a.objects) };
}
