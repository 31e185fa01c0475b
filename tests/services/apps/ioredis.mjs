import process from "node:process";
import Redis from "ioredis";
import { inSpan, told } from "./in_span.mjs";

const port = Number(process.argv[2]);
const redis = new Redis(port, "127.0.0.1", { db: 1, disableClientInfo: true });
await redis.flushdb();

await inSpan("commands", async () => {
  console.log(await redis.set("user:42", "Secret"), await redis.get("user:42"));
  await redis.lpush("user:42", "Secret").catch((error) => console.log(told(error)));
  console.log(
    await redis.hgetall("none"),
    await redis.call("ECHO", "Secret"),
    await redis.mget("a"),
  );
  redis.defineCommand("addTo", {
    numberOfKeys: 1,
    lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
  });
  console.log(await redis.addTo("count", 5));
  await new Promise((resolve) =>
    redis.get("user:42", (error, value) => {
      console.log(error, value);
      redis.exists("user:42", (_error, count) => resolve(console.log(count)));
    })
  );
});

await inSpan("batches", async () => {
  console.log(await redis.pipeline().get("user:42").incr("n").exec());
  console.log(await redis.multi().set("a", 1).incr("a").exec());
  const failed = await redis.pipeline().lpush("user:42", 1).exec();
  console.log(failed[0][0].message);
  const transaction = redis.multi().lpush("user:42", 1).incr("n");
  console.log(
    (await transaction.exec()).map(([error, value]) => [error?.message, value]),
  );
});

await inSpan("messages", async () => {
  const subscriber = new Redis(port, "127.0.0.1", { disableClientInfo: true });
  const message = new Promise((resolve) => subscriber.on("message", (...all) => resolve(all)));
  await subscriber.subscribe("channel");
  await redis.publish("channel", "Secret");
  console.log(await message);
  subscriber.disconnect();
});

await redis.quit();
await new Promise((resolve) => redis.status === "end" ? resolve() : redis.once("end", resolve));
await redis.get("x").catch((error) => console.log(told(error)));
