// Every finding, in the order in which an operator would want to read those of equal severity.
import type { Finding } from "../../finding.ts";
import type { Facts } from "../facts.ts";
import { aclRequiredRequests } from "./acl-required.ts";
import { bucketAclGrants, cloudFrontLogs, elastiCacheGrantee, logDelivery } from "./bucket-acl.ts";
import { foreignKmsKeys } from "./encryption.ts";
import { arrivals, currentOnlyInventory, lifecycle, notifications, pendingUploads, replication } from "./machinery.ts";
import { publicGrants, thirdPartyGrants, uploaderAccess } from "./object-grants.ts";
import { alreadyEnforced, noOwnershipControls, notFenced, unreadSettings } from "./ownership.ts";
import { policyAclConditions } from "./policy-conditions.ts";
import { unknownGrants } from "./unknown-grants.ts";
import { changedObjects, failedWork, heldObjects, noPlan, oldInventory, unfinishedWork, vanishedObjects } from "./work.ts";

export const FINDERS: readonly ((facts: Facts) => Finding[])[] = [
  noOwnershipControls,
  alreadyEnforced,
  noPlan,
  unfinishedWork,
  failedWork,
  bucketAclGrants,
  cloudFrontLogs,
  logDelivery,
  elastiCacheGrantee,
  thirdPartyGrants,
  publicGrants,
  unknownGrants,
  policyAclConditions,
  aclRequiredRequests,
  foreignKmsKeys,
  oldInventory,
  replication,
  unreadSettings,
  notFenced,
  arrivals,
  changedObjects,
  heldObjects,
  uploaderAccess,
  currentOnlyInventory,
  pendingUploads,
  notifications,
  vanishedObjects,
  lifecycle,
];
