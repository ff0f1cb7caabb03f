#!/usr/bin/env node
// The entrance: a Node that is too old is told so in a sentence, before anything is loaded that it cannot read.
const NODE_MAJOR_MIN = 24;

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `quitclaim: Node ${NODE_MAJOR_MIN} or newer is needed, this is ${process.versions.node} (${process.execPath}). script/quitclaim brings its own and starts with it.\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import("./program.ts");
  process.exitCode = await main(process.argv.slice(2));
}
