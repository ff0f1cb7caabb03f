// The question before a change: what it will do, to whom, and how to say yes.
import { grouped } from "../cells/number.ts";
import { moment } from "../cells/time.ts";
import { cutLine, lineWidth, paragraph } from "../line.ts";
import { accountOf } from "../listing.ts";
import type { Dialog, Model } from "../model.ts";
import { failedOf } from "../tally.ts";
import type { Line, Theme } from "../theme.ts";
import { plural, type Stage } from "./stage.ts";

interface Question {
  readonly title: string;
  readonly says: readonly string[];
  readonly answer: string;
}

function questionOf(model: Model, dialog: Dialog): Question {
  const { snapshot } = model;
  const account = dialog.kind === "pause" || dialog.kind === "resume" || dialog.kind === "retry" ? dialog.account : undefined;
  const progress = account === undefined ? undefined : accountOf(snapshot, account);
  const whom = account === undefined ? "all accounts" : progress === undefined ? account : `${progress.name} (${account})`;
  const waiting = progress?.remaining ?? snapshot?.remaining ?? 0;
  switch (dialog.kind) {
    case "pause":
      return {
        title: `Pause ${whom}?`,
        says: [
          `No new batch of ${account === undefined ? "any account" : "this account"} starts; what is in flight is finished. ${plural(waiting, "object", grouped(waiting))} ${waiting === 1 ? "waits" : "wait"}.`,
          account === undefined
            ? "The pause outlives restarts: until someone resumes, nothing moves."
            : "The other accounts go on. The pause outlives restarts, until someone resumes it.",
        ],
        answer: "y pause",
      };
    case "resume": {
      const pause = progress?.pause;
      const why =
        pause?.by === "breaker"
          ? [
              `The breaker paused it at ${moment(pause.at, snapshot?.at ?? model.now)}: ${pause.cause}`,
              "If that still holds, the breaker pauses it again after a few objects, or marks the denied ones as failed where the cause says so.",
            ]
          : [];
      return {
        title: `Resume ${whom}?`,
        says: [`${plural(waiting, "object", grouped(waiting))} go back to work.`, ...why],
        answer: "y resume",
      };
    }
    case "retry":
      return {
        title: `Retry ${plural(dialog.count, "failed object", grouped(dialog.count))} of ${whom}?`,
        says: [
          dialog.code === undefined ? "All reasons." : `Only those that failed with ${dialog.code}.`,
          "They are put to work again from the start; what is done already is not repeated. Mend the cause first, or they fail again.",
        ],
        answer: "y retry",
      };
    case "ceiling":
      return {
        title: `Ceiling ${grouped(dialog.before)} ${dialog.before === dialog.after ? "stays" : `becomes ${grouped(dialog.after)}`} requests/s?`,
        says: [
          dialog.after > dialog.before
            ? "All workers together may send up to this many; they find out step by step whether S3 lets them."
            : "All workers together slow down to this at once.",
          "+ and - change it.",
        ],
        answer: "y set",
      };
    case "cutover":
      return { title: `Cut over ${snapshot?.bucket ?? "the bucket"}?`, says: cutoverText(model), answer: "enter, once the name is right" };
  }
}

function cutoverText(model: Model): string[] {
  const { snapshot } = model;
  const failed = snapshot === undefined ? 0 : failedOf(snapshot);
  const open = [
    ...((snapshot?.remaining ?? 0) > 0 ? [`${grouped(snapshot?.remaining ?? 0)} objects are not done`] : []),
    ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
  ];
  return [
    "Preflight first; if nothing blocks, BucketOwnerEnforced is set: the bucket owner owns every object at once, and all ACLs stop working. The state before is saved; rollback restores it.",
    ...(open.length > 0 ? [`${open.join(", ")}: preflight refuses until that is settled.`] : []),
    "Type the bucket's name:",
  ];
}

/** The dialog as a box in at most `rows` lines, never wider than the screen. */
export function confirmLines(stage: Stage, dialog: Dialog, rows: number): Line[] {
  const { model, theme, width } = stage;
  const question = questionOf(model, dialog);
  const inner = Math.max(10, Math.min(width - 4, 76));
  const content: Line[] = [
    ...paragraph(question.title, inner, 0, theme, "strong"),
    ...question.says.flatMap((text) => paragraph(text, inner, 0, theme)),
    ...(dialog.kind === "cutover" ? [typedLine(theme, dialog.typed, snapshotBucket(model), inner)] : []),
  ];
  const answer: Line = [
    theme.text(question.answer, "key"),
    theme.text(`   ${dialog.kind === "cutover" ? "esc" : "n or esc"}: leave it as it is`, "dim"),
  ];
  return boxed(theme, content, cutLine(answer, inner, theme), inner, Math.min(rows, content.length + 4), width);
}

const snapshotBucket = (model: Model): string => model.snapshot?.bucket ?? "";

function typedLine(theme: Theme, typed: string, bucket: string, inner: number): Line {
  const right = typed === bucket;
  const tail = [...typed].slice(-(inner - 6)).join("");
  return cutLine(
    [theme.text("> ", "key"), theme.text(`${tail}_`, right ? "good" : "strong"), theme.text(right ? ` ${theme.glyphs.done}` : "", "good")],
    inner,
    theme,
  );
}

/** Content in a frame; where rows are few, the content is cut from its end but the answer stays. */
function boxed(theme: Theme, content: readonly Line[], answer: Line, inner: number, rows: number, width: number): Line[] {
  const [tl, tr, bl, br] = theme.glyphs.corner;
  const { rule, side } = theme.glyphs;
  const indent = theme.text(" ".repeat(Math.max(0, Math.floor((width - inner - 4) / 2))));
  const edge = (left: string, right: string): Line => [indent, theme.text(left + rule.repeat(inner + 2) + right, "warn")];
  const body = (line: Line): Line => [
    indent,
    theme.text(`${side} `, "warn"),
    ...cutLine(line, inner, theme),
    theme.text(" ".repeat(Math.max(0, inner - lineWidth(line)))),
    theme.text(` ${side}`, "warn"),
  ];
  if (rows < 4) return [...content.slice(0, Math.max(0, rows - 1)), answer].slice(0, rows);
  const shown = content.slice(0, rows - 3);
  return [edge(tl, tr), ...shown.map(body), ...(rows - 3 > shown.length ? [body([])] : []), body(answer), edge(bl, br)].slice(0, rows);
}
