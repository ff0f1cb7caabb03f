// ORC reports: stripe after stripe, the cursors of their columns going from row to row together.
import { PlanError } from "../error.ts";
import { openVerified } from "../parquet/bytes.ts";
import { newRoom } from "../parquet/room.ts";
import type { DataFileInput } from "../reader/reader.ts";
import type { Triage } from "../scan/triage.ts";
import { OrcError } from "./error.ts";
import { openOrc } from "./file.ts";
import { reportColumns, StripeCells } from "./stripe-cells.ts";
import { StripeRows } from "./stripe-rows.ts";

/** Hands every row of an ORC data file to the triage; see ReportReader. */
export async function readOrc(input: DataFileInput, triage: Triage): Promise<void> {
  const { bytes, close } = await openVerified(input);
  try {
    const source = { byteLength: bytes.byteLength, slice: (start: number, end: number) => bytes.read(start, end, newRoom) };
    const file = await openOrc(source, input.file.key);
    const columns = reportColumns(file, input);
    const rows = new StripeRows(input, triage);
    let first = 0;
    for (const index of file.stripes.keys()) {
      const stripe = await file.openStripe(index);
      await rows.hand(new StripeCells(stripe, columns), first);
      first += stripe.rows;
    }
  } catch (error) {
    if (error instanceof OrcError) throw corrupt(error);
    throw error;
  } finally {
    await close();
  }
}

function corrupt(error: OrcError): PlanError {
  return new PlanError(
    "data-file-corrupt",
    `The data file ${error.file} cannot be read: ${error.message.slice(error.file.length + 2)}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    { cause: error },
  );
}
