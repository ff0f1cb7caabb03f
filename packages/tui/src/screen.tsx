// The Ink side: draws the lines of a frame, each row only where it changed, and hands keys to the session one by one.
import { Box, type Key as InkKey, Text, useInput, usePaste } from "ink";
import { memo, useSyncExternalStore } from "react";
import type { Key } from "./model.ts";
import type { Session } from "./session.ts";
import type { Line, Theme } from "./theme.ts";
import { frame, scrollMax } from "./views/frame.ts";
import type { Stage } from "./views/stage.ts";

interface RowProps {
  line: Line;
  theme: Theme;
}

const sameLine = (before: RowProps, after: RowProps): boolean =>
  before.theme === after.theme &&
  before.line.length === after.line.length &&
  before.line.every((span, place) => span.text === after.line[place]?.text && span.tone === after.line[place]?.tone);

const Row = memo(function Row({ line, theme }: RowProps) {
  if (line.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate">
      {line.map((span, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their place
        <Text key={place} {...theme.look(span.tone)}>
          {span.text}
        </Text>
      ))}
    </Text>
  );
}, sameLine);

const NAMED: readonly [keyof InkKey, Exclude<Key["name"], "char">][] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageUp"],
  ["pageDown", "pageDown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["backspace", "backspace"],
  ["delete", "backspace"],
];

/**
 * What was pressed, in order. A chunk of several letters is several keys; an escape that came in one chunk with a letter or another
 * escape (Ink calls that meta) is an escape and that.
 */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.eventType === "release") return [];
  if (key.ctrl) return input === "c" ? [{ name: "interrupt" }] : [];
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [{ name: named[1] }];
  if (key.escape) return key.meta ? [{ name: "escape" }, { name: "escape" }] : [{ name: "escape" }];
  const keys: Key[] = key.meta ? [{ name: "escape" }] : [];
  for (const char of input) {
    if (char === "\r" || char === "\n") keys.push({ name: "enter" });
    else if (char >= " " && char !== "\x7f") keys.push({ name: "char", char });
  }
  return keys;
}

export function Screen({
  session,
  theme,
  facts,
}: {
  session: Session;
  theme: Theme;
  facts: Pick<Stage, "logPath" | "resumeCommand" | "explain">;
}) {
  const model = useSyncExternalStore(session.subscribe, session.model);
  useInput((input, key) => {
    for (const pressed of keysOf(input, key)) {
      // Each key of a chunk is measured against what the one before it left, not against what was drawn last.
      const now = session.model();
      session.dispatch({
        type: "key",
        key: pressed,
        now: Date.now(),
        scrollMax: scrollMax({ model: now, theme, width: now.columns, ...facts }),
      });
    }
  });
  usePaste((text) => session.dispatch({ type: "paste", text }));
  const lines = frame({ model, theme, width: model.columns, ...facts });
  return (
    <Box flexDirection="column" width={model.columns} height={lines.length} overflow="hidden">
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its place
        <Row key={place} line={line} theme={theme} />
      ))}
    </Box>
  );
}
