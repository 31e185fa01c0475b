import process from "node:process";
import { createClient, createClientPool } from "redis";
import { inSpan, told } from "./in_span.mjs";

const url = `redis://127.0.0.1:${process.argv[2]}`;
const redis = await createClient({ url: `${url}/2` }).connect();
await redis.flushDb();
process.on(
  "unhandledRejection",
  (error) => console.log("unhandled", error.message),
);

await inSpan("commands", async () => {
  console.log(await redis.set("user:42", "Secret"), await redis.get("user:42"));
  await redis.lPush("user:42", "Secret").catch((error) => console.log(told(error)));
  console.log(
    await redis.hGetAll("none"),
    await redis.sendCommand(["ECHO", "Secret"]),
  );
  for await (const keys of redis.scanIterator()) console.log(keys);
  redis.lPush("user:42", "Secret");
  console.log(await redis.ping());
});

await inSpan("batches", async () => {
  console.log(await redis.multi().set("a", 1).incr("a").exec());
  console.log(await redis.multi().get("a").get("b").execAsPipeline());
  await redis.multi().lPush("user:42", "1").exec().catch((error) => console.log(told(error)));
});

await inSpan("messages", async () => {
  const subscriber = await redis.duplicate().connect();
  let tell;
  const message = new Promise((resolve) => tell = resolve);
  await subscriber.subscribe(
    "channel",
    (text, channel) => tell([channel, text]),
  );
  await redis.publish("channel", "Secret");
  console.log(await message);
  await subscriber.unsubscribe("channel");
  await subscriber.close();
});

const pool = await createClientPool({ url }, { maximum: 1 }).connect();
await Promise.all(["first", "second"].map((name) =>
  inSpan(name, async () => {
    await pool.set(name, "Secret");
    console.log(await pool.get(name));
  })
));
await pool.close();
await redis.close();
await redis.get("x").catch((error) => console.log(told(error)));
