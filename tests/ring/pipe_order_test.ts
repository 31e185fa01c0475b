import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Readable } from "node:stream";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { F_ISSUED, ringBytes, U_ANCHOR_UNIX_NS } from "../../src/ring/layout.ts";
import { createRing, type RingMemory } from "../../src/ring/memory.ts";
import { FRAME_HEADER_BYTES } from "../../src/ring/pipe_frames.ts";
import { PipeReceiver } from "../../src/ring/pipe_receiver.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { RecordReader } from "../helpers/ring_records.ts";

const PROGRAM = fileURLToPath(new URL("fixtures/piping.ts", import.meta.url));

async function pipedBytes(): Promise<Uint8Array> {
  const flags = runtimeName() === "deno" ? ["run", "-A", "--no-check"] : [];
  const child = spawn(process.execPath, [...flags, PROGRAM], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { ...process.env, DENO_EXTRA_STDIO_FDS: "3" },
  });
  const pieces: Uint8Array[] = [];
  const pipe = child.stdio[3] as Readable;
  pipe.on("data", (bytes: Uint8Array) => pieces.push(bytes));
  await once(pipe, "end");
  return Buffer.concat(pieces);
}

/** The frames of a stream, one after the other. */
function* frames(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const end = at + FRAME_HEADER_BYTES + view.getUint32(at + 20, true);
    yield bytes.slice(at, end);
    at = end;
  }
}

test("PipeReceiver shows no record before it knows its clock and that it was issued", async () => {
  let memory: RingMemory | undefined;
  const receiver = new PipeReceiver({
    maxSegmentBytes: 2 ** 20,
    consumer: { pid: 0, startTime: 0 },
    createRing: (_ring, { sizes, identity }) => {
      const bytes = new Uint8Array(new SharedArrayBuffer(ringBytes(sizes)));
      memory = createRing(bytes, { sizes, identity, readySegments: 1 });
      return bytes;
    },
  });
  let reader: RecordReader | undefined;
  let count = 0;
  // A writer may look, and the program die, after any of them.
  for (const frame of frames(await pipedBytes())) {
    receiver.receive(frame);
    if (memory === undefined) continue;
    reader ??= new RecordReader(new RingConsumer(memory));
    count += reader.read().filter(({ type }) => type === "span").length;
    if (count > 0) assert.notEqual(memory.i64[U_ANCHOR_UNIX_NS], 0n);
    assert.ok(count <= memory.f64[F_ISSUED]!, `${count} spans of ${memory.f64[F_ISSUED]} issued`);
  }
  assert.equal(count, 300);
});
