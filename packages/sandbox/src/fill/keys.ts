/** Keys of a bucket that many teams wrote to for years: dated folders for the most part, and the keys that break naive tools. */
import type { Dice } from "./dice.ts";

/** Keys with everything in them that S3 allows and tools trip over. Each is a key of its own: `a b`, `a+b`, `a%20b` differ. */
export const hardKeys: readonly string[] = [
  "hard/a b.txt",
  "hard/a+b.txt",
  "hard/a%20b.txt",
  "hard/a%2Bb.txt",
  "hard/100%.txt",
  " hard/leading space",
  "hard/trailing space ",
  "hard/two  spaces.txt",
  "hard/line\nbreak.txt",
  "hard/tab\there.txt",
  'hard/"quoted", with comma.csv',
  "hard/it's.txt",
  "hard/semi;colon&amp=1.txt",
  "hard/question?mark#hash.txt",
  "hard/back\\slash.txt",
  "hard//empty//parts//",
  "hard/folder/",
  "hard/Straße/Ünïcode.txt",
  "hard/caf\u00e9.txt",
  "hard/cafe\u0301.txt",
  "hard/日本語/ファイル.parquet",
  "hard/emoji-😀.png",
  "hard/עברית.txt",
  "hard/<tag>&amp;.xml",
  "hard/star*(1)!~.txt",
  "hard/dt=2021-01-01/h=00/part.gz",
  "hard/colon:and@at$dollar.txt",
  `hard/${"long-".repeat(203)}.txt`,
];

const extensions = ["parquet", "json.gz", "csv", "log", "png", "avro", "pdf", "bin"] as const;

const folders = ["raw", "events", "exports", "images", "models", "reports", "backup", "tmp"] as const;

/** A key nobody else has: `index` is part of it. The team's name leads, so that prefixes belong to accounts for the most part. */
export function plainKey(dice: Dice, team: string, index: number, at: number): string {
  const folder = dice.pick(folders);
  const extension = dice.pick(extensions);
  const number = index.toString(36).padStart(6, "0");
  return `${team}/${folder}/${dateFolder(at)}/part-${number}.${extension}`;
}

/** `2021/03/14`, by day number: a few thousand days for millions of keys. */
const dateFolders = new Map<number, string>();

function dateFolder(at: number): string {
  const day = Math.floor(at / 86_400_000);
  let folder = dateFolders.get(day);
  if (folder === undefined) {
    folder = new Date(at).toISOString().slice(0, 10).replaceAll("-", "/");
    dateFolders.set(day, folder);
  }
  return folder;
}
