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

/** The same few credentials come with every request of a day. */
const known = new Map<string, CredentialScope>();
const knownMax = 10_000;

/** undefined when the text is no credential. Access keys may hold slashes, so the parts count from the end. */
export function parseScope(credential: string): CredentialScope | undefined {
  const kept = known.get(credential);
  if (kept !== undefined) return kept;
  const parts = credential.split("/");
  if (parts.length < 5) return undefined;
  const [date, region, service, end] = parts.slice(-4) as [string, string, string, string];
  const accessKeyId = parts.slice(0, -4).join("/");
  if (end !== "aws4_request" || accessKeyId === "" || !/^\d{8}$/.test(date)) return undefined;
  const scope = { accessKeyId, date, region, service, text: `${date}/${region}/${service}/${end}` };
  if (known.size >= knownMax) known.clear();
  known.set(credential, scope);
  return scope;
}

/** Requests of one second share their date. */
let latest = { text: "", at: 0 };

/** Epoch milliseconds of `20261121T183149Z`; undefined when it is none. */
export function parseAmzDate(text: string): number | undefined {
  if (text === latest.text) return latest.at;
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const at = Date.UTC(
    Number(text.slice(0, 4)),
    Number(text.slice(4, 6)) - 1,
    Number(text.slice(6, 8)),
    Number(text.slice(9, 11)),
    Number(text.slice(11, 13)),
    Number(text.slice(13, 15)),
  );
  if (Number.isNaN(at)) return undefined;
  latest = { text, at };
  return at;
}

/** `20261121T183149Z` */
export const amzDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
