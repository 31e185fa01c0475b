/**
 * A program that records itself, and waits for its writer no longer than it says.
 *
 * @module
 */
import process from "node:process";
import { WriterClient } from "../../src/writer/client.ts";
import { testRun } from "./run_info.ts";
import { testRing } from "./test_writer.ts";

const ring = testRing();
const client = WriterClient.begin({
  out: process.argv[2]!,
  run: testRun({ transport: "in-process" }),
  rings: [{ kind: "shared", buffer: ring.buffer }],
  worker: "thread",
});
for (let i = 0; i < 1_000; i++) ring.producer.span({ name: `call ${i % 3}` });
const outcomes = [
  await client.flush(3_000).then(() => "answered", () => "gave up"),
  await client.finish({ endedAtNs: Date.now() * 1e6, exitCode: 0 }, 3_000)
    .then(() => "answered", () => "gave up"),
];
process.stdout.write(outcomes.join(" "));
