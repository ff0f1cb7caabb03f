// The facts of one foreign-owned row that decisions rest on, in the words of the report.

import type { WeighedAcl } from "./grants.ts";
import type { Owner } from "./owner.ts";

export interface RowFacts {
  readonly owner: Owner;
  readonly acl: WeighedAcl;
  readonly isDeleteMarker: boolean;
  /** true where the report lists current versions only. */
  readonly isLatest: boolean;
  /** Bytes; 0 where the report does not say. */
  readonly size: number;
  readonly sizeKnown: boolean;
  /** Epoch milliseconds; null where the report has none. */
  readonly lastModified: number | null;
  readonly storageClass: string;
  readonly encryption: string;
  /** IntelligentTieringAccessTier. */
  readonly accessTier: string;
  /** Any case: the User Guide's prose and its samples differ (domain.md 1.3). */
  readonly lockMode: string;
  readonly legalHold: string;
  /** The raw key. Called only where a rule looks at keys, because making a string of every key costs more than deciding. */
  readonly key: () => string;
}
