// Objects under KMS keys of other accounts: the one thing that neither a grant nor the switch solves (domain.md 0.7).
import type { Finding } from "../../finding.ts";
import { count, evidence } from "../evidence.ts";
import type { Facts } from "../facts.ts";

export function foreignKmsKeys(facts: Facts): Finding[] {
  const { kms } = facts;
  if (kms.foreign.length > 0)
    return [
      {
        id: "foreign-kms-keys",
        severity: "blocking",
        acceptable: true,
        title: "Objects are encrypted under keys of other accounts",
        evidence: evidence([
          ...kms.foreign.map(
            (f) => `${count(f.objects, "object")} of the sample under ${f.key} of account ${f.keyAccount}, e.g. ${f.example}`,
          ),
          `${count(kms.looked, "object")} under SSE-KMS looked at: ${kms.ownKey} under keys of ${facts.ownerAccountId}` +
            (kms.hidden > 0 ? `, ${kms.hidden} that the bucket owner may not look at yet` : ""),
        ]),
        consequence:
          "Owning an object is not being able to decrypt it. The bucket owner cannot read these before or after the switch unless the key's policy allows it; " +
          "under the uploader's aws/s3 key that can never be. Once the uploading account or its role is gone, nobody can.",
        fix: "While the roles exist: plan these with `reencrypt` (or `copy`) to a key of the bucket owner, or have the key's policy allow the bucket owner's readers kms:Decrypt.",
      },
    ];
  if (kms.hidden === 0) return [];
  return [
    {
      id: "foreign-kms-keys",
      // Not known is not harmless: a key that turns out to be the uploader's is found when nobody can use it any more.
      severity: "blocking",
      acceptable: true,
      title: "Objects under SSE-KMS whose keys are not known",
      evidence: [`the bucket owner may not look at ${kms.hidden} of ${count(kms.looked, "object")} under SSE-KMS in the sample`],
      consequence: "If their keys belong to the uploaders, the bucket owner will own these objects and still not be able to read them.",
      fix: "Grant access first (`acl`) and run preflight again, or look at one with the uploader's own session. Where the keys are the uploaders', plan with `reencrypt` or `copy` while the roles exist.",
    },
  ];
}
