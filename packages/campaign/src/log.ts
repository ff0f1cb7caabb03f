// Where narration goes: whole sentences for a person. The console, pino and a test's array all fit.

export interface Log {
  info(sentence: string): void;
  warn(sentence: string): void;
}
