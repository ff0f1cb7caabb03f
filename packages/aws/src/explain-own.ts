// The codes that are quitclaim's own, where S3 was not asked or its answer was not all: what each means, and what a person does about it.
import type { Explanation } from "./explain.ts";

const plan = "Plan these objects as `do: acl`, or leave them to the switch.";

export const OWN_CODES: Readonly<Record<string, Explanation>> = {
  AclNotKept: {
    meaning: "Read back after writing, the ACL lacks grants: somebody else writes it at the same time.",
    fix: "Run `quitclaim retry` when they are done.",
  },
  AnnotationsMoving: {
    meaning: "The object's annotations were being written while it was copied; it is as it was.",
    fix: "Run `quitclaim retry` when that is over.",
  },
  AnnotationsNotRestored: {
    meaning: "The copy was made, but its annotations could not be put on it; they are kept in the campaign's store.",
    fix: "Allow s3:ListObjectAnnotations and s3:PutObjectAnnotation to the bucket owner's role, then `quitclaim retry`, which does only what is missing.",
  },
  AnnotationsUnknown: {
    meaning: "Whether the object has annotations, which a copy in parts leaves behind, may not be asked.",
    fix: "Allow s3:ListObjectAnnotations and s3:GetObjectAnnotation to the account's role, then `quitclaim retry`.",
  },
  ContextNotKept: {
    meaning: "The campaign states an encryption context for the object, and the copy would not have it; the detail says why.",
    fix: "Set actions.kmsKey where it is not set, then `quitclaim retry`.",
  },
  ContextUnknown: {
    meaning: "The object lies under KMS, and no entry of actions.encryptionContext says whether it has an encryption context.",
    fix: "Add an entry for its prefix (KMS events in CloudTrail show the encryptionContext of its readers), then `quitclaim retry`.",
  },
  CopyDiffers: {
    meaning: "The copy was made, and an attribute is not what the original's was; the detail says which.",
    fix: "Compare the two versions and set what is missing; a retry leaves these objects alone.",
  },
  CopyNotReadable: {
    meaning: "The copy was made, but the bucket owner cannot look at it.",
    fix: "Run `quitclaim fence`, allow the bucket owner's role s3:GetObject and kms:Decrypt on its own key, then `quitclaim retry`.",
  },
  GrantsFull: {
    meaning: "The ACL holds 100 grants, as many as S3 allows, and none of them is the bucket owner's.",
    fix: "Remove one, or leave the object to the switch.",
  },
  GrantsNotRestored: {
    meaning: "The copy was made, but its former grants to others could not be put back.",
    fix: "Look at S3's reason; `quitclaim retry` does only what is missing.",
  },
  GrantsUnknown: {
    meaning:
      "The copy has replaced its original, whose ACL the report does not tell, and what was read of it is not in the campaign's store.",
    fix: "Grant others their access again by hand (or restore the store's intents/ folder, then `quitclaim retry`).",
  },
  HiddenGrants: {
    meaning: "The inventory does not tell the object's ACL, and Block Public Access may hide public grants that writing it back would end.",
    fix: "Plan from a report with ObjectAccessControlList, let the bucket owner's role read both public access blocks, or give such grants up by `thirdPartyGrants: drop`.",
  },
  HiddenMetadata: {
    meaning: "Some of the object's metadata cannot be told over HTTP, so a copy that restates it would lose it.",
    fix: plan,
  },
  LockUnknown: {
    meaning: "Whether Object Lock protects the object, or its copy, may not be asked; a copy that is made blindly would be unlocked.",
    fix: "Allow s3:GetObjectRetention and s3:GetObjectLegalHold to the account's role and to the bucket owner's, then `quitclaim retry`.",
  },
  NoKmsKey: { meaning: "The plan says reencrypt, but the campaign names no key.", fix: "Set actions.kmsKey, then `quitclaim retry`." },
  NotCurrent: { meaning: "Only a current version can be copied in place.", fix: plan },
  PublicGrants: {
    meaning: "The object's ACL grants access to everybody, and BlockPublicAcls lets no such ACL be written.",
    fix: "Give those grants up by `thirdPartyGrants: drop`, or leave the object to the switch.",
  },
  ReencryptRefused: {
    meaning: "S3 does not re-encrypt this object in place, and actions.reencryptFallback says hold.",
    fix: "Set `reencryptFallback: copy`, then `quitclaim retry`, or leave it as it is.",
  },
  SseCustomerKey: {
    meaning: "The object is encrypted under a key that only its holder has (SSE-C).",
    fix: "Have the holder rewrite it; an ACL needs no key, and the switch changes its owner.",
  },
  TagsNotCarried: { meaning: "This server's copies lose an object's tags, and it has some.", fix: plan },
  TagsUnknown: {
    meaning: "The copy was made, and the bucket owner's role may not ask whether it has its original's tags.",
    fix: "Allow s3:GetObjectTagging and s3:GetObjectVersionTagging to the bucket owner's role, then `quitclaim retry`, which does not copy again.",
  },
  TooLargeToCopy: { meaning: "This server cannot copy an object of more than 5 GB without loss.", fix: plan },
};
