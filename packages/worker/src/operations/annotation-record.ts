// The annotations of an object that is copied in parts, kept in the store from before the completion until they are on the copy: where the
// bucket keeps no versions, the completion ends the only other place where they are.
import type { Annotation, ListedAnnotation } from "@quitclaim/aws";
import { type BatchRef, type CampaignStore, jsonBytes, readJson, StoreError } from "@quitclaim/campaign";
import { objectFolder, type Place } from "./upload-record.ts";

/** All methods throw StoreError. */
export interface AnnotationRecords {
  /** What was saved whole; undefined where nothing was. */
  find(row: Place): Promise<readonly ListedAnnotation[] | undefined>;
  /** One text, before the list that names it; `index` is its place there. Replaces what an earlier holder saved. */
  keep(row: Place, index: number, annotation: Annotation): Promise<void>;
  /** The list, once every text of it is kept. */
  keepList(row: Place, listed: readonly ListedAnnotation[]): Promise<void>;
  read(row: Place, index: number): Promise<Annotation>;
  forget(row: Place): Promise<void>;
}

export function annotationRecords(store: CampaignStore, ref: BatchRef): AnnotationRecords {
  const folder = (row: Place): string => `${objectFolder(ref, row)}.annotations/`;
  const listPath = (row: Place): string => `${folder(row)}list.json`;
  const textPath = (row: Place, index: number): string => `${folder(row)}${String(index).padStart(4, "0")}.json`;
  const foreign = (path: string): StoreError =>
    new StoreError(
      `${store.location}: ${path} was not written by quitclaim, or is gone. Without it an annotation would be lost: restore it.`,
    );
  return {
    async find(row) {
      const found = await readJson<{ annotations?: ListedAnnotation[] }>(store, listPath(row));
      if (found === undefined) return undefined;
      if (!Array.isArray(found.annotations)) throw foreign(listPath(row));
      return found.annotations;
    },
    keep: (row, index, annotation) => store.write(textPath(row, index), jsonBytes(annotation)),
    keepList: (row, annotations) => store.write(listPath(row), jsonBytes({ key: row.key, versionId: row.versionId, annotations })),
    async read(row, index) {
      const found = await readJson<Partial<Annotation>>(store, textPath(row, index));
      if (typeof found?.text !== "string") throw foreign(textPath(row, index));
      return { text: found.text, ...(found.checksum === undefined ? {} : { checksum: found.checksum }) };
    },
    async forget(row) {
      // The list first: without it the texts are nothing.
      await store.remove(listPath(row));
      for await (const path of store.list(folder(row))) await store.remove(path);
    },
  };
}
