// A library of the program's own that publishes on a tracing channel.
import { tracingChannel } from "node:diagnostics_channel";

const channel = tracingChannel("my.lib.op");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
console.log(
  tracingChannel.name,
  tracingChannel.length,
  Object.keys(channel).join(),
);
globalThis.Bun?.gc(true);
console.log(
  channel.traceSync((a) => a + 1, { operation: "add" }, undefined, 2),
);
try {
  channel.traceSync(() => {
    throw new TypeError("sync");
  }, { operation: "throw" });
} catch (error) {
  console.log(error.message);
}
console.log(
  await channel.tracePromise(async () => {
    await wait(10);
    return await channel.tracePromise(() => Promise.resolve("nested"), {
      operation: "inner",
    });
  }, { operation: "outer" }),
);
await channel.tracePromise(async () => {
  await wait(1);
  throw new RangeError("async");
}, { operation: "reject" }).catch((error) => console.log(error.message));
await new Promise((done) => {
  const later = (value, callback) => setTimeout(callback, 10, null, value);
  channel.traceCallback(
    later,
    1,
    { operation: "later" },
    undefined,
    "value",
    (_error, value) => {
      console.log(value);
      channel.traceSync(() => 1, { operation: "in callback" });
      done();
    },
  );
});
