// A state as shape, word and tone together: never one of them alone.
import type { AccountState, CampaignState, Phase } from "@quitclaim/campaign";
import type { Glyphs, Tone } from "../theme.ts";

export interface StateCell {
  glyph: string;
  word: string;
  tone: Tone;
}

export function accountState(state: AccountState, glyphs: Glyphs): StateCell {
  switch (state) {
    case "waiting":
      return { glyph: glyphs.waiting, word: "waiting", tone: "dim" };
    case "running":
      return { glyph: glyphs.running, word: "running", tone: "work" };
    case "throttled":
      return { glyph: glyphs.throttled, word: "throttled", tone: "warn" };
    case "paused":
      return { glyph: glyphs.paused, word: "paused", tone: "warn" };
    case "finished":
      return { glyph: glyphs.done, word: "finished", tone: "good" };
  }
}

export function campaignState(state: CampaignState, glyphs: Glyphs): StateCell {
  switch (state) {
    case "planned":
      return { glyph: glyphs.waiting, word: "not running", tone: "warn" };
    case "running":
      return { glyph: glyphs.running, word: "running", tone: "work" };
    case "paused":
      return { glyph: glyphs.paused, word: "paused", tone: "warn" };
    case "draining":
      return { glyph: glyphs.paused, word: "stopping", tone: "warn" };
    case "finished":
      return { glyph: glyphs.done, word: "finished", tone: "good" };
    case "switched":
      return { glyph: glyphs.done, word: "switched", tone: "good" };
  }
}

export function phaseState(state: Phase["state"], glyphs: Glyphs): { glyph: string; tone: Tone } {
  switch (state) {
    case "waiting":
      return { glyph: glyphs.waiting, tone: "dim" };
    case "running":
      return { glyph: glyphs.running, tone: "work" };
    case "done":
      return { glyph: glyphs.done, tone: "good" };
    case "failed":
      return { glyph: glyphs.failed, tone: "bad" };
  }
}
