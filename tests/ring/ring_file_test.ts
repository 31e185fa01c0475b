/** Rings in files: what is in them, who may open them, how they grow. */
import { strict as assert } from "node:assert";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import {
  ringBytes,
  ringSizes,
  S_STATE,
  SEGMENT_ABSENT,
  SEGMENT_IN_USE,
  SEGMENT_READY,
  segmentByte,
} from "../../src/ring/layout.ts";
import { openRing, type RingMemory, segmentControl } from "../../src/ring/memory.ts";
import { RingConsumer } from "../../src/ring/consumer.ts";
import { createRingFile, readRing, RingGrowth } from "../../src/ring/ring_file.ts";
import { withFolder } from "../helpers/processes.ts";
import { createTestRing, SpanProducer } from "../helpers/span_producer.ts";

const IDENTITY = { process: 0, thread: 3, consumerPid: process.pid, consumerStart: 7 };

/** A copy of the ring as it is in its file. */
function read(path: string): RingMemory {
  return openRing(Uint8Array.from(readFileSync(path)));
}

function states(path: string): number[] {
  const { i32, sizes } = read(path);
  return Array.from({ length: sizes.segmentCount }, (_, segment) => {
    return i32[segmentControl(segment) + S_STATE]!;
  });
}

/** Writes a segment's state as a producer would. */
function setState(path: string, segment: number, state: number): void {
  const bytes = readFileSync(path);
  bytes.writeInt32LE(state, (segmentControl(segment) + S_STATE) * 4);
  writeFileSync(path, bytes);
}

test("createRingFile() writes a ring whose first segment has memory behind it", () => {
  return withFolder({}, (folder) => {
    const sizes = ringSizes(65_536, 4);
    const ring = createRingFile(join(folder, "ring"), { sizes, identity: IDENTITY });
    const { size, mode, blocks } = statSync(ring.path);
    assert.equal(size, ringBytes(sizes));
    assert.equal(ring.bytes, size);
    assert.equal(mode & 0o777, 0o600);
    assert.ok(blocks * 512 >= segmentByte(sizes, 1), `${blocks} blocks`);
    assert.deepEqual(read(ring.path).sizes, sizes);
    assert.deepEqual(states(ring.path), [
      SEGMENT_READY,
      SEGMENT_ABSENT,
      SEGMENT_ABSENT,
      SEGMENT_ABSENT,
    ]);
    return Promise.resolve();
  });
});

test("createRingFile() does not write to a file or through a link that is there", () => {
  return withFolder({ "taken": "mine" }, (folder) => {
    const sizes = ringSizes(65_536);
    symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
    for (const name of ["taken", "link"]) {
      assert.throws(
        () => createRingFile(join(folder, name), { sizes, identity: IDENTITY }),
        { code: "EEXIST" },
      );
    }
    assert.equal(readFileSync(join(folder, "taken"), "utf8"), "mine");
    return Promise.resolve();
  });
});

test("RingGrowth.step() readies one segment whenever no spare one is left, up to the last", () => {
  return withFolder({}, (folder) => {
    const sizes = ringSizes(65_536, 3);
    const { path, bytes } = createRingFile(join(folder, "ring"), { sizes, identity: IDENTITY });
    const growth = new RingGrowth({ path, bytes, sizes }, 1);
    assert.equal(growth.step(), "enough");
    for (const segment of [0, 1]) {
      setState(path, segment, SEGMENT_IN_USE);
      assert.equal(growth.step(), "grown");
      assert.equal(states(path)[segment + 1], SEGMENT_READY);
      assert.equal(growth.step(), "enough");
    }
    setState(path, 2, SEGMENT_IN_USE);
    assert.equal(growth.step(), "at_limit");
    assert.ok(statSync(path).blocks * 512 >= bytes);
    growth.close();
    return Promise.resolve();
  });
});

test("readRing() reads what is published and not released, over the end and over segments", () =>
  withFolder({}, (folder) => {
    const { memory } = createTestRing({ segmentBytes: 65_536, segmentCount: 2 });
    const producer = new SpanProducer(memory, "grow");
    const consumer = new RingConsumer(memory);
    const read = (from: RingConsumer) => {
      const ids: number[] = [];
      while (from.next()) ids.push(from.memory.f64[from.byteOffset / 8 + 1]!);
      return ids;
    };
    // Most of a segment is read and given back, and then both are filled.
    for (let i = 0; i < 900; i++) producer.span({ name: "call" });
    read(consumer);
    consumer.release(consumer.cursor);
    for (let i = 0; i < 1_800; i++) producer.span({ name: "call" });
    const path = join(folder, "ring");
    writeFileSync(path, memory.u8);
    const ids = read(new RingConsumer(readRing(path)));
    assert.equal(ids.length, 1_800);
    assert.deepEqual(ids, read(consumer));
    writeFileSync(path, memory.u8.subarray(0, memory.u8.length - 8));
    assert.throws(() => readRing(path), { code: "E_RING_FORMAT" });
    writeFileSync(path, "");
    assert.throws(() => readRing(path), { code: "E_RING_FORMAT" });
    return Promise.resolve();
  }));
