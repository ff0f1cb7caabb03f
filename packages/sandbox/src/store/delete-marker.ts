/** A delete marker: a version with an owner and a date, and nothing else. */
import { emptyAcl } from "../acl/acl.ts";
import { plainAttributes } from "./attributes.ts";
import { emptyContent } from "./content.ts";
import { noTags } from "./intern.ts";
import { ObjectVersion } from "./object.ts";

export interface DeleteMarkerFields {
  readonly key: string;
  readonly versionId: string;
  readonly owner: string;
  readonly lastModified: number;
}

export function deleteMarker(fields: DeleteMarkerFields): ObjectVersion {
  return new ObjectVersion(
    {
      ...fields,
      acl: emptyAcl,
      content: emptyContent,
      etag: "",
      attributes: plainAttributes,
      storageClass: "STANDARD",
      encryption: { kind: "NOT-SSE" },
      tags: noTags,
    },
    true,
  );
}
