/** The sandbox: S3, STS and S3 Control on one loopback port, with AWS's ownership rules, for rehearsals and tests. */
export type { AccountBook, AccountSpec, KmsKeySpec, RoleSpec, UserKeySpec } from "./account/book.ts";
export { AccountsFileError, accountsFrom, readAccountsFile } from "./account/file.ts";
export { seededAccounts, trustOf } from "./account/seeded.ts";
export type { AccountDescription, Manifests } from "./admin/description.ts";
export type { Stats } from "./admin/stats.ts";
export { type CommandIo, runSandboxCommand, sandboxHelp } from "./command.ts";
export type { FaultControl } from "./faults/control.ts";
export type { FaultScope, FaultSettings } from "./faults/settings.ts";
export { type PolicyDocument, parsePolicy, policyFrom } from "./iam/document.ts";
export type { InventoryFormat } from "./inventory/report.ts";
export type { WriteRecord } from "./log/write-log.ts";
export type { BucketDefaults, FillRequest, SandboxOptions } from "./options.ts";
export { type Sandbox, type SandboxDescription, startSandbox } from "./start.ts";
