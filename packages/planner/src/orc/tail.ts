// The end of a file, by which everything else is found: postscript, then the footer before it.
import { type Fault, faultAt, OrcError } from "./error.ts";
import type { FileBytes, Section } from "./file-bytes.ts";
import { type Footer, parseFooter } from "./footer.ts";
import { type PostScript, parsePostScript } from "./postscript.ts";
import { type Column, schemaColumns } from "./schema.ts";

export interface Tail {
  readonly postScript: PostScript;
  readonly footer: Footer;
  readonly columns: readonly Column[];
  /** Read only where stripes are chosen by their statistics. */
  readonly metadata: () => Promise<Section>;
}

const MAGIC = "ORC";
const CUT_OFF = "the file was cut off, or is no ORC file";

export async function readTail(file: FileBytes): Promise<Tail> {
  const { name, length } = file;
  const postScriptEnd = length - 1;
  const postScriptLength = (await file.read(postScriptEnd, length, {}))[0] as number;
  const postScriptStart = postScriptEnd - postScriptLength;
  if (postScriptStart < MAGIC.length)
    throw new OrcError(name, {}, `its last byte says that a postscript of ${postScriptLength} bytes precedes it; ${CUT_OFF}`);
  const place = { stream: "postscript", offset: postScriptStart };
  const postScriptBytes = await file.read(postScriptStart, postScriptEnd, place);
  const whole = faultAt(name, place);
  const fault: Fault = endsInMagic(postScriptBytes) ? whole : (reason, cause) => whole(`${reason}; ${CUT_OFF}`, cause);
  const postScript = parsePostScript(postScriptBytes, fault);
  const header = await file.read(0, MAGIC.length, { stream: "header" });
  if (Buffer.from(header).toString("latin1") !== MAGIC)
    throw new OrcError(name, { offset: 0 }, `does not begin with ${MAGIC}: it is no ORC file`);
  const footerStart = postScriptStart - postScript.footerLength;
  const metadataStart = footerStart - postScript.metadataLength;
  if (metadataStart < MAGIC.length)
    throw fault(`says that ${postScript.footerLength} bytes of footer and ${postScript.metadataLength} of metadata precede it`);
  const { compression } = postScript;
  const section = await file.section(footerStart, postScriptStart, compression, { stream: "footer" });
  const footer = parseFooter(section.bytes, metadataStart, section.fault);
  return {
    postScript,
    footer,
    columns: schemaColumns(footer.types, section.fault),
    metadata: () => file.section(metadataStart, footerStart, compression, { stream: "metadata" }),
  };
}

/** The magic is the last field of all postscripts but the first writers'. */
function endsInMagic(postScript: Uint8Array): boolean {
  return Buffer.from(postScript.subarray(-MAGIC.length)).toString("latin1") === MAGIC;
}
