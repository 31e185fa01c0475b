/**
 * How the process fares: event-loop delay, pauses for garbage collection, memory
 * and CPU, under OpenTelemetry's names and in its units (seconds, bytes, shares).
 *
 * All of it hangs on one timer that keeps nothing alive. It is made of functions
 * kept before the program can replace them, and fires seldom while the program
 * is idle, since waking a process costs more than what is done then.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { watchGc } from "./gc_pauses.ts";
import { createProcessUsage } from "./process_usage.ts";
import { createUnseenTimer, type SetTimer } from "./unseen_timer.ts";
import { Math } from "../../runtime/intrinsics.ts";

/** How late a timer fired. OpenTelemetry's `nodejs.eventloop.delay.p99` is a percentile of it. */
const EVENT_LOOP_DELAY = "nodejs.eventloop.delay";
const CPU_TIME = "process.cpu.time";
const CPU_UTILIZATION = "process.cpu.utilization";
const RESIDENT = "process.memory.usage";
const HEAP_USED = "v8js.memory.heap.used";
const EXTERNAL = "v8js.memory.external";

/** Time between two looks at the event loop of a busy program, and of an idle one. */
const BUSY_MS = 20;
const IDLE_MS = 500;
/** Share of one CPU from which on a program is busy. */
const BUSY_SHARE = 0.03;
/** Looks without that after which it is idle. */
const IDLE_LOOKS = 10;
/** Memory and CPU are looked at after this time, then after twice as much and so on … */
const FIRST_SAMPLE_MS = 100;
/** … and at last once in this time. */
const SAMPLE_MS = 1_000;
/** Loading what tells of garbage collection stops Bun and Node for 3 ms: not in a short program. */
const GC_AFTER_MS = 250;

export const metrics: Hook = {
  name: "metrics",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, config }) {
    // Memory of the process and its CPU time are those of all its threads.
    new Sampler(recorder, config.thread === config.process).start();
  },
};

class Sampler {
  readonly #recorder: Recorder;
  readonly #isMain: boolean;
  readonly #setTimer: SetTimer;
  readonly #startNs: number;
  readonly #usage = createProcessUsage();
  #sampledAtNs: number;
  /** CPU time then, and at the last tick. Not asked for at the start: on Deno it would take 13 ms. */
  #sampledCpuNs = NaN;
  #cpuNs = NaN;
  #nextSampleMs = FIRST_SAMPLE_MS;
  #idleLooks = 0;
  #tickedAtNs: number;
  #dueNs = 0;
  #recordGc: (() => void) | undefined;

  constructor(recorder: Recorder, isMain: boolean) {
    this.#recorder = recorder;
    this.#isMain = isMain;
    this.#startNs = recorder.nowNs();
    this.#tickedAtNs = this.#startNs;
    this.#sampledAtNs = this.#startNs;
    this.#setTimer = createUnseenTimer(() => {
      try {
        this.#look();
      } catch {
        // No more metrics: the timer is not set again.
      }
    });
  }

  start(): void {
    this.#recordMemory(this.#startNs);
    this.#wait();
  }

  #look(): void {
    const nowNs = this.#recorder.nowNs();
    const cpuNs = this.#usage.cpuNs();
    if (Number.isNaN(this.#cpuNs)) {
      // The first time, the event loop was held up by the loading of the program.
      this.#sampledCpuNs = cpuNs;
      this.#sampledAtNs = nowNs;
    } else {
      this.#recorder.addMetric(EVENT_LOOP_DELAY, Math.max(0, nowNs - this.#dueNs) / 1e9, nowNs);
    }
    const isIdle = cpuNs - this.#cpuNs < BUSY_SHARE * (nowNs - this.#tickedAtNs);
    this.#idleLooks = isIdle ? this.#idleLooks + 1 : 0;
    this.#cpuNs = cpuNs;
    this.#tickedAtNs = nowNs;
    if (nowNs - this.#sampledAtNs >= this.#nextSampleMs * 1e6) {
      this.#sample(nowNs);
    }
    this.#wait();
  }

  #wait(): void {
    const delayMs = this.#idleLooks < IDLE_LOOKS ? BUSY_MS : IDLE_MS;
    this.#dueNs = this.#recorder.nowNs() + delayMs * 1e6;
    this.#setTimer(delayMs);
  }

  #sample(nowNs: number): void {
    this.#recordMemory(nowNs);
    if (this.#isMain) this.#recordCpu(nowNs);
    this.#sampledAtNs = nowNs;
    this.#nextSampleMs = Math.min(SAMPLE_MS, this.#nextSampleMs * 2);
    if (this.#recordGc !== undefined) this.#recordGc();
    else if (nowNs - this.#startNs >= GC_AFTER_MS * 1e6) this.#recordGc = watchGc(this.#recorder);
  }

  #recordMemory(nowNs: number): void {
    const { rss, heapUsed, external } = this.#usage.memory();
    if (this.#isMain) this.#recorder.addMetric(RESIDENT, rss, nowNs);
    this.#recorder.addMetric(HEAP_USED, heapUsed, nowNs);
    this.#recorder.addMetric(EXTERNAL, external, nowNs);
  }

  #recordCpu(nowNs: number): void {
    const cpuNs = this.#cpuNs;
    const elapsedNs = (nowNs - this.#sampledAtNs) * cpuCount();
    this.#recorder.addMetric(CPU_TIME, cpuNs / 1e9, nowNs);
    this.#recorder.addMetric(CPU_UTILIZATION, (cpuNs - this.#sampledCpuNs) / elapsedNs, nowNs);
    this.#sampledCpuNs = cpuNs;
  }
}

function cpuCount(): number {
  return (globalThis as { navigator?: { hardwareConcurrency?: number } })
    .navigator
    ?.hardwareConcurrency ?? 1;
}
