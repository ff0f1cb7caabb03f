// The commented campaign file that `quitclaim init` writes. It loads without a problem, so that each edit can be checked by itself.

export function templateConfig(): string {
  return `# A quitclaim campaign: one bucket, and the accounts whose uploads its owner should own.
# Nothing secret belongs in this file. Any value can be written as from-env:NAME, which reads the environment variable NAME.

# Names the campaign in Redis, in other accounts' CloudTrail and in reports.
campaign: my-campaign

bucket:
  name: my-bucket
  owner: "111122223333"            # account number of the bucket owner
  region: eu-central-1
  # How the bucket owner's own calls are signed. Left out: the SDK's default chain (environment, ~/.aws, instance role). Otherwise one of:
  # profile: NAME
  # role: arn:aws:iam::111122223333:role/quitclaim-owner
  # keys: { accessKeyId: from-env:OWNER_KEY, secretAccessKey: from-env:OWNER_SECRET }
  #
  # For S3-compatible servers:
  # endpoint: http://127.0.0.1:9000
  # forcePathStyle: true           # the default where an endpoint is given
  # dialect: rgw                   # Ceph RADOS Gateway: no roles, no ownership controls, account IDs are user IDs

# The S3 Inventory report to plan from: its manifest.json, in S3 or as a local copy. The report needs the fields ObjectOwner and
# ObjectAccessControlList to say what is foreign without a request for each object; \`quitclaim inventory\` builds one by listing.
inventory:
  manifest: s3://my-inventory-bucket/my-bucket/all/2026-01-01T01-00Z/manifest.json
  # root: ./report                 # folder that stands for the inventory's bucket, where the report was copied

# The accounts that uploaded into the bucket. Each acts on its own objects, with one of: role, profile, credentials: default, keys.
accounts:
  - id: "222233334444"
    name: first-uploader           # for people; the account number where it is left out
    role: arn:aws:iam::222233334444:role/quitclaim
    # externalId: from-env:QC_EXTERNAL_ID
    # canonicalId: 64 hexadecimal digits; with it \`plan\` asks the account nothing (a worker still proves it before its first write)

# What is done to foreign objects. acl: grant the bucket owner full control. copy: copy in place, which changes the owner for good.
# reencrypt: to the bucket owner's KMS key, then acl. hold: list for a person. skip: leave alone.
actions:
  default: acl
  thirdPartyGrants: keep           # keep: merge into the new ACL. drop: replace by the canned ACL. hold: list for a person
  # kmsKey: arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000
  # reencryptFallback: hold        # where S3 refuses to re-encrypt. hold: the object fails and says so. copy: it is copied under kmsKey
  # encryptionContext: none        # do your writers give KMS an encryption context? S3 tells nobody, so copies have none unless it is stated:
  #   - { prefix: raw/, context: { team: lake } }    # the first entry that a key begins with; { context: {} } for the rest
  # The first rule that matches decides. Conditions of one rule are and-ed, entries of a list or-ed.
  rules:
    # The switch does not make these readable; see \`quitclaim plan\`.
    - { when: { encryption: [SSE-KMS, DSSE-KMS] }, do: hold }
    # - { when: { account: "222233334444", prefix: raw/ }, do: copy }
    # - { when: { storageClass: [GLACIER, DEEP_ARCHIVE], largerThan: 5 GB }, do: hold }
    # also: glob, smallerThan, olderThanDays, newerThanDays, latest

limits:
  requestsPerSecond: 3500          # for the whole bucket, all accounts and processes together; slower by itself when S3 asks for it
  batchRows: 1000                  # objects in one unit of work
  inventoryAgeHours: 72            # an older report is refused
  processes: 1                     # worker processes that \`run\` starts
  concurrency: 256                 # requests in flight in one process

# What the forecast of \`plan\` reckons with, in dollars. Left out: us-east-1 as of 2026-10. Only what is given here is replaced.
# prices:
#   asOf: "2026-11, eu-central-1"    # said on the screen
#   storageClasses:
#     STANDARD: { putPer1000: 0.0054, getPer1000: 0.00043, storagePerGbMonth: 0.0245 }
#     STANDARD_IA: { putPer1000: 0.01, getPer1000: 0.001, retrievalPerGb: 0.01, storagePerGbMonth: 0.0135 }
#   kmsPer10000: 0.03
#   cloudTrailPer100000: 0.10
#   batchOperationsPerJob: 0.25
#   batchOperationsPerMillion: 1.00

# Where plan, results and journal live: a folder (relative to this file), or s3://bucket/prefix.
store: ./campaigns/my-campaign

# embedded: quitclaim starts a redis-server of its own for the campaign. Or redis://host:6379/0, rediss://host, from-env:NAME.
redis: embedded
`;
}
