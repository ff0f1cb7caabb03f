// `quitclaim init`: a commented campaign file on stdout, or in a file that does not exist yet.
import { existsSync, writeFileSync } from "node:fs";
import { templateConfig } from "@quitclaim/campaign";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import type { Output } from "../output.ts";

export function init(output: Output, file: string | undefined): ExitCode {
  const text = templateConfig();
  if (file === undefined) {
    output.result({ template: text }, text.trimEnd().split("\n"));
    return EXIT.done;
  }
  if (existsSync(file)) throw new CommandError(EXIT.usage, `${file} exists already; it is left as it is. Name another file.`);
  writeFileSync(file, text, { mode: 0o600 });
  output.result({ written: file }, [
    `${file} is written. Put in the bucket, the report and the accounts, then: quitclaim check --config ${file}`,
  ]);
  return EXIT.done;
}
