/**
 * The `pipe` transport as ferret sees it: a mirror of the program's ring, fed
 * from the program's file descriptor 3.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import type { Readable } from "node:stream";
import { H_PRODUCER_STATE, ringBytes, ringSizes } from "../../src/ring/layout.ts";
import { createRing } from "../../src/ring/memory.ts";
import { PipeReceiver } from "../../src/ring/pipe_receiver.ts";
import { createPrivateFolder } from "../../src/runtime/private_folder.ts";
import { ownRingIdentity } from "./mapped_ring.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** How long the pipe rests when the mirror is full. */
const FULL_MIRROR_MS = 5;

/** Creates the mirror. The program's ring has one segment: it cannot grow. */
export function openPipeMirror(options: RingOptions): TransportEnd {
  const sizes = ringSizes(options.ringBytes);
  const buffer = new SharedArrayBuffer(ringBytes(sizes));
  createRing(new Uint8Array(buffer), { sizes, identity: ownRingIdentity(), readySegments: 1 });
  let arrived = Promise.resolve<string | undefined>(undefined);
  return {
    folder: createPrivateFolder(tmpdir()),
    source: { kind: "shared", buffer },
    config: { transport: "pipe", segmentBytes: sizes.segmentBytes },
    // Deno passes on only the descriptors that are named here; the others ignore it.
    environment: { DENO_EXTRA_STDIO_FDS: "3" },
    note: undefined,
    begin: (program) => {
      arrived = feed(pipeOf(program), new PipeReceiver(buffer));
    },
    arrived: () => arrived,
    hasProducer: () => new Int32Array(buffer)[H_PRODUCER_STATE] !== 0,
    close: () => {},
  };
}

function pipeOf(program: ChildProcess): Readable {
  return program.stdio[3] as Readable;
}

/** Feeds a mirror until the pipe's end. */
function feed(pipe: Readable, receiver: PipeReceiver): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined;
    const rest = () => {
      pipe.pause();
      setTimeout(() => {
        if (receiver.resume()) pipe.resume();
        else rest();
      }, FULL_MIRROR_MS);
    };
    pipe.on("data", (bytes: Uint8Array) => {
      try {
        if (!receiver.receive(bytes)) rest();
      } catch (error) {
        // What came before it is kept.
        failure = (error as Error).message;
        pipe.destroy();
      }
    });
    for (const event of ["end", "error", "close"]) pipe.on(event, () => resolve(failure));
  });
}
