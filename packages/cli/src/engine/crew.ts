// The worker processes of one engine: started, watched, started again when they die, and asked to leave in good order.
//
// A member works until its process ends. Where its engine asked for that, nothing follows; in every other case another takes its place,
// also where it went in good order because somebody else sent it a signal, and where it never came to be: at once where it had finished a
// batch or lived long, and otherwise after a pause that grows while they keep dying.
import { type ChildProcess, spawn } from "node:child_process";
import { hostname } from "node:os";
import type { AccountId } from "@quitclaim/campaign";
import type { WorkerEvent } from "@quitclaim/worker";
import { EXIT } from "../exit.ts";

export interface CrewEvents {
  /** A process ended without being asked by its engine; what batches it held can be handed back at once. `worker`: as in heartbeats. */
  died(worker: string, how: string): void;
  started(worker: string): void;
  /** The process itself could not be started or told something. */
  failed(worker: string, error: Error): void;
  /** A worker's own event, over the IPC channel. */
  said(worker: string, event: CrewWord): void;
}

/** What a worker tells its engine: its events, or why it cannot work, where a person can mend that. */
export type CrewWord = WorkerEvent | { readonly kind: "cannot-work"; readonly why: string };

/** What an engine tells its workers: to leave, or that a dead one's batches were handed back. */
export type CrewOrder = LeaveOrder | { readonly takeOver: [AccountId, number][] };
export interface LeaveOrder {
  readonly leave: "drain" | "now";
}

const RESTART_MS_MIN = 250;
/** One that left in good order may have heard an order to stop before its engine did: the engine has heard it by then as well. */
const LEFT_RESTART_MS_MIN = 1_500;
const RESTART_MS_MAX = 30_000;
/** A worker that lived this long is taken for healthy: its death starts the count anew. */
const HEALTHY_MS = 20_000;

export class Crew {
  readonly #size: number;
  readonly #command: readonly string[];
  readonly #events: CrewEvents;
  readonly #members = new Map<ChildProcess, { worker: string; startedAt: number; working: boolean; proven: boolean }>();
  #deathsInARow = 0;
  /** Of those, how many are put down to something else, or are outweighed by work that was done. */
  #forgiven = 0;
  #lastDeath = "";
  #lastWord: string | undefined;
  #leaving = false;
  #timers = new Set<NodeJS.Timeout>();

  /** `command`: the Node program and arguments of one worker. */
  constructor(size: number, command: readonly string[], events: CrewEvents) {
    this.#size = size;
    this.#command = command;
    this.#events = events;
  }

  /** How often as many workers as there are have died since one of them finished a batch. */
  get fruitlessRounds(): number {
    return Math.floor((this.#deathsInARow - this.#forgiven) / this.#size);
  }

  /** How the last one died (a signal, an exit code, why it could not be started), and why it cannot work, where it said so. */
  get lastDeath(): { readonly how: string; readonly why: string | undefined } {
    return { how: this.#lastDeath, why: this.#lastWord };
  }

  /** What they die of is known and not theirs. They are started again no sooner for it. */
  forgive(): void {
    this.#forgiven = this.#deathsInARow;
  }

  start(): void {
    for (let i = 0; i < this.#size; i++) this.#add();
  }

  #add(): void {
    let child: ChildProcess;
    try {
      child = spawn(process.execPath, this.#command, { stdio: ["ignore", "ignore", "inherit", "ipc"], env: process.env });
    } catch (error) {
      // Node throws where the system is out of memory, and tells the rest by an event.
      if (!(error instanceof Error)) throw error;
      this.#neverStarted("none", error);
      return;
    }
    const member = { worker: `${hostname()}/${child.pid}`, startedAt: Date.now(), working: false, proven: false };
    this.#members.set(child, member);
    if (child.pid !== undefined) this.#events.started(member.worker);
    child.on("message", (message) => {
      const event = message as CrewWord;
      if (event.kind === "started") member.working = true;
      if (event.kind === "cannot-work") this.#lastWord = event.why;
      if (event.kind === "batch-finished") {
        member.proven = true;
        this.forgive();
      }
      this.#events.said(member.worker, event);
    });
    child.on("error", (error) => {
      // Without a process there will be no exit.
      if (child.pid !== undefined) this.#events.failed(member.worker, error);
      else if (this.#members.delete(child)) this.#neverStarted("none", error);
    });
    child.on("exit", (code, signal) => {
      this.#members.delete(child);
      if (this.#leaving) return;
      const healthy = member.proven || Date.now() - member.startedAt > HEALTHY_MS;
      if (healthy) this.#forgiven = 0;
      this.#deathsInARow = healthy ? 1 : this.#deathsInARow + 1;
      this.#lastDeath = signal ?? `exit code ${code}`;
      if (code !== EXIT.usage) this.#lastWord = undefined;
      this.#events.died(member.worker, this.#lastDeath);
      this.#replace(healthy, code === 0 ? LEFT_RESTART_MS_MIN : 0);
    });
  }

  #neverStarted(worker: string, error: Error): void {
    this.#events.failed(worker, error);
    this.#deathsInARow += 1;
    this.#lastDeath = error.message;
    this.#replace(false, 0);
  }

  #replace(healthy: boolean, msMin: number): void {
    if (this.#leaving) return;
    const rounds = Math.ceil(this.#deathsInARow / this.#size);
    const pause = healthy ? 0 : Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** (rounds - 1));
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        if (!this.#leaving) this.#add();
      },
      Math.max(pause, msMin),
    );
    this.#timers.add(timer);
  }

  /** Asks every worker to leave; resolves when all have. A second order may be stronger than the first. */
  async leave(how: LeaveOrder["leave"]): Promise<void> {
    this.#leaving = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const ends = [...this.#members.keys()].map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.pid === undefined) return resolve();
          child.once("exit", () => resolve());
          if (child.connected) child.send({ leave: how } satisfies LeaveOrder);
          else child.kill("SIGTERM");
        }),
    );
    await Promise.all(ends);
  }

  /** Whoever works takes on what a dead worker held: batches of each account. */
  takeOver(batches: ReadonlyMap<AccountId, number>): void {
    const order: CrewOrder = { takeOver: [...batches] };
    for (const [child, { working }] of this.#members) if (working && child.connected) child.send(order);
  }

  /** For a bug or a lost lease: end them now; the fence and the ledger keep what they did. */
  kill(): void {
    this.#leaving = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const child of this.#members.keys()) child.kill("SIGKILL");
  }
}
