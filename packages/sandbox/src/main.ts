#!/usr/bin/env node
/** The sandbox as a program of its own: `node --conditions=development src/main.ts --help`. */
import { runSandboxCommand } from "./command.ts";

process.exitCode = await runSandboxCommand(process.argv.slice(2), process);
