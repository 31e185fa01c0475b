/**
 * The writer as its owner sees it: started, asked to flush, told to finish. It
 * lives in a worker; when that dies it is started again and goes on from what
 * the store holds. Nothing here throws because of a writer that fails: the
 * report at the end says what was lost.
 *
 * @module
 */
import type { FinishReport, RunEnd, RunInfo } from "../model/run_info.ts";
import { ownIdentity } from "../runtime/process_identity.ts";
import { Backoff } from "./backoff.ts";
import { ControlSender, createControl } from "./control.ts";
import { finishWithoutWorker } from "./last_resort.ts";
import type { WorkerMessage, WorkerRequest, WorkerStart } from "./messages.ts";
import type { RingSource } from "./ring_source.ts";
import { startWorker, type WorkerHandle, type WorkerKind } from "./worker_handle.ts";

/** Options of {@linkcode WriterClient.start}. */
export interface WriterOptions {
  /** The recording: a file, or a folder for Parquet. */
  out: string;
  run: RunInfo;
  rings: RingSource[];
  /** Longest time between two commits while there is something to commit. Default 500. */
  flushIntervalMs?: number;
  /** `web` in the ferret process, `thread` inside a program that must be able to end. */
  worker: WorkerKind;
}

/** Where a writer stands. `failed`: it could not be started again, and nothing is written. */
export type WriterState = "starting" | "running" | "restarting" | "failed" | "finished";

/** Deaths in a row, without a commit in between, after which the writer is not started again. */
const MAX_DEATHS = 5;

interface Pending {
  request: WorkerRequest;
  resolve: (report: FinishReport | undefined) => void;
  reject: (error: Error) => void;
}

/** A request without its number; distributes over the union. */
type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

export class WriterClient {
  readonly #options: WriterOptions;
  readonly #control = createControl();
  readonly #sender = new ControlSender(this.#control);
  readonly #pending = new Map<number, Pending>();
  readonly #deaths = new Backoff();
  readonly #problems: string[] = [];
  #worker: WorkerHandle | undefined;
  #state: WriterState = "starting";
  #nextId = 1;
  #deathCount = 0;
  #started: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  #report: Promise<FinishReport> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: WriterOptions) {
    this.#options = { ...options, rings: [...options.rings] };
    // Whoever does not ask whether it started learns of it at the end.
    this.#started?.promise.catch(() => {});
  }

  /**
   * Starts a writer.
   *
   * @throws when it cannot open the recording's partial or a ring.
   */
  static async start(options: WriterOptions): Promise<WriterClient> {
    const client = WriterClient.begin(options);
    await client.ready();
    return client;
  }

  /** Starts a writer without waiting for it: what is asked of it waits until it is up. */
  static begin(options: WriterOptions): WriterClient {
    const client = new WriterClient(options);
    client.#startWorker();
    return client;
  }

  /** Resolves when the writer is up. @throws when it cannot be started. */
  async ready(): Promise<void> {
    this.#updateRef();
    try {
      await this.#started?.promise;
    } finally {
      this.#updateRef();
    }
  }

  get state(): WriterState {
    return this.#state;
  }

  /** Adds a ring to those that are drained. @throws when there is no ring. */
  async addRing(source: RingSource): Promise<void> {
    await this.#ask({ type: "addRing", source });
  }

  /**
   * Resolves when everything published before the call is durable, or nothing will be any more.
   *
   * @throws when there is no answer within `timeoutMs`. Default: it waits.
   */
  async flush(timeoutMs?: number): Promise<void> {
    await this.#ask({ type: "flush" }, timeoutMs);
  }

  /** Like `flush`, but blocks this thread. @returns false when it took longer than `timeoutMs`. */
  flushSync(timeoutMs: number): boolean {
    return this.#canObey && this.#sender.run("flush", { timeoutMs });
  }

  /**
   * Completes the run after its program has ended, adds it to the recording and
   * stops the writer. Asked again, it gives the same report.
   *
   * @throws when that took longer than `timeoutMs`, and lets the writer be. Default: it waits.
   */
  finish(end: RunEnd, timeoutMs?: number): Promise<FinishReport> {
    this.#report ??= this.#finish(end, timeoutMs);
    return this.#report;
  }

  /**
   * Like `finish`, but blocks this thread: for the exit handler of a program.
   *
   * @returns false when it took longer than `timeoutMs`; the run can be recovered.
   */
  finishSync(end: { exitCode?: number | undefined; timeoutMs: number }): boolean {
    if (this.#state === "finished") return true;
    return this.#canObey && this.#sender.run("finish", end);
  }

  /**
   * Ends the worker as a crash would: it is started again. Meant for tests of
   * what must survive that.
   */
  killWorker(): void {
    this.#worker?.terminate();
    this.#died("it was killed");
  }

  get #canObey(): boolean {
    return this.#state === "running" || this.#state === "starting";
  }

  async #finish(end: RunEnd, timeoutMs: number | undefined): Promise<FinishReport> {
    const report = await this.#ask({ type: "finish", end }, timeoutMs)
      .catch((error) => this.#letBe(error)) ??
      await finishWithoutWorker(this.#writerOptions(), end);
    this.#state = "finished";
    clearTimeout(this.#restartTimer);
    this.#worker?.terminate();
    return { ...report, problems: [...this.#problems, ...report.problems] };
  }

  /** Waits for the writer no longer. Ended within the database it would take a Node process along. */
  #letBe(error: unknown): never {
    this.#state = "finished";
    this.#started = undefined;
    clearTimeout(this.#restartTimer);
    this.#updateRef();
    throw error;
  }

  /** @returns The answer; undefined when no writer is left to give one. */
  #ask(
    request: Unnumbered<WorkerRequest>,
    timeoutMs?: number,
  ): Promise<FinishReport | undefined> {
    if (this.#state === "failed" || this.#state === "finished") return Promise.resolve(undefined);
    const id = this.#nextId++;
    const answer = new Promise<FinishReport | undefined>((resolve, reject) => {
      this.#pending.set(id, { request: { ...request, id } as WorkerRequest, resolve, reject });
    });
    if (this.#state === "running") this.#worker!.post(this.#pending.get(id)!.request);
    this.#updateRef();
    return timeoutMs === undefined ? answer : this.#answerWithin(timeoutMs, id, answer);
  }

  async #answerWithin<T>(timeoutMs: number, id: number, answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      this.#updateRef();
      pending?.reject(new Error(`the writer did not answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  #writerOptions(): WorkerStart["options"] {
    const { out, run, rings, flushIntervalMs } = this.#options;
    const owner = ownIdentity();
    return {
      out,
      run,
      rings,
      owner,
      ...(flushIntervalMs === undefined ? {} : { flushIntervalMs }),
    };
  }

  #startWorker(): void {
    let isCurrent = true;
    const end = (reason: string) => {
      if (!isCurrent) return;
      isCurrent = false;
      this.#died(reason);
    };
    const start: WorkerStart = {
      type: "start",
      options: this.#writerOptions(),
      control: this.#control,
    };
    const worker = startWorker(this.#options.worker, start, {
      onMessage: (message) => {
        if (this.#worker === worker && isCurrent) this.#receive(message, end);
      },
      onDeath: (reason) => {
        if (this.#worker === worker) end(reason);
      },
    });
    this.#worker = worker;
    this.#updateRef();
  }

  #receive(message: WorkerMessage, end: (reason: string) => void): void {
    if (this.#state === "finished") return;
    switch (message.type) {
      case "ready":
        this.#state = "running";
        this.#started?.resolve();
        this.#started = undefined;
        for (const { request } of this.#pending.values()) this.#worker!.post(request);
        this.#updateRef();
        break;
      case "failed": {
        const worker = this.#worker;
        // First: Deno reports the death of a terminated worker before terminate() returns.
        end(message.message);
        worker?.terminate();
        break;
      }
      case "done":
      case "refused": {
        this.#deathCount = 0;
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        this.#updateRef();
        if (message.type === "refused") {
          pending?.reject(new Error(message.message));
          break;
        }
        // From now on a new worker has to know the ring as well.
        if (pending?.request.type === "addRing") this.#options.rings.push(pending.request.source);
        pending?.resolve(message.report);
      }
    }
  }

  #died(reason: string): void {
    if (this.#state === "finished" || this.#state === "failed") return;
    this.#worker = undefined;
    clearTimeout(this.#restartTimer);
    if (this.#started !== undefined) {
      // It never was up: whoever starts it can tell the user why.
      this.#fail();
      this.#started.reject(new Error(reason));
      this.#started = undefined;
      return;
    }
    this.#deathCount++;
    if (this.#deathCount > MAX_DEATHS) {
      this.#problems.push(`The writer stopped and could not be started again: ${reason}`);
      this.#fail();
      return;
    }
    this.#state = "restarting";
    this.#restartTimer = setTimeout(() => this.#startWorker(), this.#deaths.nextMs());
    this.#updateRef();
  }

  #fail(): void {
    this.#state = "failed";
    for (const { resolve } of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
  }

  /** The process stays alive while somebody waits for the writer, and not because of it. */
  #updateRef(): void {
    const isWaitedFor = this.#pending.size > 0 || this.#started !== undefined;
    this.#worker?.setRef(isWaitedFor);
    if (isWaitedFor) this.#restartTimer?.ref?.();
    else this.#restartTimer?.unref?.();
  }
}
