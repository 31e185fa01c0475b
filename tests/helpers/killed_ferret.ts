/**
 * A process that drains a ring in a file, like ferret does, and is killed while
 * it does. Arguments: the recording, and the file that becomes the ring.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { mapFile } from "../../src/runtime/map_file.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { RunWriter } from "../../src/writer/run_writer.ts";
import { testRun } from "./run_info.ts";
import { createTestRing, SpanProducer, testRingBytes } from "./span_producer.ts";

const [out, path] = process.argv.slice(2) as [string, string];
const bytes = testRingBytes(2 ** 20);
writeFileSync(path, new Uint8Array(bytes), { mode: 0o600, flag: "wx" });
const ring = createTestRing({ segmentBytes: 2 ** 20 }, mapFile(path, bytes));
const producer = new SpanProducer(ring.memory);
// The program is dead too when its recording is recovered: nobody has this process id.
const writer = await RunWriter.open({
  out,
  run: testRun({ command: "killed.ts" }),
  rings: [{ kind: "mapped", path, bytes }],
  owner: ownIdentity(),
});
const root = producer.open(0, { name: "main" });
for (let i = 0; i < 5_000; i++) {
  producer.span({ name: `call ${i % 5}`, parentId: root, traceId: root, parentName: "main" });
  if (i === 3_000) await writer.flush();
}
// Drained and not committed, and not even drained.
await writer.round();
producer.span({ name: "last" });
process.kill(process.pid, "SIGKILL");
