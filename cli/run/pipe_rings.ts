/**
 * The `pipe` transport as ferret sees it: mirrors of the rings of the program
 * and of those of its children that have nothing but the pipe, fed from their
 * file descriptor 3.
 *
 * @module
 */
import type { Readable } from "node:stream";
import { H_PRODUCER_PID, ringSizes } from "../../src/ring/layout.ts";
import { PipeReceiver } from "../../src/ring/pipe_receiver.ts";
import { ownIdentity, processIdentity } from "../../src/runtime/process_identity.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";
import { createMirror } from "./mirrors.ts";
import { NamedPipe } from "./named_pipe.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** How long the pipe rests when a mirror is full. */
const FULL_MIRROR_MS = 5;

/** Opens the pipe. The rings that come through it have one segment: they cannot grow. */
export function openPipeRings(folder: string, options: RingOptions): TransportEnd {
  const { segmentBytes } = ringSizes(options.ringBytes);
  const mirrors: Uint8Array[] = [];
  let onRing: (source: RingSource) => void = () => {};
  let failure: string | undefined;
  const receiver = new PipeReceiver({
    maxSegmentBytes: segmentBytes,
    consumer: ownIdentity(),
    createRing: (ring, options) => {
      const { bytes, source } = createMirror(folder, ring, options);
      mirrors.push(bytes);
      onRing(source);
      return bytes;
    },
  });
  const pipe = tryNamedPipe(folder);
  let arrived = () => Promise.resolve();
  const receive = (bytes: Uint8Array): boolean => {
    // After a failure what comes is read and forgotten: the program must not wait.
    if (failure !== undefined) return true;
    try {
      return receiver.receive(bytes);
    } catch (error) {
      failure = (error as Error).message;
      return true;
    }
  };
  return {
    sources: [],
    config: { transport: "pipe", segmentBytes },
    join: pipe === undefined ? {} : { pipeInode: pipe.inode },
    // Deno passes on only the descriptors that are named here; the others ignore it.
    environment: { DENO_EXTRA_STDIO_FDS: "3" },
    descriptor: pipe?.writeFd ?? "pipe",
    begin: (program, listener) => {
      onRing = listener;
      if (pipe === undefined) {
        const end = feed(program.stdio[3] as Readable, receive);
        arrived = () => end;
      } else {
        pipe.begin(receive);
        arrived = () => pipe.drain(receive);
      }
    },
    arrived: async () => {
      await arrived();
      const sentences = failure === undefined ? [] : [failure];
      if (receiver.refusedCount > 0) {
        sentences.push(`${receiver.refusedCount} processes are not recorded: two had one number`);
      }
      // Those that go on are told of elsewhere.
      if (receiver.unendedPids().some((pid) => processIdentity(pid) === undefined)) {
        sentences.push(
          "a process ended before it had sent everything: its last spans may be missing",
        );
      }
      return sentences;
    },
    hasProducer: () => receiver.ringCount > 0,
    producerPids: () => mirrors.map(producerPid),
    close: () => pipe?.close(),
  };
}

function producerPid({ buffer, byteOffset }: Uint8Array): number {
  return new Int32Array(buffer, byteOffset, H_PRODUCER_PID + 1)[H_PRODUCER_PID]!;
}

/** Windows has none; there only the program itself can be recorded. */
function tryNamedPipe(folder: string): NamedPipe | undefined {
  try {
    return new NamedPipe(folder);
  } catch {
    return undefined;
  }
}

/** Feeds the mirrors until the stream's end. */
function feed(pipe: Readable, receive: (bytes: Uint8Array) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const rest = () => {
      pipe.pause();
      setTimeout(() => {
        if (receive(new Uint8Array(0))) pipe.resume();
        else rest();
      }, FULL_MIRROR_MS);
    };
    pipe.on("data", (bytes: Uint8Array) => {
      if (!receive(bytes)) rest();
    });
    for (const event of ["end", "error", "close"]) pipe.on(event, () => resolve());
  });
}
