/** Attributes of an object nobody gave any. */
import type { ObjectAttributes } from "./object.ts";

export const plainAttributes: ObjectAttributes = { contentType: "binary/octet-stream", metadata: new Map() };
