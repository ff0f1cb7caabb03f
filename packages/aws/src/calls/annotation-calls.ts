// The calls on an object's annotations (named texts beside a version, S3 API of June 2026), as the worker sees them. A copy in parts
// leaves annotations behind (domain.md 4.5), so that they are read before it and put after it.
import type { Answer, ObjectAddress } from "./object-calls.ts";

/** As a list shows it. */
export interface ListedAnnotation {
  readonly name: string;
  /** Bytes of its text. */
  readonly size: number;
  /** "" where the server tells none. */
  readonly etag: string;
}

export interface Annotation {
  /** Well-formed Unicode: S3 takes nothing else. */
  readonly text: string;
  /** As S3 told it: the header's name and value. Sent back, S3 checks the text against it and keeps its algorithm. */
  readonly checksum?: { readonly header: string; readonly value: string };
}

/** Bound to one signer, like ObjectCalls; one attempt per call. Servers without annotations answer 501 or 405. */
export interface AnnotationCalls {
  /** One page, by name; `next` is the token of the page behind it. */
  listAnnotations(
    address: ObjectAddress,
    after: string | undefined,
    signal?: AbortSignal,
  ): Promise<Answer<{ annotations: readonly ListedAnnotation[]; next: string | undefined }>>;
  getAnnotation(address: ObjectAddress, name: string, signal?: AbortSignal): Promise<Answer<Annotation>>;
  /** Replaces one of the same name. `objectIfMatch`: ETag of the object that it is meant for. */
  putAnnotation(
    address: ObjectAddress,
    name: string,
    annotation: Annotation,
    objectIfMatch: string,
    signal?: AbortSignal,
  ): Promise<Answer<void>>;
}
