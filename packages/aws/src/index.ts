export * from "./calls/object-calls.ts";
export { type CredentialSpec, type Credentials, describeSpec } from "./sessions/credential-spec.ts";
export { openSession, type Session } from "./sessions/session.ts";
export { SessionError, type SessionErrorReason } from "./sessions/session-error.ts";
export type { S3Target, StsTarget } from "./target.ts";
