// A terminal for tests: what Ink writes is replayed through xterm's own parser, so that assertions are about what a person sees.
import { Console } from "node:console";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import xterm from "@xterm/headless";

// The test runner's console is not Node's: Ink, which catches what would be written over the screen, needs the constructor it lacks.
console.Console ??= Console;

export class FakeTerminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly #screen: xterm.Terminal;
  readonly #size: { columns: number; rows: number };
  #raw = false;
  #parsed: Promise<void> = Promise.resolve();

  constructor(columns: number, rows: number) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.#size = { columns, rows };
    const size = this.#size;
    const input = new PassThrough();
    this.stdin = Object.assign(input, {
      isTTY: true as const,
      setRawMode: (on: boolean) => {
        this.#raw = on;
        return this.stdin;
      },
      ref: () => this.stdin,
      unref: () => this.stdin,
    }) as unknown as NodeJS.ReadStream;
    const write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      const done = rest.find((one) => typeof one === "function") as (() => void) | undefined;
      this.#parsed = new Promise((resolve) => {
        // Ink's line ends are bare; a real terminal's line discipline adds the return.
        this.#screen.write(String(text).replaceAll(/\r?\n/g, "\r\n"), () => {
          resolve();
          done?.();
        });
      });
      return true;
    };
    const output = Object.assign(new EventEmitter(), { isTTY: true, writable: true, write, end: () => undefined });
    Object.defineProperties(output, { columns: { get: () => size.columns }, rows: { get: () => size.rows } });
    this.stdout = output as unknown as NodeJS.WriteStream;
  }

  get raw(): boolean {
    return this.#raw;
  }

  /** Whether the full-screen buffer is on. */
  get alternate(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  press(keys: string): void {
    this.stdin.push(keys);
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#size.columns = columns;
    this.#size.rows = rows;
    this.stdout.emit("resize");
  }

  /** The lines on the screen now, without the spaces at their ends. */
  lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) =>
        active
          .getLine(active.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? "",
    );
  }

  text(): string {
    return this.lines().join("\n");
  }

  /** Waits until the screen is as `test` wants it; throws with the screen where that never comes. */
  async until(test: (text: string) => boolean): Promise<string> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      await this.#parsed;
      const text = this.text();
      if (test(text)) return text;
      if (Date.now() > deadline) throw new Error(`the screen never came to that; it is\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
