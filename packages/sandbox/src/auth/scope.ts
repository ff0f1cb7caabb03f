/** The credential scope of a signature, `<key>/<date>/<region>/<service>/aws4_request`, and times as signatures write them. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `20261121` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** `<date>/<region>/<service>/aws4_request` */
  readonly text: string;
}

/** undefined when the text is no credential. Access keys may hold slashes, so the parts count from the end. */
export function parseScope(credential: string): CredentialScope | undefined {
  const parts = credential.split("/");
  if (parts.length < 5) return undefined;
  const [date, region, service, end] = parts.slice(-4) as [string, string, string, string];
  const accessKeyId = parts.slice(0, -4).join("/");
  if (end !== "aws4_request" || accessKeyId === "" || !/^\d{8}$/.test(date)) return undefined;
  return { accessKeyId, date, region, service, text: `${date}/${region}/${service}/${end}` };
}

/** Epoch milliseconds of `20261121T183149Z`; undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const at = Date.UTC(
    Number(text.slice(0, 4)),
    Number(text.slice(4, 6)) - 1,
    Number(text.slice(6, 8)),
    Number(text.slice(9, 11)),
    Number(text.slice(11, 13)),
    Number(text.slice(13, 15)),
  );
  return Number.isNaN(at) ? undefined : at;
}

/** `20261121T183149Z` */
export const amzDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
