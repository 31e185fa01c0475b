import process from "node:process";
import { redis as standard, RedisClient } from "bun";
import { inSpan, told } from "./in_span.mjs";

const redis = new RedisClient(`redis://127.0.0.1:${process.argv[2]}/3`);
await redis.send("FLUSHDB", []);
console.log(standard instanceof RedisClient, RedisClient.prototype.get.name);

await inSpan("commands", async () => {
  console.log(await redis.set("user:42", "Secret"), await redis.get("user:42"));
  console.log((await redis.getBuffer("user:42")).length);
  await redis.lpush("user:42", "Secret").catch((error) => console.log(told(error)));
  console.log(
    await Promise.all([
      redis.incr("a"),
      redis.incr("a"),
      redis.hmget("h", ["f"]),
    ]),
  );
});

await inSpan("messages", async () => {
  const subscriber = await redis.duplicate();
  let tell;
  const message = new Promise((resolve) => tell = resolve);
  await subscriber.subscribe(
    "channel",
    (text, channel) => tell([channel, text]),
  );
  await redis.publish("channel", "Secret");
  console.log(await message);
  subscriber.close();
});
redis.close();
