// CSV reports in one pass (design.md 5): the file is inflated in the kernel's memory piece by piece, where its rows are read; a row that a piece cuts in two waits for
// the next one.
import { ROW_BYTES_MAX } from "../limits.ts";
import { openDataFile } from "../reader/open.ts";
import type { DataFileInput } from "../reader/reader.ts";
import type { Triage } from "../scan/triage.ts";
import { Gunzip } from "./gunzip.ts";
import { Kernel } from "./kernel.ts";
import { CsvRows } from "./rows.ts";

const LF = 0x0a;

export async function readCsv(input: DataFileInput, triage: Triage): Promise<void> {
  const data = await openDataFile(input);
  const kernel = Kernel.take();
  const rows = new CsvRows(input, triage, kernel);
  const gunzip = new Gunzip(kernel, input.file);
  const readText = async (): Promise<void> => {
    while (gunzip.inflate()) {
      gunzip.read((from, end) => rows.read(from, end));
      if (gunzip.end - gunzip.from > ROW_BYTES_MAX)
        throw rows.unfinished(`does not end within ${ROW_BYTES_MAX} bytes: a quote is not closed`);
      await input.room();
    }
    input.progress(data.length, rows.number);
  };
  try {
    for await (const piece of data.bytes) {
      for (let at = 0; at < piece.length; ) {
        at = gunzip.take(piece, at);
        await readText();
      }
    }
    gunzip.finish();
    await readText();
    gunzip.read((from, end) => {
      const rest = rows.read(from, end);
      if (rest === end) return end;
      // The last row of a file may end without a line feed.
      kernel.memory[end] = LF;
      if (rows.read(rest, end + 1) !== end + 1) throw rows.unfinished("ends inside a quoted field");
      return end;
    });
    rows.finish();
  } catch (error) {
    // A damaged transfer is told as such, before the nonsense that it caused.
    await data.drain();
    throw error;
  } finally {
    kernel.giveBack();
  }
}
