// `script/chaos`: rounds of chaos with one seed after the other, a line for each, until the time is up or a law is broken.
import { parseArgs } from "node:util";
import { playRound, type Round } from "./round.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string" },
    objects: { type: "string", default: "20000" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log("script/chaos [--minutes N] [--seed S] [--objects N]   CHAOS_SEED=S plays one round of that seed");
  process.exit(0);
}
const number = (flag: string, text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${flag} ${text}: a number above 0 was expected`);
  process.exit(2);
};
const once = process.env.CHAOS_SEED;
const until = Date.now() + number("minutes", values.minutes) * 60_000;
const objects = number("objects", values.objects);
let seed = number("seed", once ?? values.seed ?? `${1 + (Date.now() % 1_000_000)}`);

// The round under way is played to its end: cut off, its processes would live on.
let leave = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    leave = true;
    console.error("\nending after this round");
  });

for (; ; seed++) {
  process.stdout.write(`seed ${seed}  `);
  const round = await playRound({
    seed,
    objects,
    misfortunes: Math.max(8, Math.round(objects / 1_000)),
    requestsPerSecond: Math.max(400, objects / 40),
    lockMs: 4_000,
    secondsMax: 600,
  });
  console.log(line(round));
  if (round.broken.length > 0) {
    for (const law of round.broken) console.log(`  BROKEN  ${law}`);
    console.log(`  again: CHAOS_SEED=${seed} script/chaos --objects ${objects}\n  left in: ${round.folder}`);
    process.exit(1);
  }
  if (once !== undefined || leave || Date.now() > until) break;
}

function line({ seconds, struck, missed, judgement, broken }: Round): string {
  const failed = Object.entries(judgement.failed).map(([code, n]) => `${code} ${n}`);
  return [
    broken.length === 0 ? "kept" : "BROKEN",
    `${seconds.toFixed(0)} s`,
    `${judgement.rows} objects`,
    Object.entries(judgement.outcomes)
      .map(([outcome, n]) => `${outcome} ${n}`)
      .join(", "),
    ...(failed.length > 0 ? [`(${failed.join(", ")})`] : []),
    `| ${struck.join(" ")}`,
    ...(missed.length > 0 ? [`| missed ${missed.length}`] : []),
  ].join("  ");
}
