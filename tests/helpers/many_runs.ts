/**
 * A process that records several runs into one recording and ends them at the
 * same moment. Arguments: the recording, how many, a file to wait for.
 *
 * @module
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { openTestWriter, TEST_END, testRing } from "./test_writer.ts";

const [out, count, go] = process.argv.slice(2) as [string, string, string];
const runs = await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const ring = testRing({ segmentBytes: 65_536 });
    const writer = await openTestWriter(out, [ring]);
    for (let i = 0; i < 50; i++) ring.producer.span({ name: "call" });
    await writer.flush();
    return writer;
  }),
);
console.log("ready");
while (!existsSync(go)) await setTimeout(5);
const reports = await Promise.all(runs.map((writer) => writer.finish(TEST_END)));
console.log(JSON.stringify(reports.map(({ n, problems }) => ({ n, problems }))));
