// Failures by reason, of one account or of all, and under the chosen one what it means and what to do about it.
import type { Op } from "@quitclaim/campaign";
import { grouped } from "../cells/number.ts";
import { firstVisible } from "../layout.ts";
import { cutLine, paragraph } from "../line.ts";
import { type Item, itemsOf, mainOp, placeOf } from "../listing.ts";
import { top } from "../model.ts";
import type { Line } from "../theme.ts";
import { plural, rule, type Stage } from "./stage.ts";

/** What a code means and how to mend it, in lines; the code alone where nobody explains it. */
export function explanation(stage: Stage, code: string, op: Op | undefined): Line[] {
  const { theme, width } = stage;
  const said = stage.explain?.(code, op ?? "acl");
  if (said === undefined) return [];
  const label = (name: string, text: string): Line[] =>
    paragraph(text, width - 1, 11, theme).map((line, place) =>
      place === 0 ? [theme.cell(`   ${name}`, 11, "left", "key"), theme.text((line[0]?.text ?? "").trimStart())] : line,
    );
  return [...label("means", said.meaning), ...label("do", said.fix)];
}

function itemLine(stage: Stage, item: Item, selected: boolean, digits: number): Line {
  const { theme, width } = stage;
  const mark = theme.text(selected ? theme.glyphs.cursor : " ", "key");
  const tone = selected ? "strong" : "plain";
  if (item.kind === "reason") {
    const spread = item.accounts.length > 1 ? `  in ${plural(item.accounts.length, "account")}` : "";
    const names = top(stage.model).kind === "failures" ? `  ${item.accounts.map((account) => account.name).join(", ")}` : "";
    return cutLine(
      [
        mark,
        theme.text(`${theme.glyphs.failed} `, "bad"),
        theme.cell(grouped(item.count), digits, "right", tone),
        theme.text(` ${item.code}`, tone),
        theme.text(names === "" ? "" : `${spread}${names}`, "dim"),
      ],
      width,
      theme,
    );
  }
  if (item.kind !== "all") return [];
  const changed = item.changed > 0 ? ` and ${plural(item.changed, "object", grouped(item.changed))} rewritten since the inventory` : "";
  const text = item.failed > 0 ? ` all failed${changed}` : ` objects rewritten since the inventory`;
  return cutLine(
    [
      mark,
      theme.text("  "),
      theme.cell(grouped(item.failed > 0 ? item.failed : item.changed), digits, "right", tone),
      theme.text(text, tone),
    ],
    width,
    theme,
  );
}

/** The list with the explanation of the chosen reason below it, in at most `rows` lines. */
export function reasonLines(stage: Stage, rows: number): Line[] {
  const { model, theme } = stage;
  const view = top(model);
  const items = itemsOf(model, view);
  if (items.length === 0) return [[theme.text(view.filter === "" ? "   no failures" : "   no reason matches", "dim")]].slice(0, rows);
  const place = placeOf(view.cursor, items);
  const chosen = items[place];
  const said = chosen?.kind === "reason" ? explanation(stage, chosen.code, mainOp(chosen.accounts)) : [];
  const below = said.length > 0 && rows - said.length - 1 >= Math.min(items.length, 3) ? [rule(stage), ...said] : [];
  const height = Math.max(0, rows - below.length);
  const digits = Math.max(
    ...items.map(
      (item) => grouped(item.kind === "reason" ? item.count : item.kind === "all" ? Math.max(item.failed, item.changed) : 0).length,
    ),
  );
  const first = firstVisible(place, items.length, height);
  const listed = items.slice(first, first + height).map((item, line) => itemLine(stage, item, first + line === place, digits));
  return [...listed, ...below];
}
