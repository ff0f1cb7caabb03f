// Can the bucket owner read this object? HEAD, then its first byte, and what became of it in one word.
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import type { VersionId } from "@quitclaim/campaign";
import { call } from "../call.ts";
import { keyAccount } from "../preflight/kms.ts";
import { CallRefused } from "../refusal.ts";
import type { WorkRow } from "../sample/rows.ts";
import { addressed, type Target } from "../target.ts";

/**
 * read: both answered. gone: deleted since. archived: needs a restore first, and the bucket owner may see it. customer-key: SSE-C, only the key's holder reads it.
 * kms: S3 allows it, but the KMS key does not (domain.md 0.7): no switch changes that. refused: anything else.
 */
export type ReadVerdict =
  | { readonly kind: "read" | "gone" | "archived" | "customer-key" }
  | { readonly kind: "kms"; readonly key: string; readonly keyAccount: string | undefined }
  | { readonly kind: "refused"; readonly refused: CallRefused };

const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** Which version stands for a row now: a copy's own version, where it has made one. */
export function versionOf(row: WorkRow): VersionId | null {
  if (row.result?.outcome === "copied") return row.result.newVersionId;
  return row.plan.versionId;
}

export async function readObject(target: Target, key: string, version: string | null, signal?: AbortSignal): Promise<ReadVerdict> {
  const subject = `${target.bucket}/${key}${version === null ? "" : `?versionId=${version}`}`;
  const address = { ...addressed(target), Key: key, ...(version === null ? {} : { VersionId: version }) };
  const abort = signal === undefined ? {} : { abortSignal: signal };
  let kmsKey: string | undefined;
  try {
    const head = await call("HeadObject", subject, () => target.client.send(new HeadObjectCommand(address), abort));
    kmsKey = head.SSEKMSKeyId;
    const restored = head.Restore?.includes('ongoing-request="false"') === true;
    if ((ARCHIVED.has(head.StorageClass ?? "") || head.ArchiveStatus !== undefined) && !restored) return { kind: "archived" };
    await call("GetObject", subject, async () => {
      // An empty object has no first byte to ask for.
      const range = (head.ContentLength ?? 0) > 0 ? { Range: "bytes=0-0" } : {};
      const answer = await target.client.send(new GetObjectCommand({ ...address, ...range }), abort);
      await answer.Body?.transformToByteArray();
    });
    return { kind: "read" };
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    return verdict(error, kmsKey);
  }
}

function verdict(refused: CallRefused, kmsKey: string | undefined): ReadVerdict {
  if (refused.status === 404 || refused.status === 405) return { kind: "gone" };
  if (refused.code === "InvalidObjectState") return { kind: "archived" };
  // A HEAD of an SSE-C object without its key is a bare 400.
  if (refused.operation === "HeadObject" && refused.status === 400) return { kind: "customer-key" };
  if (refused.operation === "GetObject" && kmsKey !== undefined && (refused.status === 403 || refused.code.startsWith("KMS.")))
    return { kind: "kms", key: kmsKey, keyAccount: keyAccount(kmsKey) };
  return { kind: "refused", refused };
}
