// The footer: which stripes there are, how many rows, and of which types.
import type { Fault } from "./error.ts";
import { Message } from "./protobuf.ts";
import { parseType, type Type } from "./schema.ts";

export interface StripeInformation {
  /** Of its first byte. */
  readonly offset: number;
  readonly indexLength: number;
  readonly dataLength: number;
  readonly footerLength: number;
  readonly rows: number;
}

export interface Footer {
  readonly rows: number;
  readonly stripes: readonly StripeInformation[];
  readonly types: readonly Type[];
}

/** Length of the "ORC" that a file begins with. */
const HEADER_BYTES = 3;

/** `contentEnd`: the byte at which stripes must have ended. */
export function parseFooter(bytes: Uint8Array, contentEnd: number, fault: Fault): Footer {
  const message = new Message(bytes, fault);
  const stripes: StripeInformation[] = [];
  const types: Type[] = [];
  let rows = 0;
  while (message.next()) {
    if (message.field === 3) stripes.push(parseStripe(message.message()));
    else if (message.field === 4) types.push(parseType(message.message(), fault));
    else if (message.field === 6) rows = message.uint();
    else if (message.field === 10) throw fault("says that columns are encrypted, which cannot be read; S3 Inventory does not do that");
  }
  if (types.length === 0) throw fault("has no types");
  let end = HEADER_BYTES;
  let counted = 0;
  for (const [i, stripe] of stripes.entries()) {
    if (stripe.offset < end)
      throw fault(`has stripe ${i + 1} begin at byte ${stripe.offset}, before byte ${end} where what precedes it ends`);
    end = stripe.offset + stripe.indexLength + stripe.dataLength + stripe.footerLength;
    if (end > contentEnd) throw fault(`has stripe ${i + 1} end at byte ${end}, after byte ${contentEnd} where all stripes must have ended`);
    counted += stripe.rows;
  }
  if (counted !== rows) throw fault(`says that there are ${rows} rows, but ${counted} in its ${stripes.length} stripes`);
  return { rows, stripes, types };
}

function parseStripe(message: Message): StripeInformation {
  const stripe = { offset: 0, indexLength: 0, dataLength: 0, footerLength: 0, rows: 0 };
  while (message.next()) {
    if (message.field === 1) stripe.offset = message.uint();
    else if (message.field === 2) stripe.indexLength = message.uint();
    else if (message.field === 3) stripe.dataLength = message.uint();
    else if (message.field === 4) stripe.footerLength = message.uint();
    else if (message.field === 5) stripe.rows = message.uint();
  }
  return stripe;
}
