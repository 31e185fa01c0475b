/**
 * Passes a ring's bytes to the ferret process where no memory can be shared
 * with it: on the event loop, in small writes, and the rest at exit. What was
 * not sent when the program is killed is lost.
 *
 * The writes are synchronous: an asynchronous one that is under way at exit
 * cannot be waited for, and would mix with what is sent then. A full pipe is
 * left alone until later. A worker cannot do it, since Deno's workers do not
 * have the descriptor: the main thread sends for them.
 *
 * @module
 */
import { builtin, runtimeName } from "../runtime/self.ts";
import {
  H_CONSUMER_BEAT,
  H_FLUSH_DONE,
  H_FLUSH_WANTED,
  H_THREAD,
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
  INIT_BYTES,
  MAX_FRAME_BYTES,
  MAX_PAYLOAD_BYTES,
  PRODUCER_HEADER_RANGES,
} from "./pipe_frames.ts";
import type { PipePump } from "./producer.ts";
import { Atomics, Math } from "../runtime/intrinsics.ts";

/** The descriptor that `ferret run` gives the program. */
export const PIPE_FD = 3;
const IDLE_MS = 10;
/** Bytes of records sent in one turn of the event loop: some 30 us, and less than a pipe holds. */
const PIECE_BYTES = 48 * 1024;
/** How long a program may stay alive for a pipe that nobody empties. */
const MAX_LAST_WAIT_MS = 2_000;

interface FileSystem {
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
}

// Kept before any hook: what is done here is none of the program's.
const { setTimeout } = globalThis;
let writeSync: FileSystem["writeSync"] | undefined;

/**
 * Starts to send. The ring must have one segment.
 *
 * @returns Sends at once, for a thread that waits for room and cannot turn its event loop.
 */
export function startPipeSender(memory: RingMemory, pid: number): PipePump {
  const writeToFile = writeSync ??= builtin<FileSystem>("node:fs").writeSync;
  const { i32, u8, sizes } = memory;
  const control = segmentControl(0);
  const base = segmentByte(sizes, 0);
  const mask = sizes.segmentBytes / 8 - 1;
  const frame = new Uint8Array(MAX_FRAME_BYTES);
  const frameHeader = new Uint32Array(frame.buffer, 0, FRAME_HEADER_BYTES / 4);
  let position = Atomics.load(i32, control + S_TAIL);
  /** A head that the producer published, up to which pieces are being sent. */
  let goal = position;
  let isBroken = false;
  let isEnded = false;
  /** Whether a full pipe is waited for: at the end, when there is no later. */
  let isLast = false;

  /** @returns false when the pipe is full or broken; then nothing was written. */
  function sendFrame(kind: number, offset: number, payload: Uint8Array): boolean {
    const length = FRAME_HEADER_BYTES + payload.length;
    frameHeader[0] = FRAME_MAGIC;
    frameHeader[1] = kind;
    frameHeader[2] = i32[H_THREAD]!;
    frameHeader[3] = pid;
    frameHeader[4] = offset;
    frameHeader[5] = payload.length;
    frame.set(payload, FRAME_HEADER_BYTES);
    for (let sent = 0; sent < length;) {
      const written = write(sent, length);
      if (written <= 0 && sent === 0) return false;
      if (isBroken) return false;
      // A part of a frame is out: the rest has to follow.
      sent += Math.max(0, written);
    }
    return true;
  }

  /** @returns The bytes that the pipe took; 0 when it was full. */
  function write(from: number, to: number): number {
    for (let waitedMs = 0; !isBroken; waitedMs++) {
      try {
        return writeToFile(PIPE_FD, frame, from, to - from);
      } catch (error) {
        if (!isFull(error)) isBroken = true;
        else if (!isLast && from === 0) return 0;
        else if (waitedMs >= MAX_LAST_WAIT_MS) isBroken = true;
        else pause();
      }
    }
    return 0;
  }

  /** Sends memory in as many frames as it takes. */
  function sendMemory(from: number, to: number): boolean {
    for (let at = from; at < to; at += MAX_PAYLOAD_BYTES) {
      const end = Math.min(at + MAX_PAYLOAD_BYTES, to);
      if (!sendFrame(FRAME_MEMORY, at, u8.subarray(at, end))) return false;
    }
    return true;
  }

  function sendHead(): boolean {
    return sendFrame(FRAME_HEAD, 0, new Uint8Array(Int32Array.of(position).buffer));
  }

  function sendHeader(): boolean {
    return PRODUCER_HEADER_RANGES.every(([from, to]) => sendMemory(from, to));
  }

  /** The head that the receiver knows: it must never lie within a record. */
  let sentHead = position;
  let sentFlush = Atomics.load(i32, H_FLUSH_DONE);

  /** @returns Whether there is more to send. */
  function sendPiece(): boolean {
    const flush = Atomics.load(i32, H_FLUSH_WANTED);
    // Not before the receiver knows of what it has: nobody could make room there.
    if (position === goal && sentHead === position) goal = Atomics.load(i32, control + S_HEAD);
    for (let sent = 0; position !== goal && sent < PIECE_BYTES;) {
      const offset = position & mask;
      const units = Math.min((goal - position) >>> 0, MAX_PAYLOAD_BYTES / 8, mask + 1 - offset);
      const from = base + offset * 8;
      if (!sendFrame(FRAME_MEMORY, from, u8.subarray(from, from + units * 8))) return false;
      position = (position + units) | 0;
      sent += units * 8;
      Atomics.store(i32, control + S_TAIL, position);
    }
    if (position !== goal) return true;
    if (sentHead !== position || sentFlush !== flush) {
      // First the header: without its clock no record can be read, without its counters none is missed.
      if (!sendHeader() || !sendHead()) return false;
      sentHead = position;
      sentFlush = flush;
      Atomics.store(i32, H_FLUSH_DONE, flush);
    }
    Atomics.add(i32, H_CONSUMER_BEAT, 1);
    return Atomics.load(i32, control + S_HEAD) !== position;
  }

  function sendMore(): void {
    if (isBroken || isEnded) return;
    schedule(sendPiece() ? 0 : IDLE_MS);
  }

  function schedule(delayMs: number): void {
    const timer: unknown = setTimeout(sendMore, delayMs);
    const { Deno } = globalThis as { Deno?: { unrefTimer(id: unknown): void } };
    if (Deno !== undefined) Deno.unrefTimer(timer);
    else (timer as { unref(): void }).unref();
  }

  function sendEnd(): void {
    if (isEnded) return;
    isLast = true;
    while (sendPiece());
    isEnded = true;
    if (isBroken) return;
    sendMemory(slotsByte(), base);
    sendHeader();
    sendFrame(FRAME_END, 0, new Uint8Array(0));
  }

  isLast = true;
  sendFrame(FRAME_INIT, 0, u8.subarray(0, INIT_BYTES));
  isLast = false;
  onExit(sendEnd);
  schedule(IDLE_MS);
  return () => {
    if (isBroken || isEnded) return false;
    sendPiece();
    return true;
  };
}

function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "EAGAIN" || code === "EWOULDBLOCK";
}

const pillow = new Int32Array(new SharedArrayBuffer(4));

function pause(): void {
  Atomics.wait(pillow, 0, 0, 1);
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
