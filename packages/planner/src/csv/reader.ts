// CSV reports in one pass (design.md 5): inflated text goes into the kernel's memory piece by piece; a row that a piece cuts in two waits for the next one.
import { ROW_BYTES_MAX } from "../limits.ts";
import { openDataFile } from "../reader/open.ts";
import type { DataFileInput } from "../reader/reader.ts";
import type { Triage } from "../scan/triage.ts";
import { inflate } from "./inflate.ts";
import { Kernel } from "./kernel.ts";
import { CsvRows } from "./rows.ts";

const LF = 0x0a;

export async function readCsv(input: DataFileInput, triage: Triage): Promise<void> {
  const data = await openDataFile(input);
  const kernel = Kernel.take();
  const rows = new CsvRows(input, triage, kernel);
  const { memory, constants } = kernel;
  const text = constants.TEXT;
  try {
    let end = text;
    for await (const piece of inflate(data, input.file)) {
      memory.set(piece, end);
      end += piece.length;
      const rest = rows.read(text, end);
      memory.copyWithin(text, rest, end);
      end = text + end - rest;
      if (end - text > ROW_BYTES_MAX) throw rows.fault(`does not end within ${ROW_BYTES_MAX} bytes: a quote is not closed`);
      input.progress(data.length, rows.number);
      await input.room();
    }
    if (end > text) {
      // The last row of a file may end without a line feed.
      memory[end] = LF;
      if (rows.read(text, end + 1) !== end + 1) throw rows.fault("ends inside a quoted field");
    }
    rows.finish();
  } catch (error) {
    // A damaged transfer is told as such, before the nonsense that it caused.
    await data.drain();
    throw error;
  } finally {
    kernel.giveBack();
  }
}
