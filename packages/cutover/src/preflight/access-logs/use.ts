// Requests that were allowed, or meant, by an ACL: what S3's own logs call aclRequired (domain.md 2.3).

/** One kind of request by one requester. */
export interface AclUser {
  readonly requester: string;
  readonly operation: string;
  readonly requests: number;
  readonly exampleKey: string;
}

export interface AclUse {
  readonly files: number;
  /** Requests on this bucket that were looked at. */
  readonly requests: number;
  /** Of those, this campaign's own ACL writes. */
  readonly ownAclWrites: number;
  /** Requests whose records have no aclRequired field, so nothing can be said of them. */
  readonly unsaid: number;
  readonly from?: string;
  readonly to?: string;
  readonly users: readonly AclUser[];
}

/** One request as either kind of log tells it. */
export interface LoggedRequest {
  readonly bucket: string;
  readonly at: string;
  readonly requester: string;
  readonly operation: string;
  readonly key: string;
  /** undefined: the record is older than the field. */
  readonly aclRequired: boolean | undefined;
}
