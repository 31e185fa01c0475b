/**
 * A program that records itself with a writer in a worker of its own, and ends
 * in the way that its second argument names.
 *
 * @module
 */
import process from "node:process";
import { WriterClient } from "../../src/writer/client.ts";
import { testRun } from "./run_info.ts";
import { testRing } from "./test_writer.ts";

const [out, ending] = process.argv.slice(2) as [string, string];
const ring = testRing();
const client = WriterClient.begin({
  out,
  run: testRun({ transport: "in-process" }),
  rings: [{ kind: "shared", buffer: ring.buffer }],
  worker: "thread",
});
if (ending !== "early") await client.ready();

process.on("exit", (exitCode) => {
  const isDone = client.finishSync({ exitCode, timeoutMs: 5_000 });
  process.stdout.write(isDone ? "done" : "too late");
});

for (let i = 0; i < 1_000; i++) ring.producer.span({ name: `call ${i % 3}` });
switch (ending) {
  case "flush":
    // Nothing but the flush keeps the process alive.
    await client.flush();
    process.stdout.write("flushed ");
    break;
  case "exit":
    process.exit(3);
    break;
  case "throw":
    throw new Error("on purpose");
}
