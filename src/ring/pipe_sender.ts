/**
 * Passes a ring's bytes to the ferret process where no memory can be shared
 * with it: on the event loop, in small writes, and the rest at exit. What was
 * not sent when the program is killed is lost.
 *
 * The writes are synchronous: an asynchronous one that is under way at exit
 * cannot be waited for, and would mix with what is sent then. A worker cannot
 * do it, since Deno's workers do not have the descriptor.
 *
 * @module
 */
import { builtin, runtimeName } from "../runtime/self.ts";
import {
  H_CONSUMER_BEAT,
  H_FLUSH_DONE,
  H_FLUSH_WANTED,
  HEADER_BYTES,
  S_HEAD,
  S_TAIL,
  segmentByte,
  slotsByte,
} from "./layout.ts";
import { type RingMemory, segmentControl } from "./memory.ts";
import {
  FRAME_END,
  FRAME_HEAD,
  FRAME_HEADER_BYTES,
  FRAME_INIT,
  FRAME_MAGIC,
  FRAME_MEMORY,
  PRODUCER_HEADER_RANGES,
} from "./pipe_frames.ts";

/** The descriptor that `ferret run` gives the program. */
export const PIPE_FD = 3;
const IDLE_MS = 10;
/** Bytes written in one turn of the event loop: some 20 us, and less than a pipe holds. */
const PIECE_BYTES = 48 * 1024;

interface FileSystem {
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
}

/** Starts to send. The ring must have one segment. */
export function startPipeSender(memory: RingMemory): { sendAll: () => void } {
  const fs = builtin<FileSystem>("node:fs");
  const { setTimeout } = globalThis;
  const { i32, u8, sizes } = memory;
  const control = segmentControl(0);
  const base = segmentByte(sizes, 0);
  const mask = sizes.segmentBytes / 8 - 1;
  let position = Atomics.load(i32, control + S_TAIL);
  /** A head that the producer published, up to which pieces are being sent. */
  let goal = position;
  let isBroken = false;
  let isEnded = false;

  function frame(kind: number, offset: number, payload: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
    new Uint32Array(bytes.buffer, 0, 4).set([FRAME_MAGIC, kind, offset, payload.length]);
    bytes.set(payload, FRAME_HEADER_BYTES);
    return bytes;
  }

  /** The next frames: a stretch of the ring, its new head, the counters. */
  function nextPiece(): { bytes: Uint8Array; tail: number; flush: number } | undefined {
    const flush = Atomics.load(i32, H_FLUSH_WANTED);
    if (position === goal) goal = Atomics.load(i32, control + S_HEAD);
    const offset = position & mask;
    const units = Math.min((goal - position) >>> 0, PIECE_BYTES / 8, mask + 1 - offset);
    const isComplete = ((goal - position) >>> 0) === units;
    if (units === 0 && flush === Atomics.load(i32, H_FLUSH_DONE)) return undefined;
    const from = base + offset * 8;
    const next = (position + units) | 0;
    const frames = [frame(FRAME_MEMORY, from, u8.subarray(from, from + units * 8))];
    // A head within a record would show half of it.
    if (isComplete) {
      frames.push(frame(FRAME_HEAD, 0, new Uint8Array(Int32Array.of(next).buffer)), headerFrames());
    }
    return {
      bytes: concat(frames),
      tail: next,
      flush: isComplete ? flush : Atomics.load(i32, H_FLUSH_DONE),
    };
  }

  function headerFrames(): Uint8Array {
    return concat(
      PRODUCER_HEADER_RANGES.map(([from, to]) => frame(FRAME_MEMORY, from, u8.subarray(from, to))),
    );
  }

  function writeMore(): void {
    if (isBroken || isEnded) return;
    sendPiece();
    schedule(Atomics.load(i32, control + S_HEAD) === position ? IDLE_MS : 0);
  }

  /** @returns false when there is nothing to send, or nobody to send it to. */
  function sendPiece(): boolean {
    const piece = isBroken ? undefined : nextPiece();
    if (piece === undefined) return false;
    try {
      writeSync(piece.bytes);
    } catch {
      // Ferret is gone: the program goes on.
      isBroken = true;
      return false;
    }
    position = piece.tail;
    Atomics.store(i32, control + S_TAIL, position);
    Atomics.store(i32, H_FLUSH_DONE, piece.flush);
    Atomics.add(i32, H_CONSUMER_BEAT, 1);
    return true;
  }

  function schedule(delayMs: number): void {
    const timer: unknown = setTimeout(writeMore, delayMs);
    const { Deno } = globalThis as { Deno?: { unrefTimer(id: unknown): void } };
    if (Deno !== undefined) Deno.unrefTimer(timer);
    else (timer as { unref(): void }).unref();
  }

  function writeSync(bytes: Uint8Array): void {
    for (let sent = 0; sent < bytes.length;) {
      try {
        sent += fs.writeSync(PIPE_FD, bytes, sent, bytes.length - sent);
      } catch (error) {
        if ((error as { code?: string }).code !== "EAGAIN") throw error;
      }
    }
  }

  function sendAll(): void {
    while (sendPiece());
  }

  function sendEnd(): void {
    if (isEnded) return;
    sendAll();
    isEnded = true;
    if (isBroken) return;
    try {
      const slots = u8.subarray(slotsByte(), base);
      for (let at = 0; at < slots.length; at += PIECE_BYTES) {
        writeSync(frame(FRAME_MEMORY, slotsByte() + at, slots.subarray(at, at + PIECE_BYTES)));
      }
      writeSync(headerFrames());
      writeSync(frame(FRAME_END, 0, new Uint8Array(0)));
    } catch {
      isBroken = true;
    }
  }

  writeSync(frame(FRAME_INIT, 0, u8.subarray(0, HEADER_BYTES)));
  onExit(sendEnd);
  schedule(IDLE_MS);
  return { sendAll };
}

/** Runs `last` when the program ends, in every way that a program can notice. */
function onExit(last: () => void): void {
  const process = builtin<{ on(event: string, listener: () => void): void }>("node:process");
  process.on("exit", last);
  if (runtimeName() === "deno") {
    addEventListener("unload", last);
    process.on("uncaughtExceptionMonitor", last);
  }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
