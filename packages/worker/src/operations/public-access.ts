// Block Public Access, as it bears on ACLs (domain.md 3): it hides public grants from whoever reads an ACL, and refuses whoever writes one
// that has any, even where they were there before. The bucket's setting and its account's hold together, the stricter of the two.
import { GetPublicAccessBlockCommand, type PublicAccessBlockConfiguration } from "@aws-sdk/client-s3";
import { type AclGrant, GetAccountPublicAccessBlockCommand, type S3Target, type Session, s3Client, s3ControlClient } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { PUBLIC_ACCESS_FRESH_MS } from "../limits.ts";
import { freshSetting } from "./bucket-setting.ts";

export type PublicAccess =
  | { readonly kind: "known" /** BlockPublicAcls */; readonly blocks: boolean /** IgnorePublicAcls */; readonly hides: boolean }
  /** The bucket owner may not read one of the settings. */
  | { readonly kind: "unknown"; readonly permission: string };

export interface PublicAccessReader {
  /** At most PUBLIC_ACCESS_FRESH_MS old; `again`: asked now. Throws TryLater where nobody answers, PauseAccount where nobody ever will. */
  read(again?: boolean): Promise<PublicAccess>;
  close(): void;
}

const GROUPS = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

/** Public in S3's sense: anything granted to everybody, or to everybody who has an account. */
export const isPublic = ({ grantee }: AclGrant): boolean => "uri" in grantee && GROUPS.test(grantee.uri);

export function publicAccessReader(
  session: Session,
  target: S3Target,
  bucket: { readonly name: string; readonly owner: AccountId; readonly dialect: "aws" | "rgw" },
): PublicAccessReader {
  const client = s3Client(session, target);
  const control = bucket.dialect === "aws" ? s3ControlClient(session, target) : undefined;
  const expected = bucket.dialect === "aws" ? { ExpectedBucketOwner: bucket.owner } : {};

  async function setting(permission: string, ask: () => Promise<Block>): Promise<Block | string> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // To a server without accounts' settings the question looks like one about a bucket or an object.
      if (/^(NoSuchPublicAccessBlockConfiguration|NotImplemented|MethodNotAllowed|NoSuchBucket|NoSuchKey|NotFound)$/.test(error.name))
        return {};
      if (error.name === "AccessDenied") return permission;
      throw error;
    }
  }

  async function ask(): Promise<PublicAccess> {
    const found = await Promise.all([
      setting("s3:GetBucketPublicAccessBlock", async () => {
        const answer = await client.send(new GetPublicAccessBlockCommand({ Bucket: bucket.name, ...expected }));
        return answer.PublicAccessBlockConfiguration ?? {};
      }),
      setting("s3:GetAccountPublicAccessBlock", async () => {
        const answer = await control?.send(new GetAccountPublicAccessBlockCommand({ AccountId: bucket.owner }));
        return answer?.PublicAccessBlockConfiguration ?? {};
      }),
    ]);
    const known = found.filter((one) => typeof one !== "string");
    const blocks = known.some((one) => one.BlockPublicAcls === true);
    const hides = known.some((one) => one.IgnorePublicAcls === true);
    const permission = found.find((one) => typeof one === "string");
    return permission === undefined || (blocks && hides) ? { kind: "known", blocks, hides } : { kind: "unknown", permission };
  }

  return {
    read: freshSetting(session, "Block Public Access", PUBLIC_ACCESS_FRESH_MS, ask),
    close() {
      client.destroy();
      control?.destroy();
    },
  };
}

type Block = Pick<PublicAccessBlockConfiguration, "BlockPublicAcls" | "IgnorePublicAcls">;
