/** What comes out of a pipe: a sender's stream, cut anywhere, or anything at all. */
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RingConsumer } from "../../src/ring/consumer.ts";
import {
  H_THREAD,
  ringBytes,
  ringSizes,
  S_HEAD,
  S_TAIL,
  segmentByte,
  slotsByte,
} from "../../src/ring/layout.ts";
import { createRing, openRing, type RingMemory, segmentControl } from "../../src/ring/memory.ts";
import {
  FRAME_END,
  FRAME_HEAD,
  FRAME_HEADER_BYTES,
  FRAME_INIT,
  FRAME_MAGIC,
  FRAME_MEMORY,
  INIT_BYTES,
  MAX_PAYLOAD_BYTES,
  PRODUCER_HEADER_RANGES,
} from "../../src/ring/pipe_frames.ts";
import { PipeFormatError, PipeReceiver } from "../../src/ring/pipe_receiver.ts";
import { createRingProducer } from "../../src/ring/producer.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createRingAt, readNumber, writeNumber } from "../helpers/test_ring.ts";

const SIZES = ringSizes(65_536);
const RING = 3;
const PID = 77;
/** Rings that strangers may make ferret keep copies of, in this test. */
const MOST_MIRRORS = 400;

function frame(kind: number, offset: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  new Uint32Array(bytes.buffer, 0, 6).set([FRAME_MAGIC, kind, RING, PID, offset, payload.length]);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** What the sender writes for a ring: as pipe_sender.ts does, with pieces of any size. */
class Sender {
  readonly memory = createRingAt(SIZES, 0);
  readonly #control = segmentControl(0);
  #position = 0;

  constructor() {
    this.memory.i32[H_THREAD] = RING;
  }

  init(): Uint8Array {
    return frame(FRAME_INIT, 0, this.memory.u8.slice(0, INIT_BYTES));
  }

  /** All that was published, in pieces of at most `units`. */
  *send(units: number): Generator<Uint8Array> {
    const { i32, u8 } = this.memory;
    const head = i32[this.#control + S_HEAD]!;
    const base = segmentByte(SIZES, 0);
    const mask = SIZES.segmentBytes / 8 - 1;
    while (this.#position !== head) {
      const offset = this.#position & mask;
      const count = Math.min((head - this.#position) >>> 0, units, mask + 1 - offset);
      const from = base + offset * 8;
      yield frame(FRAME_MEMORY, from, u8.slice(from, from + count * 8));
      this.#position = (this.#position + count) | 0;
    }
    i32[this.#control + S_TAIL] = head;
    yield frame(FRAME_HEAD, 0, new Uint8Array(Int32Array.of(head).buffer));
    for (const [from, to] of PRODUCER_HEADER_RANGES) {
      yield frame(FRAME_MEMORY, from, u8.slice(from, to));
    }
  }

  *end(): Generator<Uint8Array> {
    const base = segmentByte(SIZES, 0);
    for (let at = slotsByte(); at < base; at += MAX_PAYLOAD_BYTES) {
      yield frame(
        FRAME_MEMORY,
        at,
        this.memory.u8.slice(at, Math.min(at + MAX_PAYLOAD_BYTES, base)),
      );
    }
    yield frame(FRAME_END, 0, new Uint8Array(0));
  }
}

function createReceiver(): { receiver: PipeReceiver; mirrors: RingMemory[] } {
  const mirrors: RingMemory[] = [];
  const receiver = new PipeReceiver({
    maxSegmentBytes: SIZES.segmentBytes,
    consumer: { pid: 1, startTime: 1 },
    createRing(_ring, { sizes, identity }) {
      assert.ok(mirrors.length < MOST_MIRRORS);
      const bytes = new Uint8Array(new SharedArrayBuffer(ringBytes(sizes)));
      mirrors.push(createRing(bytes, { sizes, identity, readySegments: 1 }));
      return bytes;
    },
  });
  return { receiver, mirrors };
}

const writes = fc.array(fc.array(fc.integer({ min: 2, max: 500 }), { maxLength: 30 }), {
  minLength: 1,
  maxLength: 12,
});

test("PipeReceiver mirrors a ring whatever pieces its stream comes in (property)", () => {
  checkProperty(
    fc.property(
      writes,
      fc.integer({ min: 1, max: MAX_PAYLOAD_BYTES / 8 }),
      fc.integer({ min: 1, max: 9_000 }),
      (rounds, units, pieceBytes) => {
        const sender = new Sender();
        const producer = createRingProducer(sender.memory, { overflow: "drop", pid: PID });
        const { receiver, mirrors } = createReceiver();
        const written: number[] = [];
        const read: number[] = [];
        let consumer: RingConsumer | undefined;
        let number = 0;

        function drain(): void {
          consumer ??= new RingConsumer(mirrors[0]!);
          for (let next = readNumber(consumer); next !== undefined; next = readNumber(consumer)) {
            read.push(next);
          }
          consumer.release(consumer.cursor);
        }
        function pass(frames: Iterable<Uint8Array>): void {
          const stream = Buffer.concat([...frames]);
          for (let at = 0; at < stream.length; at += pieceBytes) {
            const piece = new Uint8Array(stream.subarray(at, at + pieceBytes));
            let hasRoom = receiver.receive(piece);
            for (let tries = 0; !hasRoom; tries++) {
              assert.ok(tries < 3, "the stream goes on once the mirror was drained");
              drain();
              hasRoom = receiver.resume();
            }
          }
        }

        pass([sender.init()]);
        for (const [round, sizes] of rounds.entries()) {
          for (const size of sizes) {
            number++;
            if (writeNumber(producer, number, size)) written.push(number);
          }
          pass(sender.send(units));
          // Not each time: a writer is busy with other things.
          if (round % 3 === 0) drain();
        }
        pass(sender.end());
        drain();
        assert.deepEqual(read, written);
        assert.equal(consumer!.damagedBytes, 0);
        assert.ok(receiver.isEnded);
      },
    ),
    { numRuns: 30 },
  );
});

test("PipeReceiver takes what it can of any bytes, and refuses the rest (property)", () => {
  const sender = new Sender();
  const producer = createRingProducer(sender.memory, { overflow: "drop", pid: PID });
  for (let number = 0; number < 100; number++) writeNumber(producer, number, 2 + number % 50);
  const whole = Buffer.concat([sender.init(), ...sender.send(200), ...sender.end()]);
  // Most of it in the headers of frames: what is in their payloads is the decoder's to doubt.
  const headers: number[] = [];
  for (let at = 0; at < whole.length;) {
    for (let byte = 0; byte < FRAME_HEADER_BYTES; byte += 4) headers.push(at + byte);
    at += FRAME_HEADER_BYTES + whole.readUInt32LE(at + 20);
  }
  const place = fc.oneof(fc.constantFrom(...headers), fc.nat(whole.length - 4));
  const word = fc.oneof(
    fc.nat(5),
    fc.nat(70_000),
    fc.integer().map((value) => value >>> 0),
    fc.constantFrom(FRAME_MAGIC, RING, PID, 1024, 1040, 2 ** 32 - 8, MAX_PAYLOAD_BYTES),
  );
  const change = fc.oneof(
    fc.record({ at: place, word }),
    fc.record({ at: place, cut: fc.nat(5_000) }),
    fc.record({ at: place, repeat: fc.nat(9_000) }),
  );
  checkProperty(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      let stream = Buffer.from(whole);
      for (const one of changes) {
        const at = Math.min(one.at, stream.length - 4);
        if ("word" in one) stream.writeUInt32LE(one.word, at);
        else if ("cut" in one) {
          stream = Buffer.concat([
            stream.subarray(0, at),
            stream.subarray(at + one.cut),
            Buffer.alloc(4),
          ]);
        } else {
          stream = Buffer.concat([stream.subarray(0, at + one.repeat), stream.subarray(at)]);
        }
      }
      const { receiver, mirrors } = createReceiver();
      const consumers: RingConsumer[] = [];
      try {
        let hasRoom = receiver.receive(new Uint8Array(stream));
        for (let tries = 0; !hasRoom; tries++) {
          assert.ok(tries < 100, "a stream that never goes on would keep ferret for ever");
          for (const mirror of mirrors.slice(consumers.length)) {
            consumers.push(new RingConsumer(mirror));
          }
          for (const consumer of consumers) {
            while (consumer.next());
            consumer.release(consumer.cursor);
          }
          hasRoom = receiver.resume();
        }
      } catch (error) {
        assert.ok(error instanceof PipeFormatError, String(error));
      }
      for (const mirror of mirrors) {
        openRing(mirror.u8);
        const consumer = new RingConsumer(mirror);
        for (let count = 0; consumer.next(); count++) assert.ok(count < SIZES.segmentBytes);
        consumer.openSpans();
      }
    }),
    { numRuns: 300 },
  );
});

test("PipeReceiver refuses a head that was not sent, and memory that is not the producer's", () => {
  const refused: [number, number, Uint8Array][] = [
    [FRAME_HEAD, 0, new Uint8Array(Int32Array.of(100).buffer)],
    [FRAME_MEMORY, (segmentControl(0) + S_TAIL) * 4, new Uint8Array(4)],
    [FRAME_MEMORY, segmentByte(SIZES, 0) + 8, new Uint8Array(8)],
    [FRAME_MEMORY, 2 ** 32 - 8, new Uint8Array(16)],
  ];
  for (const [kind, offset, payload] of refused) {
    const { receiver } = createReceiver();
    assert.ok(receiver.receive(new Sender().init()));
    assert.throws(() => receiver.receive(frame(kind, offset, payload)), PipeFormatError);
  }
});
